"""What a question is asked of is told from its words, whatever things it names."""

from pathlib import Path

import numpy as np
import pytest

from assistant.reading_model import scope
from assistant.reading_model.scope import follows_up, masked, scope_of
from ingest.errors import SettingsError


def test_the_likeliest_scope_and_a_follow_up_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = tmp_path / "scope.npz"
    of_vector = [[0, 1, 0], [-0.5, 0, 1]]  # the first number, and how far the second is above a half
    told = {"scopes": [[0, 1, 0], [0, 0, 3], [-9, 0, 0], [-9, 0, 0]], "follows": [[0.2, 0, 0], [0, 0, 1]]}
    layers = {f"{of}.out": out for of, out in told.items()} | {f"{of}.hidden": of_vector for of in told}
    np.savez(weights, **layers)
    monkeypatch.setattr(scope, "WEIGHTS", weights)
    monkeypatch.setattr(scope, "weights", scope.weights.__wrapped__)
    assert [scope_of(np.array(vector)) for vector in ([0.6, 0.8], [1.0, 0.0])] == ["document", "passages"]
    assert follows_up(np.array([0.0, 1.0])) and not follows_up(np.array([0.8, 0.6]))


def test_a_damaged_file_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scope, "WEIGHTS", tmp_path / "missing.npz")
    with pytest.raises(SettingsError, match="Run: git checkout"):
        scope.weights.__wrapped__()


@pytest.mark.parametrize(
    ("question", "names", "told"),
    [
        ("BPO vs KPO", ("BPO", "KPO"), "this vs that"),
        ("How do bpos differ from KPO firms?", ("BPO", "KPO"), "How do this differ from that firms?"),
        ("overview of BPOs", ("BPO",), "overview of that topic"),
        ("finance lease or loan (both)", ("finance lease", "loan"), "this or that (both)"),
    ],
)
def test_the_things_that_are_compared_are_masked(question: str, names: tuple[str, ...], told: str) -> None:
    assert masked(question, names) == told
