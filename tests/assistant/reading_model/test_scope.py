"""What a question is asked of is told from its words, whatever things it names."""

from pathlib import Path

import pytest

from assistant.reading_model import scope
from assistant.reading_model.scope import masked
from ingest.errors import SettingsError


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
