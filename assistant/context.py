"""What a chat model is given to read: short documents whole, else whole sections of the best passages."""

from collections.abc import Sequence

from assistant.answers import RetrievedPassage
from assistant.retriever import CONTEXT_TOKENS, HybridRetriever
from ingest.index import Index
from ingest.passages import Passage

_NEIGHBOURS = 10  # passages to either side of one, among which the others of its section are looked for


def whole_documents(index: Index, most: int) -> tuple[RetrievedPassage, ...]:
    """Every passage of the index, in the order of the documents; none where all have more than `most` tokens."""
    if index.tokens.sum() > most:
        return ()
    return tuple(map(unranked, index.passages[: len(index.passages)]))


def best_sections(
    question: str, best: Sequence[RetrievedPassage], retriever: HybridRetriever, most: int
) -> tuple[RetrievedPassage, ...]:
    """The sections that the best passages stand in, best first, of `most` tokens or as many as were retrieved.

    `best` are those that were retrieved for the question. Of a section for which there is no room comes the one
    passage; behind all come the headings among `best`.
    """
    index, room = retriever.index, max(most, CONTEXT_TOKENS)
    ranked = [position for position, _ in retriever.rank(question)[-1].scored]
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
    headings = [one for one in best if not any(_holds(passage, one) for passage in kept.values())]
    return (*map(unranked, kept.values()), *headings)


def _section_of(position: int, index: Index) -> dict[int, Passage]:
    """The passages of the section that one stands in, by their positions, in the order of the text."""
    first = max(position - _NEIGHBOURS, 0)
    around = dict(enumerate(index.passages[first : position + _NEIGHBOURS + 1], start=first))
    own = around[position]
    begin = end = position
    while begin - 1 in around and _is_beside(around[begin - 1], own):
        begin -= 1
    while end + 1 in around and _is_beside(around[end + 1], own):
        end += 1
    return {at: around[at] for at in range(begin, end + 1)}


def _is_beside(one: Passage, other: Passage) -> bool:
    return (one.source, one.section) == (other.source, other.section)


def _holds(passage: Passage, part: RetrievedPassage) -> bool:
    return passage.source == part.source and passage.start <= part.start and part.end <= passage.end


def unranked(passage: Passage) -> RetrievedPassage:
    """A passage that is given to a reader though no ranking has brought it."""
    return RetrievedPassage(**vars(passage), score=0.0)
