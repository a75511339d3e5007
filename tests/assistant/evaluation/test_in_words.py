"""The sentence on top of a report."""

from assistant.evaluation.compare import Comparison, better_or_worse
from assistant.evaluation.in_words import compared_in_words, in_words
from assistant.evaluation.statistics import Difference, Figure

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
    verdicts = [better_or_worse(pair, "fact_recall") for pair in (BETTER, WORSE, UNCLEAR, SAME, few)]
    assert verdicts == ["better", "worse", "no clear difference", "no difference", "too few to tell"]
    assert better_or_worse(BETTER, "over_refusal") == "worse"
