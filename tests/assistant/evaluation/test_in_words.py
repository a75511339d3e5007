"""The sentence on top of a report."""

from assistant.evaluation.compare import Comparison
from assistant.evaluation.in_words import compared_in_words, in_words, verdict
from assistant.evaluation.statistics import Difference, Figure

SUMMARY = {
    name: Figure(value=0.864, low=0.8, high=0.9, n=100)
    for name in ("fact_recall", "mrr", "over_refusal", "refusal_near")
}
BETTER, WORSE = Difference(0.04, 0.01, 0.07, 0.01, 100), Difference(-0.04, -0.07, -0.01, 0.01, 100)
UNCLEAR, SAME = Difference(0.02, -0.01, 0.05, 0.3, 100), Difference(0.0, 0.0, 0.0, 1.0, 100)


def compared(**differences: Difference) -> str:
    return compared_in_words(SUMMARY, Comparison(differences, [], [], 0, 0, []), "last week")


def test_a_run_by_itself_says_its_first_figure_and_where_most_was_lost() -> None:
    lost = {"not retrieved": 1, "wrong refusal": 3}
    assert in_words(SUMMARY, lost) == "Facts said 0.86 (0.80 to 0.90). Most was lost at “wrong refusal”: 3 of 4."
    assert in_words(SUMMARY, {}) == "Facts said 0.86 (0.80 to 0.90). No question was lost."
    assert in_words({"fact_recall": Figure(value=None, n=0)}, {}).startswith("None of these questions says")


def test_against_another_run_it_says_what_is_clearly_different_and_what_cannot_be_told() -> None:
    assert compared(fact_recall=BETTER, mrr=WORSE, over_refusal=BETTER, refusal_near=UNCLEAR) == (
        "Facts said 0.86 (0.80 to 0.90), 4 points more than in last week; "
        "worse: rank of the evidence and wrong refusals; too few questions to tell near refusals apart."
    )
    assert compared(fact_recall=UNCLEAR, mrr=SAME) == (
        "Facts said 0.86 (0.80 to 0.90), 2 points more than in last week, which may be chance."
    )
    assert compared(fact_recall=SAME) == "Facts said 0.86 (0.80 to 0.90), as in last week."


def test_a_verdict_asks_for_the_whole_interval_and_for_more_than_chance() -> None:
    few = Difference(1.0, 1.0, 1.0, 0.5, 2)
    verdicts = [verdict(pair, "fact_recall") for pair in (BETTER, WORSE, UNCLEAR, SAME, few)]
    assert verdicts == ["better", "worse", "no clear difference", "no difference", "too few to tell"]
    assert verdict(BETTER, "over_refusal") == "worse"
