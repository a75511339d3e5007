"""Floors that a run has to hold."""

import pytest

from assistant.evaluation.floors import missed, read_floors
from assistant.evaluation.statistics import Figure
from ingest.errors import UserError


def test_a_floor_is_a_ceiling_where_lower_is_better_and_an_undefined_figure_falls_short() -> None:
    summary = {"fact_recall": Figure(value=0.5, n=2), "over_refusal": Figure(value=0.5, n=2)}
    assert missed(summary, read_floors(["fact_recall=0.5", "over_refusal=0.5"])) == []
    assert missed(summary, read_floors(["fact_recall=0.6", "over_refusal=0.4", "mrr=0"])) == [
        "fact_recall is 0.500, at least 0.6 was asked for",
        "over_refusal is 0.500, at most 0.4 was asked for",
        "mrr is n/a, at least 0 was asked for",
    ]


def test_a_floor_that_is_mistyped_is_named() -> None:
    with pytest.raises(UserError, match=r"There is no metric 'recall'; the nearest is evidence_recall\."):
        read_floors(["recall=0.5"])
    with pytest.raises(UserError, match=r"is no floor\. Write it like fact_recall=0\.9\."):
        read_floors(["fact_recall=nan"])
