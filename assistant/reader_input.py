"""What a reader gets: what was retrieved for a question, as the reading model read it, with the headings below."""

from collections.abc import Iterator, Sequence

from assistant.answers import RetrievedPassage
from assistant.readers import ReaderInput
from assistant.reading_model.model import PassageScores
from assistant.reading_model.outline import OUTLINE_TOKENS, Outline, headings_below, outlines, places
from assistant.refusal import answerable
from assistant.retriever import HybridRetriever
from assistant.units import units
from ingest.passages import Passage
from ingest.text import Span


def reader_input(question: str, retrieved: Sequence[RetrievedPassage], retriever: HybridRetriever) -> ReaderInput:
    """The passages in the order of their best units, each with what the model says of these.

    Behind them come the headings below their sections, within `OUTLINE_TOKENS`: what a text lists, it often lists
    in headings.
    """
    index, scorer = retriever.index, retriever.scorer
    headings = headings_below(
        retrieved, lambda source, section: index.headings_below(source, section, OUTLINE_TOKENS // 2)
    )
    together = outlines(headings)
    read = scorer.read(question, [*retrieved, *together])
    every = list(zip(retrieved, read, strict=False))  # behind these come the outlines
    if not retriever.keeps_fused_order(question, retriever.rank(question).fused):
        every.sort(key=lambda one: -one[1].best)
    known = {(passage.source, passage.start, passage.end) for passage in retrieved}
    for outline, of_outline in zip(together, read[len(retrieved) :], strict=True):
        below = _headings_read(outline, of_outline, headings)
        every += [one for one in below if (one[0].source, one[0].start, one[0].end) not in known]
    return ReaderInput(
        question,
        tuple(passage.model_copy(update={"score": scores.best}) for passage, scores in every),
        index.sources,
        tuple(scores for _, scores in every),
        answerable(read, scorer.calibration),
        terms=index.lexicon.terms,
    )


def _headings_read(
    outline: Outline, scores: PassageScores, headings: Sequence[Passage]
) -> Iterator[tuple[RetrievedPassage, PassageScores]]:
    """The headings of an outline, each with its part of the outline's scores; what is an order has none."""
    stand = places(outline, units(outline.text))
    for heading in headings:
        own = [i for i, at in enumerate(stand) if at == (heading.source, Span(heading.start, heading.end))]
        if own:
            alone = PassageScores(scores.units[own], scores.answers, scores.likeness[own])
            yield RetrievedPassage.of(heading), alone
