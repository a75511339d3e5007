"""What was left out of a document right beside what an answer quotes, or beside what comes nearest to a question.

A picture of every page matters to nobody. One that a quote leads up to does; and where the documents do not say,
so does what is missing beside the sentence that came nearest: the answer may have stood there.
"""

from collections.abc import Sequence

from assistant import prompts
from assistant.answers import Answer, Citation
from assistant.quotes import stems
from assistant.readers import ReaderInput
from assistant.readers.selection import candidates
from assistant.units import ends_with_colon
from ingest.comments import comments, is_list, note_after, unquotable_spans
from ingest.markdown import code_in
from ingest.pages import has_pages, unread_pages
from ingest.sources import Source
from ingest.text import Span, few

_PAGES = 5  # that are named
_LOOKED_AT, _ALIKE = 3, 2  # passages, and words that a sentence with a hole shares with the question
_FAR = 2_000  # characters before a unit, within which the note before it is looked for


def lost_behind(source: Source, unit: Span) -> str:
    """The note on what a unit leads up to and its document lacks: it announces that, or both stand in one block.

    Empty where there is none. A picture is noted at the end of a PDF's page, wherever on it that is.
    """
    behind = note_after(source.text, unit.end)
    if behind is None or not behind.note:
        return ""
    in_line = "\n" not in source.text[unit.end : behind.start]
    if ends_with_colon(source.text[unit.start : unit.end]):
        return behind.note if in_line or not has_pages(source.name) else ""
    return behind.note if in_line and _is_missed(behind.note) else ""


def notice(note: str, beside: str, others: int = 0) -> str:
    """What to say of a note that stands beside a text, and of so many more beside others."""
    words = " ".join(beside.split())
    if is_list(note) and ends_with_colon(beside):
        return prompts.LOST_LIST.format(lead_in=words)
    more = prompts.MORE_HOLES.format(count=others) if others else ""
    return prompts.HOLE.format(what=note.rstrip("."), beside=words, more=more)


def with_holes_named(answer: Answer, reading: ReaderInput) -> Answer:
    """The answer to a reading, with a notice on what is left out there; a refusal with one says why already."""
    if answer.answered:
        hole = _notice_on_quotes(answer.citations, reading)
    else:
        hole = "" if answer.notices else _notice_on_refusal(reading)
    return answer.model_copy(update={"notices": (*answer.notices, hole)}) if hole else answer


def _notice_on_quotes(citations: Sequence[Citation], reading: ReaderInput) -> str:
    """On what is left out behind the quotes that lead up to it; empty where nothing is."""
    lost = [(lost_behind(reading.sources[one.source], Span(one.start, one.end)), one.quote) for one in citations]
    found = [(note, quote) for note, quote in lost if note]
    return notice(*found[0], len(found) - 1) if found else ""


def _notice_on_refusal(reading: ReaderInput) -> str:
    """On what a sentence lacks that is like the question, or what is left out right beside the unit that comes
    nearest, if it has a word of the question, or on pages that could not be read: what they say nobody knows.
    """
    if len(reading.readings) != len(reading.passages):  # nobody has read the passages
        return ""
    if asked_for := _lacking_sentence(reading):
        return asked_for
    ranked = candidates(reading)
    if not ranked:
        return ""
    nearest = max(ranked, key=lambda c: c.likeness)
    source = reading.sources[reading.passages[nearest.number - 1].source]
    span = Span(nearest.start, nearest.start + len(nearest.unit.text))
    notes = _notes_beside(source, span, nearest.unit.kind != "heading")
    if notes and stems(reading.question) & stems(nearest.unit.text):
        return notice(notes[0], nearest.unit.text)
    unread = unread_pages(source)
    pages = few(unread, _PAGES, len(unread))
    return prompts.UNREAD_PAGES.format(title=source.title, pages=pages) if unread else ""


def _lacking_sentence(reading: ReaderInput) -> str:
    """The notice on the sentence with a hole, near a passage, that has most words of the question; or nothing."""
    asked, found = stems(reading.question), []
    for passage in reading.passages[:_LOOKED_AT]:
        source = reading.sources[passage.source]
        text, begin = source.text, max(passage.start - _FAR, source.body_start)
        for hole in unquotable_spans(text, begin, source.language):
            if hole.start > passage.end + _FAR:
                break
            missing = next((one for one in comments(text, *hole) if one.note), None)
            if missing and missing.note:
                words = f"{text[hole.start : missing.start]} … {text[missing.end : hole.end]}"
                found.append((len(asked & stems(words)), missing.note, words))
    shared, note, words = max(found, default=(0, "", ""))
    return notice(note, words) if shared >= _ALIKE else ""


def _notes_beside(source: Source, unit: Span, also_before: bool) -> list[str]:
    """The notes between which and a unit nothing is said; those within a sentence stand where that does."""
    text, spans = source.text, []
    begin = max(unit.start - _FAR, source.body_start)
    for hole in unquotable_spans(text, begin, source.language):
        if hole.start >= unit.end:
            spans += [hole] if _is_beside(source, text[unit.end : hole.start]) else []
            break
        if also_before and hole.end <= unit.start and _is_beside(source, text[hole.end : unit.start]):
            spans.append(hole)
    found = [one for hole in reversed(spans) for one in comments(text, *hole)]
    is_code = code_in(text)  # where a note only shows what one looks like
    return [one.note for one in found if one.note and _is_missed(one.note) and not is_code(one.start)]


def _is_missed(note: str) -> bool:
    """Nobody misses what a document hides or has struck, nor a list without having read its lead-in."""
    return "hidden" not in note and "struck" not in note and not is_list(note)


def _is_beside(source: Source, between: str) -> bool:
    """Whether a unit and a note that have this between them stand side by side."""
    return not any(sign.isalnum() for sign in between) and not (has_pages(source.name) and "\n" in between)
