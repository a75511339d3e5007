"""Several models in one report: where each one's goes, and the page that puts them side by side."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.chain import Assistant
from assistant.evaluation.evaluate import model_folders
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_overview, write_report
from assistant.evaluation.run import run
from ingest.errors import UserError

ITEMS = [
    QuestionItem(
        id="q-1",
        question="What drives KPO?",
        answerable=True,
        facts=(("insight",),),
        evidence=("KPO is insight-driven",),
    ),
    QuestionItem(id="q-2", question="What does Time Doctor cost?", answerable=False),
]


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


def test_the_page_shows_each_model_and_the_difference(
    assistant: Assistant, with_model: Callable[..., tuple[Assistant, object]], tmp_path: Path
) -> None:
    guessing, _ = with_model(["It costs $5. [1]"])
    folders = model_folders(tmp_path, ["extractive", "<guess>"])
    for model, one in zip(folders, (assistant, guessing), strict=True):
        run(ITEMS, one, folders[model])
        write_report(folders[model], "two.jsonl", one.index().sources)
    write_overview(tmp_path, "two.jsonl", folders)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "2 models on the same questions" in page
    assert "<h2>&lt;guess&gt; against extractive</h2>" in page
    assert "<p>0 questions won, 2 lost, 0 unchanged." in page
    assert '<a href="-guess-/report.html">&lt;guess&gt;</a>' in page
    assert not any(part in page for part in ("http://", "https://", "<script", "src=", "@import", "<guess>"))
    first = json.loads((tmp_path / "extractive" / "summary.json").read_text("utf-8"))
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == first
