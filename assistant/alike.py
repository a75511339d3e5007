"""How like each of the indexed questions a text is, token by token (late interaction, see `evidence`)."""

import numpy as np

from ingest.questions import QuestionIndex, means_of

_BACK = 0.3  # how much it counts that the text covers the indexed question; the rest: that it is covered
_COMPARED = 256  # so many are compared token by token, the others by their means
_EXPECTED = 0.78, 0.07  # factor and rest: what the cosine of two means lets expect of the comparison of tokens


class AskedBefore:
    """The token vectors of the indexed questions."""

    def __init__(self, questions: QuestionIndex) -> None:
        self._stored = questions.vectors
        # the same in 32 bits, with which can be reckoned; each once it is needed, as all take 0.1 s
        self._vectors = np.empty(questions.vectors.shape, dtype=np.float32)
        self._ready = np.zeros(len(questions.starts), dtype=bool)
        self._starts = np.asarray(questions.starts, dtype=np.int64)
        self._lengths = np.diff([*questions.starts, len(self._vectors)])
        self._means = questions.means

    def tokens(self, number: int) -> np.ndarray:
        """The token vectors of one question: (tokens, 384)."""
        self.prepare(np.array([number]))
        found: np.ndarray = self._vectors[self._rows(np.array([number]))]
        return found

    def compare(self, tokens: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """How like each indexed question a text of these tokens is: (questions,), 1 for the same text.

        The mean over the text's tokens, by their `weights`, of the best cosine with one of the question's, and
        the other way round. To compare with 2,000 questions token by token would take longer than all else of
        a retrieval, so that only the most alike are. The others get what the cosine of the means lets expect:
        over core.jsonl the two correlate with 0.96, and the question that is most alike was never among them.
        """
        if not len(self._starts) or not len(weights):
            return np.zeros(len(self._starts))
        mean = means_of(weights[:, None] * tokens, np.zeros(1, dtype=np.int64))[0]
        alike: np.ndarray = _EXPECTED[0] * (self._means @ mean) + _EXPECTED[1]
        near = np.sort(np.argsort(-alike, kind="stable")[:_COMPARED])
        lengths = self._lengths[near]
        starts = np.cumsum(lengths) - lengths
        self.prepare(near)
        cosines = tokens @ self._vectors[self._rows(near)].T
        there = weights @ np.maximum.reduceat(cosines, starts, axis=1)
        back = np.add.reduceat(cosines.max(axis=0), starts) / lengths
        alike[near] = (1 - _BACK) * there + _BACK * back
        return alike

    def prepare(self, numbers: np.ndarray | None = None) -> None:
        """Makes the vectors of these questions ready to be compared; of all where none are named."""
        if numbers is None:
            numbers = np.arange(len(self._starts))
        rows = self._rows(numbers[~self._ready[numbers]])
        self._vectors[rows] = self._stored[rows]
        self._ready[numbers] = True

    def _rows(self, numbers: np.ndarray) -> np.ndarray:
        """Where the tokens of these questions are, one question after another."""
        lengths = self._lengths[numbers]
        before = np.cumsum(lengths) - lengths
        rows: np.ndarray = np.arange(lengths.sum()) + np.repeat(self._starts[numbers] - before, lengths)
        return rows
