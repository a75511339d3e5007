"""A network that notes what it is asked."""

import numpy as np

from assistant.reading_model.joint import TOLD, Joint
from assistant.reading_model.model import Logits, Network


class Noting(Network):
    """Says of a claim how many tokens its evidence has."""

    def __init__(self) -> None:
        self.asked: list[Joint] = []

    def run(
        self,
        joint: Joint,
        unit: np.ndarray | None = None,
        passage: np.ndarray | None = None,
        claim: np.ndarray | None = None,
    ) -> Logits:
        """Notes the pair; it has to be a claim's."""
        assert unit is None and passage is None and claim is not None
        self.asked.append(joint)
        return Logits(np.zeros(0), 0.0, float((joint.types == TOLD).sum()))
