"""Rows become figures; what a system that does nothing would score beside them."""

import json
from pathlib import Path

import pytest

from assistant.answers import Seconds, Usage
from assistant.evaluation.report import write_report
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import METRICS, score
from assistant.evaluation.summary import baselines, by_tag, headline, summarise
from tests.assistant.evaluation.by_hand import (
    ANSWERED,
    CORPUS,
    FAILED,
    MISCITED,
    REFUSED,
    RIGHT,
    RIGHTLY_REFUSED,
    SOURCES,
    UNANSWERABLE,
    a_row,
    an_answer,
    written,
)


def test_every_figure_is_explained_and_eight_are_shown_first() -> None:
    summary = summarise([RIGHT, ANSWERED])
    assert {*summary, "followup_gap", "seconds"} == set(METRICS)
    assert headline(summary)[:2] == ["fact_recall", "evidence_recall"]
    assert "refusal" in headline(summary)  # no question is tagged as a near one
    assert len(headline(summary)) == 8


def test_a_mean_is_over_the_questions_where_it_is_defined_and_a_failure_counts_as_wrong() -> None:
    summary = summarise([RIGHT, MISCITED, REFUSED, RIGHTLY_REFUSED, ANSWERED, FAILED])
    assert (summary["fact_recall"].value, summary["fact_recall"].n) == (1 / 4, 4)
    assert (summary["refusal"].value, summary["refusal"].n) == (1 / 2, 2)
    assert (summary["over_refusal"].value, summary["over_refusal"].n) == (2 / 4, 4)
    assert (summary["gold_citation_precision"].value, summary["gold_citation_precision"].n) == (1 / 2, 2)
    assert (summary["truthfulness"].value, summary["truthfulness"].n) == (pytest.approx((1 - 3) / 6), 6)
    assert (summary["answer_words_median"].value, summary["answer_words_median"].n) == (4, 3)
    assert (summary["failures"].value, summary["failures"].n) == (1, 6)


def test_times_tokens_and_cost_are_those_of_the_answers() -> None:
    def paid(row: Row, seconds: float, usage: Usage) -> Row:
        assert row.answer
        return row.model_copy(
            update={"answer": row.answer.model_copy(update={"seconds": Seconds(total=seconds), "usage": usage})}
        )

    one, two = Usage(input_tokens=10, output_tokens=1, cost_usd=0.5), Usage(input_tokens=5, output_tokens=2)
    rows = [paid(RIGHT, 1, one), paid(REFUSED, 3, two), FAILED]
    summary = summarise(rows)
    assert [summary[name].value for name in ("seconds_p50", "input_tokens", "output_tokens")] == [2, 15, 3]
    assert (summary["cost_usd"].value, summary["cost_usd"].n) == (0.5, 2)
    unknown = paid(RIGHT, 1, Usage(cost_usd=None))
    assert summarise([*rows, unknown])["cost_usd"].value is None


def test_a_greeting_is_measured_by_its_use_and_by_nothing_else() -> None:
    greeting = UNANSWERABLE.model_copy(update={"answerable": None})
    without, summary = (
        summarise([RIGHT]),
        summarise([RIGHT, a_row(greeting, an_answer("")), a_row(greeting, None)]),
    )
    assert (summary["useful"].value, summary["useful"].n) == (0, 2)
    assert headline(summary)[0] == "useful"
    changed = {name for name in summary if summary[name] != without[name]}
    of_all = {"seconds_p50", "seconds_p95", "failures", "input_tokens", "output_tokens", "cost_usd"}
    assert changed == {"useful"} | of_all


def test_a_question_that_names_its_least_is_useful_or_not() -> None:
    item = RIGHT.question.model_copy(update={"least": 1})
    rows = [a_row(item, RIGHT.answer), a_row(item, MISCITED.answer), a_row(item, None)]
    assert (summarise(rows)["useful"].value, summarise(rows)["useful"].n) == (1 / 3, 3)


def test_doing_nothing_has_its_score() -> None:
    idle = baselines([RIGHT, RIGHTLY_REFUSED, FAILED], SOURCES)
    assert idle["always refuse"]["refusal"].value == 1.0
    assert idle["always refuse"]["over_refusal"].value == 1.0
    assert idle["the top passage whole"]["fact_recall"].value == 1.0
    assert idle["the top passage whole"]["quote_exactness"].value == 1.0
    assert "citation_recall" not in baselines([RIGHT], SOURCES, judged=True)["the top passage whole"]


def test_figures_by_tag_leave_out_tags_without_any() -> None:
    held = a_row(RIGHT.question.model_copy(update={"split": "held"}), RIGHT.answer)
    figures = by_tag([RIGHT, held, ANSWERED], "fact_recall")
    assert {tag: figure.n for tag, figure in figures.items()} == {"count": 2, "held": 1}


def test_summary_json_has_value_interval_and_n(tmp_path: Path) -> None:
    folder = written(tmp_path / "r", RIGHT, RIGHTLY_REFUSED)
    write_report(folder, "bees.jsonl", SOURCES)
    kept = json.loads((folder / "summary.json").read_text("utf-8"))
    assert kept["fact_recall"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert kept["useful"] == {"value": None, "low": None, "high": None, "n": 0}


def test_a_failed_question_has_the_worst_of_all_that_it_could_be_measured_by() -> None:
    scores = score(RIGHT.question, None, CORPUS)
    assert {name: value for name, value in scores.items() if value is not None} == {
        **dict.fromkeys(("evidence_recall", "evidence_recall_at_3", "success_at_1", "mrr"), 0.0),
        **dict.fromkeys(("fact_recall", "gold_citation_recall"), 0.0),
        "over_refusal": 1.0,
        "truthfulness": -1.0,
    }
