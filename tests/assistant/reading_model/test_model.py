"""The trained model as it is shipped, and what becomes of a damaged file."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.chain import Assistant
from assistant.reading_model import model
from assistant.reading_model.claim_features import claim_features
from assistant.reading_model.features import features
from assistant.reading_model.known_questions import Known
from assistant.reading_model.model import ReadingModel
from assistant.scorer import Scorer
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.errors import SettingsError
from tests.assistant.reading_model.by_word import Pair


def test_it_takes_as_many_similarities_as_there_are() -> None:
    pair = Pair("alpha")
    question, passage = pair.text("alpha"), pair.passage("alpha")
    ((unit,), whole) = features(question, [passage], pair.lexicon, Known.nothing([1]))[0]
    claim = claim_features(question, [passage])
    sizes = {"unit": len(unit), "passage": len(whole), "claim": len(claim)}
    assert sizes.items() <= ReadingModel().load().sizes.items()
    # By their places the network knows them: where one moves, or has another name, it has to be trained anew.
    names = hashlib.sha256("\n".join([*unit, *whole, *claim]).encode()).hexdigest()
    assert names == "4e00c159732d8c4177ea374725c4e1163d9f94b1be2810b08378b89523b16a5f"


def test_claims_read_at_once_have_the_logits_that_they_have_alone(assistant: Assistant, minilm: MiniLM) -> None:
    (passage,) = assistant.chain.invoke("What drives BPO?").passages[:1]
    proof = [(passage, units(passage.text)[0].span)]
    claims = ["BPO is volume-driven.", "BPO is cheap.", "It needs a large workforce.", "Pigs fly."]

    def logits(each: Callable[..., Iterable[float]]) -> list[float]:
        scorer = Scorer(assistant.index().lexicon, minilm, ReadingModel())  # keeps what it has read
        return list(each(lambda claim: scorer.proves(claim, proof), claims))

    with ThreadPoolExecutor(4) as pool:
        assert logits(pool.map) == logits(map)


# --- files that are missing or damaged


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The model and its calibration, as copies that a test may damage."""
    network, calibration = tmp_path / "model.onnx", tmp_path / "calibration.json"
    network.write_bytes(model.MODEL.read_bytes())
    calibration.write_bytes(model.CALIBRATION.read_bytes())
    monkeypatch.setattr(model, "MODEL", network)
    monkeypatch.setattr(model, "CALIBRATION", calibration)
    return network, calibration


def complaint() -> str:
    """What is said when the model is loaded: one line, of which file it is and what to do."""
    with pytest.raises(SettingsError) as caught:
        ReadingModel().load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_that_is_missing_or_another_is_named(files: tuple[Path, Path]) -> None:
    network, _ = files
    network.write_bytes(b"not a model")
    assert str(network) in (said := complaint()) and "is not the pinned file" in said
    network.unlink()
    assert str(network) in (said := complaint()) and "is missing" in said and "git checkout" in said


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"\xff\xfe", b'{"sha256": "x", "answers": [1]}'])
def test_a_calibration_missing_or_damaged_is_named(content: bytes | None, files: tuple[Path, Path]) -> None:
    _, calibration = files
    calibration.unlink() if content is None else calibration.write_bytes(content)
    assert str(calibration) in (said := complaint()) and "is missing or damaged" in said and "git checkout" in said
