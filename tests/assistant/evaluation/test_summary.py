"""Rows become figures, worked out by hand: means, abstention, risk against coverage, and who does nothing."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Seconds, Usage
from assistant.evaluation.results import Summary
from assistant.evaluation.statistics import Figure
from assistant.evaluation.summary import (
    Outcome,
    abstention,
    aurc,
    baselines,
    confidence_auc,
    headline,
    risk_coverage,
    summarise,
)
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
    a_row,
    an_answer,
)


def figures(summary: Summary, *names: str) -> list[tuple[float | None, int]]:
    return [(summary[name].value, summary[name].n) for name in names]


def test_a_mean_is_over_the_questions_where_it_is_defined_and_a_failure_counts_as_wrong() -> None:
    summary = summarise([RIGHT, MISCITED, REFUSED, RIGHTLY_REFUSED, ANSWERED, FAILED])
    assert figures(summary, "fact_recall", "refusal", "over_refusal") == [(1 / 4, 4), (1 / 2, 2), (2 / 4, 4)]
    assert figures(summary, "gold_citation_precision", "truthfulness") == [(1 / 2, 2), (pytest.approx(-1 / 3), 6)]
    assert figures(summary, "answer_words_median", "failures") == [(4, 3), (1, 6)]


def test_times_tokens_and_cost_are_those_of_the_answers() -> None:
    usage = Usage(input_tokens=10, output_tokens=1, cost_usd=0.5)
    rows = [a_row(ANSWERABLE, an_answer(FRAMES, seconds=Seconds(total=n), usage=usage)) for n in (1, 3)]
    summary = summarise([*rows, FAILED])
    assert figures(summary, "seconds_p50", "input_tokens", "output_tokens") == [(2, 2), (20, 2), (2, 2)]
    assert figures(summary, "cost_usd") == [(1.0, 2)]


def test_a_greeting_is_measured_by_its_use_and_by_nothing_else() -> None:
    summary = summarise([RIGHT, a_row(GREETING, an_answer("")), a_row(GREETING, None)])
    assert figures(summary, "useful", "over_refusal", "fact_recall") == [(0, 2), (0, 1), (1, 1)]
    assert (headline(summarise([RIGHT]))[0], headline(summary)[0]) == ("fact_recall", "useful")


def test_doing_nothing_has_its_score() -> None:
    idle = baselines([RIGHT, RIGHTLY_REFUSED, FAILED], CORPUS)
    assert (idle["always refuse"]["refusal"], idle["always refuse"]["over_refusal"]) == (1, 1)
    top = idle["the top passage whole"]
    assert (top["fact_recall"], top["quote_exactness"], top["refusal"]) == (1, 1, 0)


def test_abstention() -> None:
    refused = Outcome(answerable=False, answered=False)
    wrongly_refused = Outcome(answerable=True, answered=False)
    answered = Outcome(answerable=False, answered=True)
    failed = Outcome(answerable=False, answered=None)
    right = Outcome(answerable=True, answered=True, right=True)
    precision, f1 = abstention([refused, refused, wrongly_refused, answered, failed, right])
    assert (precision.value, precision.n) == (pytest.approx(2 / 3), 3)
    assert (f1.value, f1.n) == (pytest.approx(2 * 2 / (3 + 4)), 6)
    assert abstention([right]) == (Figure(value=None, n=0), Figure(value=None, n=0))


def test_risk_against_coverage_is_that_of_the_surest_answers_and_equal_confidences_share_a_point() -> None:
    right, wrong = partial(Outcome, True, True, True), partial(Outcome, True, True, False)
    refused, unsure = Outcome(False, False, confidence=0.95), Outcome(True, True)
    found = [refused, wrong(0.5), right(0.5), right(0.5), wrong(0.7), right(0.9), unsure]
    assert risk_coverage(found) == [(1, 0), (2, 1 / 2), (5, 2 / 5)]
    assert aurc(found) == pytest.approx((0 + 1 / 2 + 3 * 2 / 5) / 5)
    assert aurc([refused]) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
def test_the_auc_is_the_share_of_pairs_that_are_in_order(made: list[tuple[int, bool]]) -> None:
    found = [Outcome(answerable, False, confidence=float(c)) for c, answerable in made]
    pairs = [(a, b) for a, is_a in made if is_a for b, is_b in made if not is_b]
    wanted = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs) if pairs else None
    assert confidence_auc(found) == (None if wanted is None else pytest.approx(wanted))
