"""A run over a few questions: rows, resuming, failures, what it may cost, and where it all goes."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages.ai import UsageMetadata

from assistant.answers import Usage
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.judge import CitationJudge
from assistant.evaluation.questions import QuestionItem, load_questions
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import Budget, in_order, model_folders, run
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


def without_times(folder: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in lines(folder)]
    for row in rows:
        row["answer"]["seconds"] = None
    return rows


def test_a_row_a_question_in_the_order_of_the_set(whole: Path) -> None:
    rows = list(read_rows(whole))
    assert [row.id for row in rows] == IDS
    assert (rows[0].scores["fact_recall"], rows[0].scores["evidence_recall"]) == (1.0, 1.0)
    assert rows[1].answer is not None
    assert rows[1].answer.standalone_question != ITEMS[1].question
    assert rows[1].scores["followup_gap"] is not None
    assert rows[3].scores["refusal_far"] == 1.0


@pytest.mark.parametrize("damage", [lambda line: line[:40], lambda line: line.replace('"scores"', '"sores"')])
def test_a_run_goes_on_behind_its_last_whole_row_and_ends_like_one_that_was_not_interrupted(
    damage: Callable[[str], str], whole: Path, assistant: Assistant, tmp_path: Path
) -> None:
    first, second, third, _ = lines(whole)
    (tmp_path / "receipt.json").write_bytes((whole / "receipt.json").read_bytes())
    (tmp_path / "results.jsonl").write_text("".join([first, second, damage(third)]), encoding="utf-8")
    steps: list[tuple[int, int]] = []
    run(ITEMS, assistant, tmp_path, lambda done, whole: steps.append((done, whole)))
    assert steps == [(2, 4), (3, 4), (4, 4)]
    assert lines(tmp_path)[:2] == [first, second]
    assert without_times(tmp_path) == without_times(whole)


def test_a_question_is_asked_of_its_document_and_of_no_unknown_one(assistant: Assistant, tmp_path: Path) -> None:
    named = ITEMS[0].model_copy(update={"doc": "bpo-vs-kpo"})
    run([named], assistant, tmp_path / "named")
    assert [row.error for row in read_rows(tmp_path / "named")] == [None]
    with pytest.raises(UserError, match=r"^There is no document “handbook”\. Name one of these: “BPO vs KPO"):
        run([named, named.model_copy(update={"doc": "handbook"})], assistant, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_follow_up_has_cost_both_ways_of_asking_it(assistant: Assistant, tmp_path: Path) -> None:
    counted = UsageMetadata(input_tokens=100, output_tokens=1, total_tokens=101)
    model = replying(lambda _: "KPO is insight-driven. [1]", usage=counted)
    run(ITEMS[1:2], open_assistant(assistant._settings, chat_model=model), tmp_path)
    (row,) = read_rows(tmp_path)
    assert row.answer is not None
    assert row.answer.usage.input_tokens == 100 * len(model.sent) > 200


def test_a_folder_of_another_run_or_of_something_else_is_refused(assistant: Assistant, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text('{"mine": "precious"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"is of something else: it has no receipt\.json"):
        run(ITEMS, assistant, tmp_path)
    assert results.read_text("utf-8") == '{"mine": "precious"}\n'
    results.unlink()
    run(ITEMS[:1], assistant, tmp_path)
    with pytest.raises(UserError, match="holds a run that differs in questions"):
        run(ITEMS[1:], assistant, tmp_path)


def test_a_question_that_fails_is_a_row_that_says_why(assistant: Assistant, tmp_path: Path) -> None:
    first, _, third, _ = ITEMS
    model = replying(lambda asked: TimeoutError() if first.question in asked else "It is so. [1]")
    run([first, third], open_assistant(assistant._settings, chat_model=model), tmp_path)
    failed, answered = read_rows(tmp_path)
    assert failed.answer is None and "it took too long" in str(failed.error)
    assert answered.answer


# --- what it may cost

TWENTY = [QuestionItem(id=str(number), question="What?", answerable=False) for number in range(20)]


def a_row(item: QuestionItem, cost: float) -> Row:
    answer = an_answer("", usage=Usage(input_tokens=1_500, output_tokens=5_000, cost_usd=cost))
    return Row(id=item.id, question=item, answer=answer, error=None, scores={})


@pytest.mark.parametrize("failing", [False, True])
def test_a_limit_holds_also_for_answers_that_are_dearer_than_expected_and_for_failed_ones(failing: bool) -> None:
    asked: list[str] = []

    def make(item: QuestionItem) -> Row:
        asked.append(item.id)
        fails = failing and asked[1:]
        return a_row(item, cost=0.02).model_copy(update={"answer": None, "error": "x"} if fails else {})

    budget = Budget("openai:gpt-5.4-mini", 0.05, [])
    with ThreadPoolExecutor(8) as pool, pytest.raises(UserError, match="Raise --max-cost"):
        list(in_order(pool, make, TWENTY, budget))
    assert len(asked) == 2  # $0.04, of $0.05


def test_what_a_judge_takes_counts_as_well(tmp_path: Path) -> None:
    counted = UsageMetadata(input_tokens=20_000, output_tokens=1, total_tokens=20_001)  # two verdicts: $0.03
    model = replying(lambda _: "yes", usage=counted)
    model.name_of_type = "openai:gpt-5.4-mini"
    judge = CitationJudge("openai:gpt-5.4-mini", model, tmp_path)

    def make(item: QuestionItem) -> Row:
        for claim in "ab":
            judge("evidence", f"{item.id}{claim}")
        return a_row(item, cost=0)

    budget = Budget("extractive", 0.08, [], judge)
    with ThreadPoolExecutor(8) as pool, pytest.raises(UserError, match=r"over \$0\.08 .*Raise --max-cost"):
        list(in_order(pool, make, TWENTY, budget))
    assert judge.spent.cost_usd == pytest.approx(0.06, rel=0.01)


# --- where it goes


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
