"""How near a question is to those whose answers are known (`ingest/known_questions.py`).

They stand beside a document. Most have none; then this says nothing, and the model goes by the texts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from assistant.reading_model.encoding import EncodedText
from assistant.units import Place
from ingest.known_questions import IndexedQuestion, QuestionIndex

_NEAREST = 64  # so many are compared token by token, the others are not near


@dataclass(frozen=True)
class Known:
    """What known questions say of one question for some passages."""

    similarities: list[np.ndarray]  # of each unit that of the nearest one which it answers, 0 where there is none
    there: list[bool]  # of each passage whether any are known beside its document
    unanswered: float = 0.0  # that of the nearest which the documents do not answer

    @classmethod
    def nothing(cls, units: Sequence[int]) -> "Known":
        """For passages of so many units each."""
        return cls([np.zeros(count) for count in units], [False] * len(units))

    @cached_property
    def answered(self) -> float:
        """The similarity of the nearest known question that any of these units answers."""
        return max((float(one.max()) for one in self.similarities if len(one)), default=0.0)


class KnownQuestions:
    """The known questions of an index, compared token by token (late interaction, both ways)."""

    def __init__(self, questions: QuestionIndex) -> None:
        self._index = questions
        self._beside = {question.source for question in questions.questions}
        # passages are ranked for a question, and then read
        self._nearest = lru_cache(maxsize=64)(self._find_nearest)

    def near(self, question: EncodedText, places: Sequence[Sequence[Place]], without: Sequence[int] = ()) -> Known:
        """What is known of a question for the units that stand at these places, a list for each passage.

        `without`: the numbers of known questions to leave out, which training needs for a question that is known.
        """
        asked = self._beside & {place.source for of in places for place in of}
        if not asked or not len(question.vectors):
            return Known.nothing([len(of) for of in places])
        near = self._nearest(question, tuple(without))
        found = [(one, similarity) for one, similarity in near if one.source in asked]
        unanswered = max((similarity for one, similarity in found if not one.spans), default=0.0)
        answers = {
            source: np.array(
                [(*span, alike) for one, alike in found if one.source == source for span in one.spans]
            )
            for source in asked
        }
        there = [bool(of) and of[0].source in asked for of in places]
        similarities = [
            _of_units(of, answers[of[0].source]) if known else np.zeros(len(of))
            for of, known in zip(places, there, strict=True)
        ]
        return Known(similarities, there, unanswered)

    def _find_nearest(
        self, question: EncodedText, without: tuple[int, ...]
    ) -> list[tuple[IndexedQuestion, float]]:
        likeness = self._index.means @ question.mean
        likeness[list(without)] = -np.inf
        most = min(_NEAREST, len(likeness) - len(without))
        few = np.argpartition(-likeness, most - 1)[:most].tolist() if most > 0 else []
        nearest = sorted(few, key=lambda number: (-likeness[number], number))
        own = [self._index.vectors[number] for number in nearest]
        alike = _similarities(question.vectors, own) if own else []
        return [(self._index.questions[number], one) for number, one in zip(nearest, alike, strict=True)]


def _similarities(vectors: np.ndarray, others: Sequence[np.ndarray]) -> list[float]:
    """Of each of some texts the mean best cosine of its tokens with these, and the other way round: 1 for equals.

    All in one product, (tokens, 384) each.
    """
    lengths = [len(own) for own in others]
    begins = np.cumsum([0, *lengths[:-1]])
    cosines = vectors @ np.concatenate(others).astype(np.float32).T
    there = np.maximum.reduceat(cosines, begins, axis=1).mean(axis=0)
    back = np.add.reduceat(cosines.max(axis=0), begins) / lengths
    return [float(one) for one in (there + back) / 2]


def _of_units(places: Sequence[Place], answers: np.ndarray) -> np.ndarray:
    """For each unit of one passage the highest similarity of an answer that has most of the shorter of both.

    `answers`: (answers, 3): where each begins and ends in the same document, and the similarity of its question.
    """
    if not len(answers):
        return np.zeros(len(places))
    starts, ends = np.array([place.span for place in places]).T[..., None]
    first, last, similarity = answers.T
    common = np.minimum(ends, last) - np.maximum(starts, first)
    shorter = np.minimum(ends - starts, last - first)
    best: np.ndarray = np.where(common > 0.5 * shorter, similarity, 0.0).max(axis=1)
    return best
