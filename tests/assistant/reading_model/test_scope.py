"""What a question is asked of is told from its words, whatever things it names."""

from pathlib import Path

import numpy as np
import pytest

from assistant.reading_model import scope
from assistant.reading_model.scope import follows_up, masked, scope_of
from ingest.errors import SettingsError


def test_the_likeliest_scope_and_a_follow_up_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = tmp_path / "scope.json"
    weights.write_text('{"scopes": {"passages": [0.1, 1, 0.5], "document": [0, 0, 1]}, "follows": [-1, 0, 2]}')
    monkeypatch.setattr(scope, "WEIGHTS", weights)
    monkeypatch.setattr(scope, "weights", scope.weights.__wrapped__)
    assert [scope_of(np.array(vector)) for vector in ([0.0, 1.0], [0.3, 0.7])] == ["document", "passages"]
    assert follows_up(np.array([0.0, 1.0])) and not follows_up(np.array([1.0, 0.5]))


def test_a_damaged_file_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scope, "WEIGHTS", tmp_path / "missing.json")
    with pytest.raises(SettingsError, match="Run: git checkout"):
        scope.weights.__wrapped__()


@pytest.mark.parametrize(
    ("question", "names", "told"),
    [
        ("BPO vs KPO", ("BPO", "KPO"), "this vs that"),
        ("How do bpos differ from KPO firms?", ("BPO", "KPO"), "How do this differ from that firms?"),
        ("finance lease or loan (both)", ("finance lease", "loan"), "this or that (both)"),
    ],
)
def test_the_two_things_that_are_compared_are_masked(question: str, names: tuple[str, str], told: str) -> None:
    assert masked(question, names) == told
