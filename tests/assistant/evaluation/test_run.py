"""A run over a small foreign document: rows, resuming, failures, figures, report, comparison."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages.ai import UsageMetadata

from assistant.answers import Answer, Ask, Usage
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.compare import Comparison, check_comparable, compare, missed, read_floors, worse
from assistant.evaluation.judge import Judge
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_report
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import Budget, in_order, run
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.statistics import Difference
from assistant.evaluation.summary import HEADLINE, Summary, baselines, by_tag, headline, summarise
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
    summary = summarise(read_rows(tmp_path))
    assert summary["failures"].value == 1.0
    assert summary["fact_recall"].n == 2


@pytest.fixture(scope="module")
def report(bees: Assistant, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    folder = tmp_path_factory.mktemp("report")
    run(ITEMS, bees, folder)
    return folder, write_report(folder, "<b>bees</b>", bees.index().sources)


def test_summary_json_has_value_interval_and_n(report: tuple[Path, Summary]) -> None:
    folder, _ = report
    written = json.loads((folder / "summary.json").read_text("utf-8"))
    assert set(written["fact_recall"]) == {"value", "low", "high", "n"}
    assert written["fact_recall"]["n"] == 2
    assert written["useful"] == {"value": None, "low": None, "high": None, "n": 0}
    assert written["quote_exactness"]["value"] == 1.0


def test_every_figure_is_explained(report: tuple[Path, Summary]) -> None:
    assert set(report[1]) == set(METRICS) - {"seconds"}
    assert set(HEADLINE) <= set(METRICS)
    assert len(headline(report[1])) == 8


def test_the_report_is_one_file_without_remote_assets_and_escapes_everything(report: tuple[Path, Summary]) -> None:
    page = (report[0] / "report.html").read_text("utf-8")
    assert "&lt;b&gt;bees&lt;/b&gt;" in page
    assert "<b>bees</b>" not in page
    assert not any(part in page for part in ("http://", "https://", "<script", "src=", "@import"))


def test_doing_nothing_has_its_score(report: tuple[Path, Summary], bees: Assistant) -> None:
    idle = baselines(read_rows(report[0]), bees.index().sources)
    assert idle["always refuse"]["refusal"].value == 1.0
    assert idle["always refuse"]["over_refusal"].value == 1.0
    assert idle["the top passage whole"]["fact_recall"].value == 1.0
    assert idle["the top passage whole"]["quote_exactness"].value == 1.0


def test_figures_by_tag_leave_out_tags_without_any(report: tuple[Path, Summary]) -> None:
    figures = by_tag(read_rows(report[0]), "fact_recall")
    assert {tag: figure.n for tag, figure in figures.items()} == {"count": 1, "followup": 1}


def test_floors_and_ceilings(report: tuple[Path, Summary]) -> None:
    assert missed(report[1], read_floors(["fact_recall=0.1", "over_refusal=1"])) == []
    assert missed(report[1], read_floors(["fact_recall=2", "over_refusal=-1"])) == [
        "fact_recall is 1.000, at least 2 was asked for",
        "over_refusal is 0.000, at most -1 was asked for",
    ]


def test_a_figure_that_a_run_does_not_have_falls_short_of_its_floor() -> None:
    assert missed({}, read_floors(["followup_gap=1"])) == ["followup_gap is n/a, at most 1 was asked for"]


@pytest.mark.parametrize(
    ("floor", "said"),
    [
        ("recall=0.5", "There is no metric 'recall'; the nearest is evidence_recall. All: useful, "),
        ("=0.5", "There is no metric ''"),
        ("fact_recall=high", "'fact_recall=high' is no floor. Write it like fact_recall=0.9."),
        ("fact_recall", "'fact_recall' is no floor"),
        ("fact_recall=nan", "is no floor"),
        ("fact_recall>=0.5", "There is no metric 'fact_recall>'"),
    ],
)
def test_a_floor_that_is_mistyped_is_named(floor: str, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        read_floors([floor])


def test_a_folder_to_compare_with_has_to_be_whole_and_of_the_same_questions(
    report: tuple[Path, Summary], tmp_path: Path
) -> None:
    folder, _ = report
    check_comparable(ITEMS[:1], folder, None)
    with pytest.raises(UserError, match="is the report's own folder"):
        check_comparable(ITEMS, folder, folder)
    with pytest.raises(UserError, match="has none of the questions"):
        check_comparable([ITEMS[0].model_copy(update={"question": "What else?"})], folder, None)
    cut = (folder / "results.jsonl").read_text("utf-8")[:-40]
    (tmp_path / "results.jsonl").write_text(cut, encoding="utf-8")
    with pytest.raises(UserError, match=r"summary.json cannot be read .* Give the folder of a finished report."):
        check_comparable(ITEMS, tmp_path, None)
    for name in ("summary.json", "receipt.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(UserError, match="no report that can be read"):
        check_comparable(ITEMS, tmp_path, None)


def test_a_comparison_names_what_was_won_and_lost(bees: Assistant, tmp_path: Path) -> None:
    run(ITEMS, bees, tmp_path / "here")
    run(ITEMS, failing_at(bees, ITEMS[0].question), tmp_path / "there")
    comparison = compare(tmp_path / "here", tmp_path / "there")
    assert (comparison.won, comparison.lost, comparison.unchanged) == (["b-1"], [], 3)
    assert comparison.differences["fact_recall"].value == 0.5
    assert comparison.differences["failures"].value == -0.25
    assert (comparison.unpaired, comparison.other) == (0, [])


def test_questions_are_paired_by_their_words_and_not_by_their_id_alone(bees: Assistant, tmp_path: Path) -> None:
    other = ITEMS[0].model_copy(update={"question": "Who keeps bees in Rome?"})
    run(ITEMS, bees, tmp_path / "here")
    run([other, *ITEMS[1:]], bees, tmp_path / "there")
    comparison = compare(tmp_path / "here", tmp_path / "there")
    assert comparison.unchanged == len(ITEMS) - 1
    assert comparison.unpaired == 2


def test_a_headline_metric_is_worse_where_its_whole_interval_is() -> None:
    changes = {
        "fact_recall": Difference(-0.2, -0.3, -0.1, 0.01, 50),
        "mrr": Difference(-0.2, -0.5, 0.1, 0.3, 50),
        "over_refusal": Difference(0.2, 0.1, 0.3, 0.01, 50),
        "answer_words": Difference(9.0, 8.0, 10.0, 0.01, 50),  # the median's pairs
        "strange_names": Difference(9.0, 8.0, 10.0, 0.01, 50),  # no headline
    }
    lines = worse(Comparison(changes, [], [], 0, 0, []))
    assert [line.split()[0] for line in lines] == ["fact_recall", "over_refusal", "answer_words_median"]


def test_rows_are_read_back_as_they_were_written(report: tuple[Path, Summary]) -> None:
    lines = (report[0] / "results.jsonl").read_text("utf-8").splitlines()
    assert [Row.model_validate_json(line).model_dump_json() for line in lines] == lines


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
