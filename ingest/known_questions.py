"""Questions that people may ask of a document, each with the quotes that answer it, in a file beside the document.

A question resembles another question more than it resembles its answer, so a document whose likely questions
are indexed beside it is found in far more words than its own (doc2query: Nogueira et al., arXiv 1904.08375).
`notes.questions.jsonl` beside `notes.md` holds one a line: {"question": "…", "evidence": ["…", …]}. One without
evidence is near the document's subject, but not answered there. Only the places of the quotes are used; what is
answered is always the document's own text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from rapidfuzz import fuzz

from ingest.errors import SourceError
from ingest.sources import Source, at_root, from_root, questions_file
from ingest.text import Folded, Span, fold

if TYPE_CHECKING:
    from ingest.embeddings import MiniLM

# How alike a quote and a text must be, of 100, for the text to be what has become of the quote. A short one is
# like many a text: where it is not found, nobody knows whether it was changed or deleted.
_SHORT, _SAME_SHORT, _SAME_LONG = 45, 85, 75  # the first in characters


class IndexedQuestion(NamedTuple):
    """A question, and the spans of a source that answer it; none where the source does not say."""

    question: str
    source: str
    spans: tuple[Span, ...]


class QuestionLine(BaseModel):
    """A line of a file of questions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    evidence: tuple[str, ...]


def indexed_questions(source: Source) -> list[IndexedQuestion]:
    """The questions beside a source, with their quotes found in its text.

    A quote whose text has changed a little (a number, a name) is found where it now stands; a question one of
    whose quotes has gone is one that the source no longer answers, or is left out where that quote is short.
    Raises `SourceError` with the number of a line that is wrong.
    """
    folded, found = fold(source.text), []
    for number, line in enumerate(source.questions.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = QuestionLine.model_validate_json(line)
        except ValidationError as error:
            name = from_root(questions_file(at_root(source.name)))
            reason = error.errors()[0]["msg"]
            raise SourceError(f"{name}:{number} is no question with its evidence ({reason}). Mend it.") from None
        places = {quote: _locate(quote, folded) for quote in entry.evidence}
        gone = [quote for quote, place in places.items() if place is None]
        if not any(len(quote) < _SHORT for quote in gone):
            spans = () if gone else tuple(place for place in places.values() if place)
            found.append(IndexedQuestion(entry.question, source.name, spans))
    return found


def _locate(quote: str, text: Folded) -> Span | None:
    """Where the quote stands in the text, else what has become of it there."""
    needle = fold(quote).text
    at = text.text.find(needle) if needle else -1
    if at >= 0:
        return text.span(at, at + len(needle))
    alike = _SAME_SHORT if len(needle) < _SHORT else _SAME_LONG
    near = fuzz.partial_ratio_alignment(needle, text.text, score_cutoff=alike)
    return text.span(near.dest_start, near.dest_end) if near and near.dest_start < near.dest_end else None


@dataclass(frozen=True)
class QuestionIndex:
    """Questions, of each the vectors of its tokens, (tokens, 384) in 16-bit floats, and the mean of these.

    `means` is (questions, 384), of length 1 each.
    """

    questions: Sequence[IndexedQuestion] = ()
    vectors: Sequence[np.ndarray] = ()
    means: np.ndarray = field(default_factory=lambda: np.zeros((0, 384), dtype=np.float32))

    @classmethod
    def of(cls, questions: Sequence[IndexedQuestion], vectors: Sequence[np.ndarray]) -> "QuestionIndex":
        """The index of these questions, of each of which the vectors of its tokens are given."""
        if not questions:
            return cls()
        stored = [one.astype(np.float16) for one in vectors]
        means = np.stack([one.mean(axis=0, dtype=np.float32) for one in stored])
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return cls(questions, stored, means / np.maximum(lengths, 1e-9))


def index_questions(sources: Sequence[Source], model: "MiniLM", known: QuestionIndex) -> QuestionIndex:
    """The questions beside all sources, embedded, but for those `known` that were embedded before.

    A question without a token that the model reads can be like no other and is left out.
    """
    found = [question for source in sources if source.questions for question in indexed_questions(source)]
    vectors = {one.question: of_one for one, of_one in zip(known.questions, known.vectors, strict=True)}
    new = list(dict.fromkeys(q.question for q in found if q.question not in vectors))
    vectors |= zip(new, (tokens.vectors for tokens in model.embed_tokens(new)), strict=True)
    questions = [q for q in found if len(vectors[q.question])]
    return QuestionIndex.of(questions, [vectors[q.question] for q in questions])
