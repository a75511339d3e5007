"""Questions to begin with, and to go on with: on sections beside an answer, or nearest to a question without.

Each is looked up first: one that is answered from elsewhere, or not at all, is not suggested.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from assistant.answers import Answer
from assistant.headings import last_heading
from assistant.injection import no_evidence
from assistant.sides import compared
from assistant.units import Place
from ingest.comments import comments
from ingest.markdown import blocks
from ingest.passages import Section, section_above, sections
from ingest.sources import Source
from ingest.text import Span, words

if TYPE_CHECKING:
    from assistant.snapshot import Snapshot

_TO_BEGIN_WITH, _AFTER_ANSWER, _AFTER_REFUSAL = 3, 3, 1  # how many are suggested
_DOCUMENTS = 5  # that the first questions are on, at most
_TRIED = 8  # looked up before giving up; each takes a third of a question's time

TELL_ME = "Tell me"  # begins a question for what stands below a heading that makes none by itself
# "How to clean the filter", "Where the rules come from", "More about fees"
_SAYS_BY_ITSELF = re.compile(r"(?:how|what|when|where|which|who|why|(?:more )?about)\b", re.IGNORECASE)
_DIFFER = re.compile(r"\bdiffer", re.IGNORECASE)
# "6 common benefits", "Types of fees"; "Degree of complexity"
_MANY = re.compile(r"\d{1,2} \w+|(?:\w+ ){0,2}\w+[^\Wsui]s of ", re.IGNORECASE)
_ONE = re.compile(r"(?:\w+ ){0,2}\w+ of ", re.IGNORECASE)


class Idea(NamedTuple):
    """A question that might be suggested."""

    question: str
    place: Place  # of the section that it asks for


def first_questions(opened: "Snapshot") -> tuple[str, ...]:
    """A few questions to begin with, each of which is answered."""
    return tuple(islice(_first_questions(opened), _TO_BEGIN_WITH))


def _first_questions(opened: "Snapshot") -> Iterator[str]:
    """On the whole, on two things that a title compares, on the sections."""
    sources = opened.index.sources
    first = list(islice(sources, _DOCUMENTS))
    whole = ["What is this about?" if len(sources) == 1 else "What are these documents about?"]
    for name in first:
        title = sources[name].title
        if names := compared(title, [title]):
            whole.append("How do {} and {} differ?".format(*names))
    yield from (question for question in whole if opened.retrieve(question).overview)
    ideas = ideas_beside([Place(name, Span(0, 0)) for name in first], sources)
    ideas = sorted(ideas, key=lambda idea: idea.question.startswith(TELL_ME))[:_TRIED]  # real questions first
    narrow = (idea for idea in ideas if _is_narrow(idea.question, opened))
    yield from (idea.question for idea in narrow if opened.answered_from(*idea))


def _is_narrow(question: str, opened: "Snapshot") -> bool:
    """Whether it asks for less than the questions on the whole."""
    return opened.scorer.scope(question, compared(question, [question])) == "passages"


def suggestions(
    answer: Answer,
    asked: Sequence[str],
    sources: Mapping[str, Source],
    answered_from: Callable[[str, Place], bool],
) -> tuple[str, ...]:
    """Up to three questions after an answer, one after a refusal.

    `asked` are the questions of the conversation, which are not suggested again; `answered_from` looks up
    whether a section answers a question.
    """
    wanted = _AFTER_ANSWER if answer.answered else _AFTER_REFUSAL
    told = [Place(c.source, Span(c.start, c.end)) for c in answer.citations]
    near = told or [Place(p.source, Span(p.start, p.end)) for p in answer.passages]
    before = {_bare(question) for question in (*asked, answer.question, answer.standalone_question)}
    ideas = [idea for idea in ideas_beside(near, sources) if _bare(idea.question) not in before]
    if all(_among(idea.place, told) for idea in ideas):
        told = []  # after a summary one asks for what it has only touched on
    found: list[str] = []
    tried = 0
    for question, place in ideas:
        if len(found) == wanted or tried == _TRIED:
            break
        if _among(place, told):
            continue
        tried += 1
        if answered_from(question, place):
            found.append(question)
            told.append(place)
    return tuple(found)


def _among(place: Place, others: Sequence[Place]) -> bool:
    """Whether a place shares anything with others."""
    return any(place.source == other.source and place.span.overlaps(other.span) for other in others)


def ideas_beside(near: Sequence[Place], sources: Mapping[str, Source]) -> list[Idea]:
    """A question for each section of the documents that are near, those beside these places first."""
    ideas = []
    for name in dict.fromkeys(name for name, _ in near if name in sources):
        source = sources[name]
        names = _names_in(source)
        for path, span in _told_of(source):
            title = last_heading(path)
            if title != source.title and not no_evidence(title):  # all of it is about the title
                ideas.append(Idea(_asking_for(path, names), Place(name, span)))

    def distance(idea: Idea) -> tuple[int, int]:
        name, span = idea.place
        return min(
            (max(span.start - place.end, place.start - span.end, 0), rank)
            for rank, (other, place) in enumerate(near)
            if other == name
        )

    return sorted(ideas, key=distance)


@lru_cache(maxsize=32)  # Markdown is read at two megabytes a second: too slow for a handbook at every question
def _told_of(source: Source) -> tuple[tuple[str, Span], ...]:
    """Each section's path, and its span with all that stands below it; not where that is headings alone."""
    found = sections(source)
    whole = [(section.path, Span(section.span.start, _end(found, number))) for number, section in enumerate(found)]
    return tuple((path, span) for path, span in whole if _says_anything(source.text, span))


def _says_anything(text: str, span: Span) -> bool:
    """Whether there is more than headings in a part of a text; a comment says nothing."""
    cut = [edge for comment in comments(text, *span) for edge in (comment.start, comment.end)]
    edges = [span.start, *cut, span.end]
    bare = "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return any(block.kind != "heading" for block in blocks(bare))


def _end(sections: Sequence[Section], number: int) -> int:
    """Where a section ends with all that stand below it."""
    last = number
    while last + 1 < len(sections) and sections[last + 1].path.startswith(f"{sections[number].path} > "):
        last += 1
    return sections[last].span.end


def _asking_for(path: str, names: Set[str]) -> str:
    """The heading of a section as a question for what stands below it, of a document with these names."""
    heading = last_heading(path)
    if heading.endswith("?"):
        return heading
    said = _within_a_sentence(heading, names).removeprefix("the ")
    if _SAYS_BY_ITSELF.match(heading):
        return f"{TELL_ME} {said}."
    above = last_heading(section_above(path))
    if _DIFFER.search(above) and (sides := compared(above, [above])):
        return "How do {} and {} differ in {}?".format(*sides, said)
    if _MANY.match(heading):
        return f"What are the {said}?"
    if _ONE.match(heading):
        return f"What is the {said}?"
    return f"{TELL_ME} about “{heading}”."


def _names_in(source: Source) -> set[str]:
    """Words that have a capital within the text's sentences, and none without one."""
    small = {word.capitalize() for word in re.findall(r"\b[a-z]+\b", source.text)}
    return set(re.findall(r"(?<=[a-z,] )[A-Z]\w*", source.text)) - small


def _within_a_sentence(heading: str, names: Set[str]) -> str:
    """A heading without the capitals that only headings have; names keep theirs."""
    return re.sub(r"\b[A-Z][a-z]*\b", lambda word: word[0] if word[0] in names else word[0].lower(), heading)


@lru_cache(maxsize=8_192)
def _bare(question: str) -> str:
    return " ".join(words(question))
