"""The trained model as it is shipped, and what becomes of a damaged file."""

import hashlib
from pathlib import Path

import pytest

from assistant.reading_model import model
from assistant.reading_model.claim_features import claim_features
from assistant.reading_model.features import features
from assistant.reading_model.known_questions import Known
from assistant.reading_model.model import ReadingModel
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


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("MODEL", b"not a model", "is not the pinned file"),
        ("MODEL", None, "is missing"),
        ("CALIBRATION", b'{"sha256": "x", "answers": [1]}', "is missing or damaged"),
    ],
)
def test_a_file_that_is_missing_or_another_is_named_with_its_mend(
    name: str, content: bytes | None, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    if content:
        path.write_bytes(content)
    monkeypatch.setattr(model, name, path)
    with pytest.raises(SettingsError, match=f"{path} {wrong}.* git checkout"):
        ReadingModel().load()
