"""Two runs side by side."""

from pathlib import Path

import pytest

from assistant.evaluation.compare import Comparison, check_comparable, compare, worse
from assistant.evaluation.report import write_report
from assistant.evaluation.statistics import Difference
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


def test_a_comparison_names_what_was_won_and_lost_of_questions_with_the_same_words(tmp_path: Path) -> None:
    returned, refused = an_answer("Hello.", cited=""), an_answer("")
    here = written(tmp_path / "here", RIGHT, ANSWERED, a_row(GREETING, returned))
    comparison = compare(here, written(tmp_path / "there", FAILED, RIGHTLY_REFUSED, a_row(GREETING, refused)))
    assert (comparison.won, comparison.lost, comparison.unchanged) == (["b-1", "b-3"], ["b-2"], 0)
    assert comparison.differences["fact_recall"].value == 1.0
    assert comparison.differences["failures"].value == pytest.approx(-1 / 3)
    assert (comparison.unpaired, comparison.other) == (0, [])
    comparison = compare(here, written(tmp_path / "other", a_row(OTHER_QUESTION, None), ANSWERED))
    assert (comparison.unchanged, comparison.unpaired) == (1, 3)


def test_a_headline_metric_is_worse_where_its_whole_interval_is_and_enough_was_asked() -> None:
    changes = {
        "fact_recall": Difference(-0.2, -0.3, -0.1, 0.01, 50),
        "mrr": Difference(-0.2, -0.5, 0.1, 0.3, 50),
        "gold_citation_recall": Difference(-0.2, -0.2, -0.2, 1.0, 1),
        "over_refusal": Difference(0.2, 0.1, 0.3, 0.01, 50),
        "answer_words": Difference(9.0, 8.0, 10.0, 0.01, 50),  # the median's pairs
        "strange_names": Difference(9.0, 8.0, 10.0, 0.01, 50),  # no headline
    }
    lines = worse(Comparison(changes, [], [], 0, 0, []))
    assert [line.split()[0] for line in lines] == ["fact_recall", "over_refusal", "answer_words_median"]


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
