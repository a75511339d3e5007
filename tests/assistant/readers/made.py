"""What a reader gets, made by hand: passages, and a logit for each of their units."""

import numpy as np

from assistant.readers import ReaderInput
from assistant.reading_model.model import Calibration, PassageScores
from assistant.refusal import answerable
from assistant.units import units
from ingest.sources import make_source
from tests.made import passage

# The best unit decides alone: from a logit of 0 on there is an answer.
CALIBRATION = Calibration(
    sha256="",
    answers=(0, 1, 0, 0, 0, 0),
    refuse_below=0.5,
    unit_margin=1.0,
    passage_margin=0.7,
    row_margin=0.5,
    earlier_weight=1.0,
    claim_threshold=0.0,
    chat_model_threshold=0.0,
    uncited_threshold=0.0,
)


def reading(
    *passages: tuple[str, list[float]], question: str = "What?", section: str = "A", together: bool = False
) -> ReaderInput:
    """A reading of these passages with a logit for each unit; each is a document, or all `together` are one."""
    retrieved, readings, sources, text = [], [], {}, ""
    for number, (own, logits) in enumerate(passages):
        assert len(units(own)) == len(logits)
        name = "0.md" if together else f"{number}.md"
        start = len(text) if together else 0
        text = f"{text}{own}\n\n" if together else own
        sources[name] = make_source(name, text)
        retrieved.append(passage(own, section, name, start))
        best = max(logits, default=-9.0)
        readings.append(PassageScores(np.array(logits, dtype=np.float32), best, np.array(logits)))
    return ReaderInput(question, tuple(retrieved), sources, tuple(readings), answerable(readings, CALIBRATION))
