"""What a reader gets: what was retrieved for a question, as the reading model read it."""

from collections.abc import Sequence

from assistant.answers import RetrievedPassage
from assistant.readers import ReaderInput
from assistant.refusal import answerable
from assistant.retriever import HybridRetriever


def reader_input(question: str, retrieved: Sequence[RetrievedPassage], retriever: HybridRetriever) -> ReaderInput:
    """The passages in the order of their best units, each with what the model says of these."""
    index, scorer = retriever.index, retriever.scorer
    read = list(zip(retrieved, scorer.read(question, retrieved), strict=True))
    if not retriever.keeps_fused_order(question, retriever.rank(question).fused):
        read.sort(key=lambda one: -one[1].best)
    return ReaderInput(
        question,
        tuple(passage.model_copy(update={"score": scores.best}) for passage, scores in read),
        index.sources,
        tuple(scores for _, scores in read),
        answerable([scores for _, scores in read], scorer.calibration),
        terms=index.lexicon.terms,
    )
