"""Rows become figures; what a system that does nothing would score beside them."""

import pytest

from assistant.answers import Seconds, Usage
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.summary import Summary, baselines, by_tag, headline, summarise
from tests.assistant.evaluation.by_hand import (
    ANSWERABLE,
    ANSWERED,
    CORPUS,
    FAILED,
    FRAMES,
    GREETING,
    MISCITED,
    REFUSED,
    RIGHT,
    RIGHTLY_REFUSED,
    SWARM,
    UNANSWERABLE,
    a_row,
    an_answer,
    changed,
)


def figures(summary: Summary, *names: str) -> list[tuple[float | None, int]]:
    return [(summary[name].value, summary[name].n) for name in names]


def test_every_figure_is_explained_and_eight_are_shown_first() -> None:
    summary = summarise([RIGHT, ANSWERED])
    assert {*summary, "followup_gap", "seconds"} == set(METRICS)
    assert headline(summary)[:2] == ["fact_recall", "evidence_recall"]
    assert "refusal" in headline(summary)  # no question is tagged as a near one
    assert len(headline(summary)) == 8


def test_a_mean_is_over_the_questions_where_it_is_defined_and_a_failure_counts_as_wrong() -> None:
    summary = summarise([RIGHT, MISCITED, REFUSED, RIGHTLY_REFUSED, ANSWERED, FAILED])
    assert figures(summary, "fact_recall", "refusal", "over_refusal") == [(1 / 4, 4), (1 / 2, 2), (2 / 4, 4)]
    assert figures(summary, "gold_citation_precision", "truthfulness") == [(1 / 2, 2), (pytest.approx(-1 / 3), 6)]
    assert figures(summary, "answer_words_median", "failures") == [(4, 3), (1, 6)]


def test_times_tokens_and_cost_are_those_of_the_answers() -> None:
    one, two = Usage(input_tokens=10, output_tokens=1, cost_usd=0.5), Usage(input_tokens=5, output_tokens=2)
    first = a_row(ANSWERABLE, an_answer(FRAMES, seconds=Seconds(total=1), usage=one))
    second = a_row(ANSWERABLE, an_answer("", seconds=Seconds(total=3), usage=two))
    summary = summarise([first, second, FAILED])
    assert figures(summary, "seconds_p50", "input_tokens", "output_tokens") == [(2, 2), (15, 2), (3, 2)]
    assert figures(summary, "cost_usd") == [(0.5, 2)]
    unknown = a_row(ANSWERABLE, an_answer(FRAMES, usage=Usage(cost_usd=None)))
    assert summarise([first, unknown])["cost_usd"].value is None


def test_what_confidence_says_is_over_the_answers_that_have_one() -> None:
    sure, unsure = an_answer(FRAMES, confidence=0.9), an_answer(SWARM, confidence=0.3)
    summary = summarise([a_row(ANSWERABLE, sure), a_row(UNANSWERABLE, unsure), REFUSED])
    assert figures(summary, "aurc", "confidence_auc") == [(0.25, 2), (1, 2)]
    assert figures(summarise([RIGHT, RIGHTLY_REFUSED]), "aurc", "confidence_auc") == [(None, 0), (None, 0)]


def test_a_greeting_is_measured_by_its_use_and_by_nothing_else() -> None:
    without, summary = (
        summarise([RIGHT]),
        summarise([RIGHT, a_row(GREETING, an_answer("")), a_row(GREETING, None)]),
    )
    assert figures(summary, "useful") == [(0, 2)]
    assert headline(summary)[0] == "useful"
    of_all = {"seconds_p50", "seconds_p95", "failures", "input_tokens", "output_tokens", "cost_usd"}
    assert {name for name in summary if summary[name] != without[name]} == {"useful"} | of_all


def test_a_question_that_names_its_least_is_useful_or_not() -> None:
    item = changed(ANSWERABLE, least=1)
    rows = [a_row(item, RIGHT.answer), a_row(item, MISCITED.answer), a_row(item, None)]
    assert figures(summarise(rows), "useful") == [(1 / 3, 3)]


def test_doing_nothing_has_its_score() -> None:
    idle = baselines([RIGHT, RIGHTLY_REFUSED, FAILED], CORPUS)
    assert figures(idle["always refuse"], "refusal", "over_refusal") == [(1, 1), (1, 1)]
    assert figures(idle["the top passage whole"], "fact_recall", "quote_exactness") == [(1, 1), (1, 2)]
    assert "citation_recall" not in baselines([RIGHT], CORPUS, judged=True)["the top passage whole"]


def test_figures_by_tag_leave_out_tags_without_any() -> None:
    held = a_row(changed(ANSWERABLE, split="held"), RIGHT.answer)
    tagged = by_tag([RIGHT, held, ANSWERED], "fact_recall")
    assert {tag: figure.n for tag, figure in tagged.items()} == {"count": 2, "held": 1}
