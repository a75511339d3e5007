"""A run over a few questions: rows, resuming, failures, what it may cost, and where it all goes."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answers import Usage
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.questions import load_questions
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import Budget, model_folders, run
from ingest.errors import UserError
from ingest.settings import ROOT
from tests.assistant.evaluation.by_hand import an_answer
from tests.fakes import replying

IDS = ["s-01", "s-10", "s-13", "s-17"]  # one with an answer, a follow-up, a near and a far one without
pytestmark = pytest.mark.xdist_group("a whole run")

ITEMS = [item for item in load_questions(ROOT / "corpus" / "questions" / "smoke.jsonl") if item.id in IDS]


@pytest.fixture(scope="module")
def whole(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was not interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    run(ITEMS, assistant, folder)
    return folder


def lines(folder: Path) -> list[str]:
    return (folder / "results.jsonl").read_text("utf-8").splitlines(keepends=True)


def test_a_row_a_question_in_the_order_of_the_set(whole: Path) -> None:
    rows = list(read_rows(whole))
    assert [row.id for row in rows] == IDS
    assert (rows[0].scores["fact_recall"], rows[0].scores["evidence_recall"]) == (1.0, 1.0)
    assert rows[1].scores["followup_gap"] is not None
    assert rows[3].scores["refusal_far"] == 1.0


def test_a_run_goes_on_behind_its_last_whole_row_and_ends_like_one_that_was_not_interrupted(
    whole: Path, assistant: Assistant, tmp_path: Path
) -> None:
    first, second, third, _ = lines(whole)
    (tmp_path / "receipt.json").write_bytes((whole / "receipt.json").read_bytes())
    (tmp_path / "results.jsonl").write_text("".join([first, second, third[:40]]), encoding="utf-8")
    steps: list[tuple[int, int]] = []
    run(ITEMS, assistant, tmp_path, lambda done, whole: steps.append((done, whole)))
    assert steps == [(2, 4), (3, 4), (4, 4)]
    assert lines(tmp_path)[:2] == [first, second]
    rows = zip(read_rows(tmp_path), read_rows(whole), strict=True)
    assert all((one.question, one.scores) == (other.question, other.scores) for one, other in rows)


def test_a_question_is_asked_of_its_document_and_of_no_unknown_one(assistant: Assistant, tmp_path: Path) -> None:
    named = ITEMS[0].model_copy(update={"doc": "bpo-vs-kpo"})
    run([named], assistant, tmp_path / "named")
    assert [row.error for row in read_rows(tmp_path / "named")] == [None]
    with pytest.raises(UserError, match=r"^There is no document “handbook”\. Name one of these: “BPO vs KPO"):
        run([named, named.model_copy(update={"doc": "handbook"})], assistant, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_folder_of_another_run_or_of_something_else_is_refused(
    whole: Path, assistant: Assistant, tmp_path: Path
) -> None:
    (tmp_path / "results.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"is of something else: it has no receipt\.json"):
        run(ITEMS, assistant, tmp_path)
    assert (tmp_path / "results.jsonl").read_text("utf-8") == "mine"
    with pytest.raises(UserError, match="holds a run that differs in questions"):
        run(ITEMS[1:], assistant, whole)


def test_a_question_that_fails_is_a_row_that_says_why(assistant: Assistant, tmp_path: Path) -> None:
    first, _, third, _ = ITEMS
    model = replying(lambda asked: TimeoutError() if first.question in asked else "It is so. [1]")
    run([first, third], open_assistant(assistant._settings, chat_model=model), tmp_path)
    failed, answered = read_rows(tmp_path)
    assert failed.answer is None and "it took too long" in str(failed.error)
    assert answered.answer


def costing(dollars: float, **changes: object) -> Row:
    answer = an_answer("", usage=Usage(cost_usd=dollars))
    return Row(id="1", question=ITEMS[0], answer=answer, error=None, scores={}).model_copy(update=changes)


def test_a_limit_holds_also_for_answers_that_are_dearer_than_expected_failed_ones_and_a_judge() -> None:
    model = "openai:gpt-5.4-mini"
    budget = Budget(model, 0.05, [])
    assert budget.allows(1) and not budget.allows(2), "until an answer has shown its cost"
    budget.spend(costing(0.02))
    assert budget.allows(1) and not budget.allows(2)
    budget.spend(costing(0.0, answer=None, error="x"))  # which may have cost as much
    assert not budget.allows(1)
    judge: Any = SimpleNamespace(name=model, spent=Usage(cost_usd=0.0))
    budget = Budget("extractive", 0.05, [], judge)
    judge.spent = Usage(cost_usd=0.03)
    budget.spend(costing(0.0))
    assert not budget.allows(1)


def test_one_model_has_the_folder_to_itself_and_several_have_one_each(tmp_path: Path) -> None:
    two = ["extractive", "openai:a/b"]
    assert model_folders(tmp_path, two[1:]) == {"openai:a/b": tmp_path}
    assert model_folders(tmp_path, two) == {
        "extractive": tmp_path / "extractive",
        "openai:a/b": tmp_path / "openai-a-b",
    }
    with pytest.raises(UserError, match="would share the folder"):
        model_folders(tmp_path, ["openai:a/b", "openai:a:b"])
    (tmp_path / "summary.json").touch()
    with pytest.raises(UserError, match="holds the runs of several models"):
        model_folders(tmp_path, two[1:])
    (tmp_path / "receipt.json").touch()
    with pytest.raises(UserError, match="holds the run of one model"):
        model_folders(tmp_path, two)
