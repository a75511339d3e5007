"""The trained model with its thresholds."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict
from threadpoolctl import threadpool_limits

from assistant.reading_model.claim_features import claim_features
from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.features import features, likeness, table
from assistant.reading_model.joint import Joint, join
from assistant.reading_model.known_questions import Known
from ingest.embeddings import checked, open_onnx
from ingest.errors import SettingsError
from ingest.lexicon import Lexicon

FOLDER = Path(__file__).parent
NOTHING = -12.0  # the logit of what is not there
MODEL, CALIBRATION = FOLDER / "model.onnx", FOLDER / "calibration.json"


class Calibration(BaseModel):
    """What `make reading-model` found out on documents that it was not trained on, and the digest of its model.

    `answers` are the weights of a logistic regression, `refuse_below` the least probability that is answered,
    `unit_margin` how far below the best unit's logit that of a further one may be, `passage_margin` the same in
    other passages, `row_margin` within a table, `earlier_weight` the share of a follow-up's reading behind the
    question before it (see `both_readings`).
    The thresholds are the least logits of a proven claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    answers: tuple[float, float, float, float, float, float]
    refuse_below: float
    unit_margin: float
    passage_margin: float
    row_margin: float
    earlier_weight: float
    claim_threshold: float  # of a text of unknown origin: as many right ones marked as wrong ones let through
    chat_model_threshold: float  # of a chat model's answer, whose sentences are nearly all right
    uncited_threshold: float  # where it is held against passages that it does not cite


class Logits(NamedTuple):
    """What the network says of one pair of texts."""

    units: np.ndarray  # (units,): is it (a part of) the answer
    answers: float  # does the passage answer
    proven: float  # is the claim proven


@dataclass(frozen=True, eq=False)
class PassageScores:
    """A passage as it was read for a question.

    `units` is the logit of each of its units as a part of the answer, `answers` that of the whole, `likeness` how
    much each unit resembles the question, whether it answers or not.
    """

    units: np.ndarray
    answers: float
    likeness: np.ndarray

    @property
    def best(self) -> float:
        """The logit of its best unit, by which passages are ranked."""
        return float(self.units.max(initial=NOTHING))


Read = Logits | PassageScores  # what the model says of a passage


class Network:
    """The network in ONNX Runtime, one pair of texts at a time. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._session = open_onnx(path)
        self.sizes = {one.name: one.shape[-1] for one in self._session.get_inputs()}

    def run(
        self,
        joint: Joint,
        unit: np.ndarray | None = None,
        passage: np.ndarray | None = None,
        claim: np.ndarray | None = None,
    ) -> Logits:
        """The logits of a pair; those whose similarities are not given mean nothing."""
        inputs = inputs_of(joint, self.sizes, unit, passage, claim)
        units, answers, proven = self._session.run(None, inputs)
        return Logits(units[0][: 0 if unit is None else len(unit)], float(answers[0]), float(proven[0]))


def inputs_of(
    joint: Joint,
    sizes: Mapping[str, int],
    unit: np.ndarray | None = None,
    passage: np.ndarray | None = None,
    claim: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """The network's inputs, a batch of one pair; `sizes`: how many similarities a unit, passage and claim have."""
    inputs = joint._asdict() | {
        "unit": np.zeros((1, sizes["unit"])) if unit is None or not len(unit) else unit,
        "passage": np.zeros(sizes["passage"]) if passage is None else passage,
        "claim": np.zeros(sizes["claim"]) if claim is None else claim,
    }
    return {
        name: value[None] if name == "types" else value[None].astype(np.float32) for name, value in inputs.items()
    }


class ReadingModel:
    """The network with its calibration, loaded once and late.

    Each pair of texts is read by itself, one per core at a time, so that two runs give the same bytes: with int8
    activations a pair's logits would otherwise depend on its neighbours.
    """

    def __init__(self, network: Network | None = None) -> None:
        """Another `network` than the one that is shipped may take its place."""
        self._loading = Lock()
        self._given = network

    @cached_property
    def calibration(self) -> Calibration:
        """The thresholds. Raises `SettingsError` where their file is missing or damaged."""
        try:
            return Calibration.model_validate_json(CALIBRATION.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise SettingsError(f"{CALIBRATION} is missing or damaged. Run: git checkout {CALIBRATION}") from None

    def load(self) -> Network:
        """Loads the network, if it is not yet; where another thread is about it, waits for that."""
        with self._loading:
            return self._network

    @cached_property
    def _network(self) -> Network:
        # a question beside a passage is so small a product that threads wait for each other longer than they work
        threadpool_limits(1, user_api="blas")
        return self._given or Network(checked(MODEL, self.calibration.sha256))

    def read(
        self, question: EncodedText, passages: Sequence[EncodedPassage], lexicon: Lexicon, known: Known
    ) -> list[PassageScores]:
        """Every passage for the question; the similarities are relative to these passages together."""
        network = self.load()
        found = features(question, passages, lexicon, known)

        def run(number: int) -> PassageScores:
            one, (units, whole) = passages[number], found[number]
            joint = join(question.vectors, question.begins, one.vectors, one.ranges)
            logits = network.run(joint, table(units), table([whole])[0])
            return PassageScores(logits.units, logits.answers, np.array([likeness(unit) for unit in units]))

        # the longest first, so that at the end no core waits long for another
        order = sorted(range(len(passages)), key=lambda number: -len(passages[number].vectors))
        read = dict(zip(order, self._pool.map(run, order), strict=True))
        return [read[number] for number in range(len(passages))]

    def proves(self, claim: EncodedText, evidence: Sequence[EncodedPassage]) -> float:
        """The logit of a claim as proven by its evidence, all pieces together."""
        told = np.concatenate([claim.vectors[:0], *(one.vectors for one in evidence)])
        joint = join(claim.vectors, claim.begins, told)
        return self.load().run(joint, claim=table([claim_features(claim, evidence)])[0]).proven

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="reading-model")
