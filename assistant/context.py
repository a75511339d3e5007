"""What a chat model is given to read: short documents whole, else whole sections of the best passages."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from assistant.answer_prompt import fits
from assistant.answers import Ask, RetrievedPassage
from assistant.conversation import recent, standalone
from assistant.readers import ReaderInput
from assistant.refusal import refuses
from assistant.retriever import CONTEXT_TOKENS, HybridRetriever
from assistant.snapshot import Snapshot
from ingest.index import Index
from ingest.passages import Passage

_SECTIONS = 4  # the part of a prompt that they may be: they change with each question, and no server has read them
_NEIGHBOURS = 10  # passages to either side of one, among which the others of its section are looked for


def for_chat_model(reading: ReaderInput, ask: Ask, opened: Snapshot, whole: int, prompt: int) -> ReaderInput:
    """The reading of a question with what a chat model gets besides: what it is given, and the conversation.

    `whole`: tokens of all documents, up to which it is given every passage, if a prompt has room for them and
    the last turn; `prompt`: tokens of a prompt.
    """
    reading = replace(reading, asked=ask.question, earlier=recent(ask.history))
    if documents := whole_documents(opened.index, min(whole, prompt)):
        told = replace(reading, given=documents, whole=True)
        if fits(told, prompt):
            return told
    if reading.overview:
        return reading
    asked = reading.question
    if ask.history and refuses(reading.answerable, opened.scorer.calibration):
        asked = standalone(ask.question, ask.earlier)  # "shorter please" is nothing to look up
        again = opened.retrieve(asked)
        reading = replace(reading, passages=again.passages, readings=again.readings)
    sections = best_sections(asked, reading.passages, opened.retriever, min(whole, prompt // _SECTIONS))
    return replace(reading, given=sections)


def whole_documents(index: Index, most: int) -> tuple[RetrievedPassage, ...]:
    """Every passage of the index, in the order of the documents; none where all have more than `most` tokens."""
    if index.tokens.sum() > most:
        return ()
    return tuple(map(RetrievedPassage.of, index.passages[: len(index.passages)]))


def best_sections(
    question: str, best: Sequence[RetrievedPassage], retriever: HybridRetriever, most: int
) -> tuple[RetrievedPassage, ...]:
    """The sections that the best passages stand in, best first, of `most` tokens or as many as were retrieved.

    `best` are those that were retrieved for the question. Of a section for which there is no room comes the one
    passage.
    """
    index, room = retriever.index, max(most, CONTEXT_TOKENS)
    ranked = retriever.rank(question).reranked.positions
    places = {(one.source, one.start, one.end): rank for rank, one in enumerate(best)}
    found = dict(zip(ranked, index.passages.at(ranked), strict=True))
    last = len(places)
    ranked.sort(key=lambda at: places.get((found[at].source, found[at].start, found[at].end), last))
    kept: dict[int, Passage] = {}
    for position in ranked:
        section = _section_of(position, index)
        for part in (section, {position: section[position]}):
            new = {at: passage for at, passage in part.items() if at not in kept}
            tokens = sum(int(index.tokens[at]) for at in new)
            if tokens <= room:
                kept |= new
                room -= tokens
                break
    return tuple(map(RetrievedPassage.of, kept.values()))


def _section_of(position: int, index: Index) -> dict[int, Passage]:
    """The passages of the section that one stands in, by their positions, in the order of the text."""
    first = max(position - _NEIGHBOURS, 0)
    around = enumerate(index.passages[first : position + _NEIGHBOURS + 1], start=first)
    sections = (dict(of) for _, of in groupby(around, key=lambda one: (one[1].source, one[1].section)))
    return next(section for section in sections if position in section)
