"""Two runs side by side, floors that a run has to hold, and the sentence on top of a report."""

import re
from pathlib import Path

import pytest

from assistant.evaluation.compare import (
    Comparison,
    check_comparable,
    compare,
    compared_in_words,
    in_words,
    missed,
    read_floors,
    verdict,
    worse,
)
from assistant.evaluation.report import write_report
from assistant.evaluation.statistics import Difference, Figure
from ingest.errors import UserError
from tests.assistant.evaluation.by_hand import (
    ANSWERABLE,
    ANSWERED,
    FAILED,
    GREETING,
    RIGHT,
    RIGHTLY_REFUSED,
    SOURCES,
    a_row,
    an_answer,
    changed,
    written,
)

OTHER_QUESTION = changed(ANSWERABLE, question="Who keeps bees in Rome?")


def test_a_comparison_names_what_was_won_and_lost(tmp_path: Path) -> None:
    returned, refused = an_answer("Hello.", cited=""), an_answer("")
    here = written(tmp_path / "here", RIGHT, ANSWERED, a_row(GREETING, returned))
    comparison = compare(here, written(tmp_path / "there", FAILED, RIGHTLY_REFUSED, a_row(GREETING, refused)))
    assert (comparison.won, comparison.lost, comparison.unchanged) == (["b-1", "b-3"], ["b-2"], 0)
    assert comparison.differences["fact_recall"].value == 1.0
    assert comparison.differences["failures"].value == pytest.approx(-1 / 3)
    assert (comparison.unpaired, comparison.other) == (0, [])


def test_questions_are_paired_by_their_words_and_not_by_their_id_alone(tmp_path: Path) -> None:
    other = a_row(OTHER_QUESTION, None)
    here, there = written(tmp_path / "here", RIGHT, ANSWERED), written(tmp_path / "there", other, ANSWERED)
    comparison = compare(here, there)
    assert (comparison.unchanged, comparison.unpaired) == (1, 2)
    with pytest.raises(UserError, match="share no question"):
        compare(here, written(tmp_path / "strange", other))


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
    unclear = {"over_refusal": Difference(0.2, -0.1, 0.5, 0.3, 50)}
    assert worse(Comparison(unclear, [], [], 0, 0, [])) == []


def test_a_folder_to_compare_with_has_to_be_whole_and_of_the_same_questions(tmp_path: Path) -> None:
    folder = written(tmp_path / "there", RIGHT, ANSWERED)
    with pytest.raises(UserError, match=r"summary.json cannot be read .* Give the folder of a finished report."):
        check_comparable([ANSWERABLE], folder, None)
    write_report(folder, "bees.jsonl", SOURCES)
    check_comparable([ANSWERABLE], folder, None)
    with pytest.raises(UserError, match="is the report's own folder"):
        check_comparable([ANSWERABLE], folder, folder)
    with pytest.raises(UserError, match="has none of the questions"):
        check_comparable([OTHER_QUESTION], folder, None)
    rows = folder / "results.jsonl"
    rows.write_bytes(rows.read_bytes()[:-40])
    with pytest.raises(UserError, match=r"results.jsonl cannot be read"):
        check_comparable([ANSWERABLE], folder, None)


def test_a_floor_is_a_ceiling_where_lower_is_better_and_an_undefined_figure_falls_short() -> None:
    summary = {"fact_recall": Figure(value=0.5, n=2), "over_refusal": Figure(value=0.5, n=2)}
    assert missed(summary, read_floors(["fact_recall=0.5", "over_refusal=0.5"])) == []
    assert missed(summary, read_floors(["fact_recall=0.6", "over_refusal=0.4", "mrr=0"])) == [
        "fact_recall is 0.500, at least 0.6 was asked for",
        "over_refusal is 0.500, at most 0.4 was asked for",
        "mrr is n/a, at least 0 was asked for",
    ]


@pytest.mark.parametrize(
    ("floor", "said"),
    [
        ("recall=0.5", "There is no metric 'recall'; the nearest is evidence_recall. All: useful, "),
        ("fact_recall=nan", "'fact_recall=nan' is no floor. Write it like fact_recall=0.9."),
    ],
)
def test_a_floor_that_is_mistyped_is_named(floor: str, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        read_floors([floor])


# --- in words

SUMMARY = {
    name: Figure(value=0.864, low=0.8, high=0.9, n=100)
    for name in ("fact_recall", "mrr", "over_refusal", "refusal_near")
}
BETTER, WORSE = Difference(0.04, 0.01, 0.07, 0.01, 100), Difference(-0.04, -0.07, -0.01, 0.01, 100)
UNCLEAR, SAME = Difference(0.02, -0.01, 0.05, 0.3, 100), Difference(0.0, 0.0, 0.0, 1.0, 100)


def test_a_run_says_its_first_figure_where_most_was_lost_and_what_is_clearly_different_from_another() -> None:
    first, lost = "Facts said 0.86 (0.80 to 0.90)", {"not retrieved": 1, "wrong refusal": 3}
    assert in_words(SUMMARY, lost) == f"{first}. Most was lost at “wrong refusal”: 3 of 4."
    differences = {"fact_recall": BETTER, "mrr": WORSE, "over_refusal": BETTER, "refusal_near": UNCLEAR}
    assert compared_in_words(SUMMARY, Comparison(differences, [], [], 0, 0, []), "last week") == (
        f"{first}, 4 points more than in last week; worse: rank of the evidence and wrong refusals; "
        "too few questions to tell near refusals apart."
    )


def test_a_verdict_asks_for_the_whole_interval_and_for_more_than_chance() -> None:
    few = Difference(1.0, 1.0, 1.0, 0.5, 2)
    verdicts = [verdict(pair, "fact_recall") for pair in (BETTER, WORSE, UNCLEAR, SAME, few)]
    assert verdicts == ["better", "worse", "no clear difference", "no difference", "too few to tell"]
    assert verdict(BETTER, "over_refusal") == "worse"
