"""Where the reports of one model and of several go."""

from pathlib import Path

import pytest

from assistant.evaluation.evaluate import model_folders
from ingest.errors import UserError


def test_one_model_has_the_folder_to_itself_and_several_have_one_each(tmp_path: Path) -> None:
    assert model_folders(tmp_path, ["openai:a/b"]) == {"openai:a/b": tmp_path}
    assert model_folders(tmp_path, ["extractive", "openai:a/b"]) == {
        "extractive": tmp_path / "extractive",
        "openai:a/b": tmp_path / "openai-a-b",
    }


def test_models_that_would_share_a_folder_are_refused(tmp_path: Path) -> None:
    for models in (["extractive", "extractive"], ["openai:a/b", "openai:a:b"]):
        with pytest.raises(UserError, match="would share the folder"):
            model_folders(tmp_path, models)


def test_a_report_of_one_model_is_not_mixed_with_one_of_several(tmp_path: Path) -> None:
    (tmp_path / "summary.json").touch()
    with pytest.raises(UserError, match="holds the runs of several models"):
        model_folders(tmp_path, ["extractive"])
    (tmp_path / "receipt.json").touch()
    with pytest.raises(UserError, match="holds the run of one model"):
        model_folders(tmp_path, ["extractive", "openai:a"])
