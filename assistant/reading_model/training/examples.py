"""What the network is trained and measured on: inputs with what it should say, by question, claim and document."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Part = Literal["train", "calibrate", "test"]


@dataclass(frozen=True)
class Example:
    """One input of the network with what it should say; what an example has not is empty, or `None`.

    Vectors are shared between examples: (tokens, 384) each, in 16 bits.
    """

    asked: np.ndarray  # with the questions before it
    begins: int  # where its own tokens begin
    told: np.ndarray
    ranges: np.ndarray | None = None  # (units, 2)
    rows: np.ndarray | None = None  # (units,), bool: which are rows of tables
    unit: np.ndarray | None = None  # (units, features)
    passage: np.ndarray | None = None  # (features,)
    claim: np.ndarray | None = None
    units_answer: np.ndarray | None = None  # (units,), 0 or 1
    passage_answers: float | None = None
    proven: float | None = None


@dataclass(frozen=True)
class Question:
    """A question with an example for each passage that is read for it, the best passage first.

    A follow-up is read behind the question before it; `alone` are the examples of it by itself.
    """

    text: str
    kind: str
    answerable: bool
    examples: list[Example]
    alone: list[Example] = field(default_factory=list)


@dataclass(frozen=True)
class Claim:
    """A claim with its evidence as quoted and as the whole passages, where these are not too long."""

    text: str
    kind: str
    supported: bool
    examples: list[Example]
    elsewhere: list[Example]  # with a passage that does not prove it, and resembles it
    unrelated: list[Example] = field(default_factory=list)  # with one that has little to do with it


@dataclass
class Document:
    """All examples of one document."""

    name: str
    group: str
    part: Part
    questions: list[Question] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
