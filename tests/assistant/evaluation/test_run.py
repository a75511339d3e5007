"""A run over a small foreign document: rows, resuming, failures, and what it may cost."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages.ai import UsageMetadata

from assistant.answers import Answer, Ask, Usage
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.judge import Judge
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import Budget, in_order, run
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.errors import UserError
from ingest.settings import IngestSettings
from tests.fakes import replying

DOCUMENT = """# Keeping bees

## Hives

A Langstroth hive has ten frames. The frames hang in a wooden box.

## Swarming

Bees swarm in May when the hive gets too small. The old queen leaves with half of the bees.
"""
ITEMS = [
    QuestionItem(
        id="b-1",
        question="How many frames does a Langstroth hive have?",
        answerable=True,
        facts=(("ten",),),
        evidence=("A Langstroth hive has ten frames.",),
        tags=("count",),
    ),
    QuestionItem(
        id="b-2",
        question="When do they swarm?",
        history=("How do bees swarm?",),
        standalone="When do bees swarm?",
        answerable=True,
        facts=(("may",),),
        evidence=("Bees swarm in May when the hive gets too small.",),
        tags=("followup",),
    ),
    QuestionItem(id="b-3", question="What does a hive cost?", answerable=False, tags=("unanswerable-near",)),
    QuestionItem(id="b-4", question="Who won the World Cup?", answerable=False, tags=("unanswerable-far",)),
]


@pytest.fixture(scope="module")
def bees(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("bees")
    (folder / "bees.md").write_text(DOCUMENT, encoding="utf-8")
    settings = IngestSettings(index=folder / "index")
    build(settings, [folder / "bees.md"])
    return open_assistant(AssistantSettings(model="extractive", ingest=settings))


def without_times(folder: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (folder / "results.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        row["answer"]["seconds"] = None
    return rows


def failing_at(assistant: Assistant, question: str) -> Assistant:
    """The same assistant with a chain that breaks at one question."""
    broken = open_assistant(AssistantSettings(model="extractive", ingest=assistant._settings.ingest))
    whole = broken.chain_of_model

    class Breaking:
        def invoke(self, ask: Ask, config: Any) -> Any:
            if ask.question == question:
                raise TimeoutError("no answer in time")
            return whole.invoke(ask)

    broken.chain_of_model = Breaking()  # type: ignore[assignment]
    return broken


def test_a_row_a_question_in_the_order_of_the_set(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, bees, tmp_path)
    rows = list(read_rows(tmp_path))
    assert [row.id for row in rows] == ["b-1", "b-2", "b-3", "b-4"]
    assert rows[0].scores["fact_recall"] == 1.0
    assert rows[0].scores["evidence_recall"] == 1.0
    assert rows[1].answer is not None
    assert "bees" in rows[1].answer.standalone_question
    assert rows[1].scores["followup_gap"] is not None
    assert rows[3].scores["refusal_far"] == 1.0


def test_two_runs_are_the_same_but_for_the_times(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, bees, tmp_path / "one")
    run(ITEMS, bees, tmp_path / "two")
    assert without_times(tmp_path / "one") == without_times(tmp_path / "two")


def test_an_interrupted_run_goes_on_where_it_stopped(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, bees, tmp_path / "whole")
    lines = (tmp_path / "whole" / "results.jsonl").read_text("utf-8").splitlines(keepends=True)
    run(ITEMS, bees, tmp_path / "part")
    (tmp_path / "part" / "results.jsonl").write_text("".join(lines[:2]) + lines[2][:40], encoding="utf-8")
    steps: list[tuple[int, int]] = []
    run(ITEMS, bees, tmp_path / "part", lambda done, whole: steps.append((done, whole)))
    assert steps == [(2, 4), (3, 4), (4, 4)]
    assert (tmp_path / "part" / "results.jsonl").read_text("utf-8").splitlines(keepends=True)[:2] == lines[:2]
    assert without_times(tmp_path / "part") == without_times(tmp_path / "whole")


def test_a_folder_of_another_run_is_refused(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS[:1], bees, tmp_path)
    with pytest.raises(UserError, match="holds a run that differs in questions"):
        run(ITEMS[1:], bees, tmp_path)


def test_rows_of_something_else_are_not_touched(bees: Assistant, tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text('{"mine": "precious"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"is of something else: it has no receipt\.json"):
        run(ITEMS, bees, tmp_path)
    assert (tmp_path / "results.jsonl").read_text("utf-8") == '{"mine": "precious"}\n'


def test_a_receipt_that_is_cut_off_is_a_mistake_to_mend(bees: Assistant, tmp_path: Path) -> None:
    (tmp_path / "receipt.json").touch()
    with pytest.raises(UserError, match=r"receipt\.json is not what a run of this version left"):
        run(ITEMS, bees, tmp_path)


def test_a_row_that_was_damaged_is_made_again(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, bees, tmp_path / "whole")
    run(ITEMS, bees, tmp_path / "damaged")
    results = tmp_path / "damaged" / "results.jsonl"
    first, second, *others = results.read_text("utf-8").splitlines(keepends=True)
    results.write_text("".join([first, second.replace('"scores"', '"sores"'), *others]), encoding="utf-8")
    run(ITEMS, bees, tmp_path / "damaged")
    assert without_times(tmp_path / "damaged") == without_times(tmp_path / "whole")


def test_a_question_that_fails_is_a_failure_row_and_counts_as_wrong(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, failing_at(bees, ITEMS[0].question), tmp_path)
    row = next(read_rows(tmp_path))
    assert (row.answer, row.error) == (None, "TimeoutError: no answer in time")
    assert row.scores["fact_recall"] == 0.0


# --- what it may cost


def dear(item: QuestionItem) -> Row:
    """An answer that costs much more than could be expected, as of a model that thinks long."""
    usage = Usage(input_tokens=1_500, output_tokens=5_000, cost_usd=0.02)
    answer = Answer(
        question=item.question,
        standalone_question=item.question,
        answered=False,
        text="No.",
        model="m",
        usage=usage,
    )
    return Row(id=item.id, question=item, answer=answer, error=None, scores={})


@pytest.mark.parametrize("failing", [False, True])
def test_a_limit_holds_also_for_answers_that_are_dearer_than_expected_and_for_failed_ones(failing: bool) -> None:
    items = [QuestionItem(id=str(number), question="What?", answerable=False) for number in range(20)]
    asked: list[str] = []

    def make(item: QuestionItem) -> Row:
        asked.append(item.id)
        return dear(item).model_copy(update={"answer": None, "error": "x"} if failing and asked[1:] else {})

    budget = Budget("openai:gpt-5.4-mini", 0.05, [])
    with ThreadPoolExecutor(8) as pool, pytest.raises(UserError, match="Raise --max-cost"):
        list(in_order(pool, make, items, budget))
    assert len(asked) == 2  # $0.04, of $0.05


def test_what_a_judge_takes_counts_as_well(tmp_path: Path) -> None:
    items = [QuestionItem(id=str(number), question="What?", answerable=False) for number in range(20)]
    counted = UsageMetadata(input_tokens=20_000, output_tokens=1, total_tokens=20_001)  # two verdicts: $0.03
    model = replying(lambda _: "yes", usage=counted)
    model.name_of_type = "openai:gpt-5.4-mini"
    judge = Judge("openai:gpt-5.4-mini", model, tmp_path)

    def make(item: QuestionItem) -> Row:
        for claim in "ab":
            judge("evidence", f"{item.id}{claim}")
        row = dear(item)
        assert row.answer
        return row.model_copy(update={"answer": row.answer.model_copy(update={"usage": Usage()})})

    budget = Budget("extractive", 0.08, [], judge)
    with ThreadPoolExecutor(8) as pool, pytest.raises(UserError, match=r"over \$0\.08 .*Raise --max-cost"):
        list(in_order(pool, make, items, budget))
    assert judge.spent.cost_usd == pytest.approx(0.06, rel=0.01)
    with pytest.raises(UserError, match="What openai:m costs is not known"):
        Budget("extractive", 1.0, [], Judge("openai:m", replying(lambda _: "yes"), tmp_path))
