"""Examples become batches of like length, so that little is padding."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assistant.reading_model.claim_features import CLAIM_FEATURES
from assistant.reading_model.features import PASSAGE_FEATURES, UNIT_FEATURES
from assistant.reading_model.joint import join
from assistant.reading_model.training.examples import Document, Example, Question

_WINDOW = 640  # examples that are sorted by length together


@dataclass(frozen=True)
class Batch:
    """The network's inputs, and what it should say: each with a mask of where that is known."""

    inputs: tuple[Tensor, ...]
    units: tuple[Tensor, Tensor]
    passages: tuple[Tensor, Tensor]
    claims: tuple[Tensor, Tensor]


def collate(examples: Sequence[Example]) -> Batch:
    """Pads examples to their longest."""
    joints = [join(e.asked.astype(np.float32), e.begins, e.told.astype(np.float32), e.ranges) for e in examples]
    n, tokens, units = len(joints), max(len(j.types) for j in joints), max(1, *(len(j.ranges) for j in joints))
    vectors = np.zeros((n, tokens, joints[0].vectors.shape[1]), dtype=np.float32)
    types, mask = np.zeros((n, tokens), dtype=np.int64), np.zeros((n, tokens), dtype=bool)
    best, pool = np.zeros((n, tokens), dtype=np.float32), np.zeros((n, units, tokens), dtype=np.float32)
    of_units = np.zeros((n, units, len(UNIT_FEATURES)), dtype=np.float32)
    of_passage = np.zeros((n, len(PASSAGE_FEATURES)), dtype=np.float32)
    of_claim = np.zeros((n, len(CLAIM_FEATURES)), dtype=np.float32)
    wanted, known = np.zeros((n, units), dtype=np.float32), np.zeros((n, units), dtype=np.float32)
    answers, proven = (np.zeros((n, 2), dtype=np.float32) for _ in range(2))
    for i, (e, j) in enumerate(zip(examples, joints, strict=True)):
        length, count = len(j.types), len(j.ranges)
        vectors[i, :length], types[i, :length], best[i, :length], mask[i, :length] = (
            j.vectors,
            j.types,
            j.best,
            True,
        )
        if e.unit is not None and count:
            pool[i, :count, :length], of_units[i, :count] = j.pool, e.unit
            wanted[i, :count], known[i, :count] = e.units_answer, j.pool.any(axis=1)
        if e.passage is not None:
            of_passage[i], answers[i] = e.passage, (e.passage_answers, 1)
        if e.claim is not None:
            of_claim[i], proven[i] = e.claim, (e.proven, 1)
    arrays = vectors, types, best, mask, pool, of_units, of_passage, of_claim
    return Batch(
        tuple(map(torch.from_numpy, arrays)),
        (torch.from_numpy(wanted), torch.from_numpy(known)),
        (torch.from_numpy(answers[:, 0]), torch.from_numpy(answers[:, 1])),
        (torch.from_numpy(proven[:, 0]), torch.from_numpy(proven[:, 1])),
    )


def epoch(documents: Sequence[Document], size: int, chance: random.Random) -> Iterator[list[Example]]:
    """The examples of one epoch in random order, batched by like length.

    Of an answered question two passages that answer and one of the best that does not; of another question two of
    the best three. Of a claim its evidence as quoted, as whole passages, and of some a passage that does not
    prove it.
    """
    examples = [e for document in documents for question in document.questions for e in _some(question, chance)]
    claims = [claim for document in documents for claim in document.claims]
    examples += [e for claim in claims for e in (*claim.examples, *claim.elsewhere)]
    chance.shuffle(examples)
    for at in range(0, len(examples), _WINDOW):
        window = sorted(examples[at : at + _WINDOW], key=lambda e: (e.claim is not None, e.length))
        few = [window[i : i + size] for i in range(0, len(window), size)]
        yield from chance.sample(few, len(few))


def _some(question: Question, chance: random.Random) -> list[Example]:
    right = [e for e in question.examples if e.passage_answers]
    wrong = [e for e in question.examples if not e.passage_answers]
    if right:
        other = [chance.choice(wrong[:4] if chance.random() < 0.7 else wrong)] if wrong else []
        return chance.sample(right, min(2, len(right))) + other
    first = wrong[:3] if chance.random() < 0.8 else wrong
    return chance.sample(first, min(2, len(first)))
