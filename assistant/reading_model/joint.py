"""What the network reads: a question or claim and the text beside it, as the embedding model read each of them.

The embedding model reads a text once, whatever is asked. Only what follows needs both: the vectors of the tokens
of both texts stand in one row, and the network's layers let them see each other (after PreTTR: MacAvaney et al.,
SIGIR 2020).
"""

from typing import NamedTuple

import numpy as np

EARLIER, ASKED, TOLD = 1, 2, 3  # whose token it is; 0 is the network's own first token
LONGEST_TOLD = 512  # tokens of a passage or of evidence that are read at once
LONGEST_ASKED = 96


class Joint(NamedTuple):
    """Two texts as one row of tokens."""

    vectors: np.ndarray  # (tokens, 384), the first row zeros
    types: np.ndarray  # (tokens,)
    best: np.ndarray  # (tokens,): a token's best cosine with the other text
    pool: np.ndarray  # (units, tokens): each row takes the mean over the tokens of a unit


def join(asked: np.ndarray, begins: int, told: np.ndarray, ranges: np.ndarray | None = None) -> Joint:
    """A question or claim, (tokens, 384), with a text; its own tokens begin behind those of earlier questions.

    `ranges`: (units, 2), the text's tokens of each unit, half-open; without any there is an empty one.
    """
    before, asked, told = asked[:begins][-LONGEST_ASKED:], asked[begins:][:LONGEST_ASKED], told[:LONGEST_TOLD]
    cosines = asked @ told.T
    first = np.zeros((1, told.shape[1]))
    lengths = [1, len(before), len(asked), len(told)]
    places = np.arange(-sum(lengths[:3]), len(told))  # among the text's tokens
    ranges = np.zeros((1, 2), dtype=np.int64) if ranges is None or not len(ranges) else ranges
    inside = (ranges[:, :1] <= places) & (places < ranges[:, 1:])
    return Joint(
        vectors=np.concatenate([first, before, asked, told]).astype(np.float32),
        types=np.repeat([0, EARLIER, ASKED, TOLD], lengths),
        best=np.concatenate(
            [np.zeros(1 + len(before)), cosines.max(axis=1, initial=-1), cosines.max(axis=0, initial=-1)]
        ).astype(np.float32),
        pool=(inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)).astype(np.float32),
    )
