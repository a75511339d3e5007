"""What the network reads: a question or claim and the text beside it, as the embedding model read each of them.

The embedding model reads a text once, whatever is asked. Only what follows needs both: the vectors of the tokens
of both texts stand in one row, and the network's layers let them see each other (after PreTTR: MacAvaney et al.,
SIGIR 2020).
"""

from dataclasses import dataclass

import numpy as np

EARLIER, ASKED, TOLD = 1, 2, 3  # whose token it is; 0 is the network's own first token
LONGEST_TOLD = 512  # tokens of a passage or of evidence that are read at once
LONGEST_ASKED = 96


@dataclass(frozen=True)
class Joint:
    """Two texts as one row of tokens.

    `vectors` is (tokens, 384), the first row zeros; `types` and `best`, a token's best cosine with the other text,
    are (tokens,); `ranges` is (units, 2), the tokens of each unit, half-open.
    """

    vectors: np.ndarray
    types: np.ndarray
    best: np.ndarray
    ranges: np.ndarray

    @property
    def pool(self) -> np.ndarray:
        """(units, tokens): each row takes the mean over the tokens of a unit."""
        places = np.arange(len(self.types))
        inside = (self.ranges[:, :1] <= places) & (places < self.ranges[:, 1:])
        means: np.ndarray = (inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)).astype(np.float32)
        return means


def join(asked: np.ndarray, begins: int, told: np.ndarray, ranges: np.ndarray | None = None) -> Joint:
    """A question or claim, (tokens, 384), with a text; its own tokens begin behind those of earlier questions."""
    before, asked, told = asked[:begins][-LONGEST_ASKED:], asked[begins:][:LONGEST_ASKED], told[:LONGEST_TOLD]
    cosines = asked @ told.T if len(asked) and len(told) else np.zeros((len(asked), len(told)), dtype=np.float32)
    first = np.zeros((1, told.shape[1]), dtype=np.float32)
    begin = 1 + len(before) + len(asked)
    return Joint(
        vectors=np.concatenate([first, before, asked, told]).astype(np.float32),
        types=np.repeat([0, EARLIER, ASKED, TOLD], [1, len(before), len(asked), len(told)]).astype(np.int64),
        best=np.concatenate(
            [
                np.zeros(1 + len(before)),
                cosines.max(axis=1) if len(told) else np.zeros(len(asked)),
                cosines.max(axis=0) if len(asked) else np.zeros(len(told)),
            ]
        ).astype(np.float32),
        ranges=np.minimum(ranges, len(told)) + begin if ranges is not None else np.zeros((0, 2), dtype=np.int64),
    )
