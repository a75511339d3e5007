"""The trained model with its thresholds."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from assistant.reading_model.claim_features import CLAIM_FEATURES, claim_features
from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.features import PASSAGE_FEATURES, UNIT_FEATURES
from assistant.reading_model.joint import Joint, join
from ingest.embeddings import checked
from ingest.errors import SettingsError

FOLDER = Path(__file__).parent
MODEL, CALIBRATION = FOLDER / "model.onnx", FOLDER / "calibration.json"


class Calibration(BaseModel):
    """What `make reading-model` found out on documents that it was not trained on, and the digest of its model.

    The first three are for a reader, and only the report uses them yet: `answers` are the weights of a logistic
    regression, `refuse_below` the least probability that is answered, `unit` the least logit of a further unit.
    The others are the least logits of a proven claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    answers: tuple[float, float, float, float, float, float]
    refuse_below: float
    unit: float
    claim: float  # of a text of unknown origin: as many right ones marked as wrong ones let through
    claim_of_chat_model: float  # of a chat model's answer, whose sentences are nearly all right


class Logits(NamedTuple):
    """What the network says of one pair of texts."""

    units: np.ndarray  # (units,): is it (a part of) the answer
    answers: float  # does the passage answer
    proven: float  # is the claim proven


class Network:
    """The network in ONNX Runtime, one pair of texts at a time. Threads may share it."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(
        self,
        joint: Joint,
        unit: np.ndarray | None = None,
        passage: np.ndarray | None = None,
        claim: np.ndarray | None = None,
    ) -> Logits:
        """The logits of a pair; those whose similarities are not given mean nothing."""
        count = len(joint.ranges)
        inputs = {
            "vectors": joint.vectors,
            "types": joint.types,
            "best": joint.best,
            "pool": joint.pool if count else np.zeros((1, len(joint.types)), dtype=np.float32),
            "unit": unit
            if count and unit is not None
            else np.zeros((max(count, 1), len(UNIT_FEATURES)), np.float32),
            "passage": np.zeros(len(PASSAGE_FEATURES), dtype=np.float32) if passage is None else passage,
            "claim": np.zeros(len(CLAIM_FEATURES), dtype=np.float32) if claim is None else claim,
        }
        units, answers, proven = self._session.run(None, {name: value[None] for name, value in inputs.items()})
        return Logits(units[0][:count], float(answers[0]), float(proven[0]))


class ReadingModel:
    """The network with its calibration, loaded once and late.

    Each pair of texts is read by itself, so that two runs give the same bytes: with int8 activations a pair's
    logits would otherwise depend on its neighbours.
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
        return self._given or Network(checked(MODEL, self.calibration.sha256))

    def proves(self, claim: EncodedText, evidence: Sequence[EncodedPassage]) -> float:
        """The logit of a claim as proven by its evidence, all pieces together."""
        told = np.concatenate([claim.vectors[:0], *(one.vectors for one in evidence)])
        joint = join(claim.vectors, claim.begins, told)
        return self.load().run(joint, claim=claim_features(claim, evidence)).proven
