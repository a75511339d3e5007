"""The page that a person reads, from rows made by hand."""

import json
import re
import tracemalloc
from pathlib import Path

import pytest

from assistant.answers import EarlierTurn
from assistant.evaluation.report import write_overview, write_report
from tests.assistant.evaluation.by_hand import (
    ANSWERABLE,
    ANSWERED,
    FAILED,
    FRAMES,
    GREETING,
    MISCITED,
    REFUSED,
    RIGHT,
    RIGHTLY_REFUSED,
    SOURCES,
    SWARM,
    UNANSWERABLE,
    WHOLE,
    a_row,
    an_answer,
    changed,
    written,
)

HELD = changed(UNANSWERABLE, id="h-1", split="held")


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.evaluation.statistics.RESAMPLES", 50)  # for speed: no interval is looked at


def page(folder: Path, other: Path | None = None) -> str:
    write_report(folder, "bees.jsonl", SOURCES, other)
    return (folder / "report.html").read_text("utf-8")


def shown(html: str) -> str:
    """The page's words, without its tags."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_the_page_says_it_in_words_and_the_summary_in_figures(tmp_path: Path) -> None:
    rows = (RIGHT, REFUSED, RIGHTLY_REFUSED, ANSWERED, a_row(GREETING, an_answer("")))
    words = shown(page(written(tmp_path / "r", *rows)))
    assert (
        "Of 2 that the documents answer, 1 were answered right, 0 wrongly or not in full, and 1 refused. "
        "Of 2 that they do not answer, 1 were rightly refused and 1 answered all the same. "
        "1 are greetings and the like."
    ) in words
    summary = json.loads((tmp_path / "r" / "summary.json").read_text("utf-8"))
    assert summary["refusal"] == {"value": 0.5, "low": 0.0, "high": 1.0, "n": 2}
    assert summary["forbidden_hits"] == {"value": None, "low": None, "high": None, "n": 0}


def test_a_loss_is_shown_with_its_stage_question_answer_evidence_and_passages(tmp_path: Path) -> None:
    earlier = (EarlierTurn(question="What is a hive?", answer="A box."), EarlierTurn(question="And a frame?"))
    after = a_row(changed(ANSWERABLE, history=earlier), an_answer(SWARM))
    greeting = a_row(GREETING, an_answer(""))
    words = shown(page(written(tmp_path / "r", after, RIGHTLY_REFUSED, FAILED, greeting)))
    assert "What went wrong: 3 of 4" in words
    assert words.index("failed: 1") < words.index("retrieved but not used: 1") < words.index("By tag")
    loss = words[words.index("retrieved but not used: 1") :]
    assert "Asked after: What is a hive? / And a frame?" in loss
    assert f"Answer {SWARM} [1]" in loss
    assert "Expected facts ten or 10: not said" in loss
    assert f"Expected evidence {FRAMES} Retrieved passages: 1" in loss
    assert WHOLE in loss
    assert "TimeoutError: &lt;late&gt;" in words
    assert "greeting not returned: 1" in words
    assert "None: a greeting is returned, without a citation." in words


def test_everything_is_escaped_and_nothing_is_remote(tmp_path: Path) -> None:
    html = page(written(tmp_path / "r", MISCITED))
    assert "How many &lt;i&gt;frames&lt;/i&gt;?" in html
    assert "&lt;by hand&gt;" in html
    assert "<i>" not in html
    assert not any(part in html for part in ("http://", "https://", "<script", "src=", "@import", "url("))


def test_a_page_that_leaves_losses_out_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.evaluation.report._SHOWN", 1)
    words = shown(page(written(tmp_path / "r", REFUSED, ANSWERED, ANSWERED)))
    assert "The first 1 are listed here; all are in results.jsonl." in words
    assert "missing refusal: 2 (0 listed)" in words


def test_the_curve_is_drawn_from_the_confidences_where_there_are_any(tmp_path: Path) -> None:
    sure, unsure = an_answer(FRAMES, confidence=0.9), an_answer(SWARM, confidence=0.3)
    html = page(written(tmp_path / "r", a_row(ANSWERABLE, sure), a_row(UNANSWERABLE, unsure), REFUSED))
    # coverage 1/3 with risk 0, coverage 2/3 with risk 1/2, on 410 by 230 units from (50, 270)
    assert 'points="186.7,270.0 323.3,155.0 "' in html
    assert "The area under the curve is 0.25 (lower is better)." in shown(html)
    assert "1 of 3 questions have no confidence and no point on the curve." in shown(html)
    html = page(written(tmp_path / "without", RIGHT, RIGHTLY_REFUSED))
    assert "<svg" not in html
    assert "there is no curve" in html


def test_questions_that_are_held_back_are_counted_and_not_shown(tmp_path: Path) -> None:
    earlier = written(tmp_path / "last week", a_row(HELD, an_answer("")), RIGHT)
    words = shown(page(written(tmp_path / "now", a_row(HELD, an_answer(SWARM)), RIGHT), earlier))
    assert "missing refusal: 1 (0 listed)" in words
    assert "1 of them are held back: they are counted here, and listed only in results.jsonl." in words
    assert "held (1) 0.00" in words  # by tag
    assert "0 won, 1 lost, 1 unchanged" in words
    assert "Lost: 1 (0 listed)" in words
    assert UNANSWERABLE.question not in words


def test_the_page_compares_with_an_earlier_run(tmp_path: Path) -> None:
    earlier = written(tmp_path / "last week", MISCITED, RIGHTLY_REFUSED)
    words = shown(page(written(tmp_path / "now", RIGHT, ANSWERED), earlier))
    against = words[words.index("Against last week") : words.index("By tag")]
    assert "2 questions are in both runs: 1 won, 1 lost, 0 unchanged." in against
    assert (
        "fact_recall share of the expected facts that the answer states +1.00 1.00 to 1.00 1.000 1 too few to tell"
        in against
    )
    assert f"Won: 1 How many &lt;i&gt;frames&lt;/i&gt;? b-1 This run {FRAMES} [1] last week {SWARM} [1]" in against
    assert (
        f"Lost: 1 What does a hive cost? b-2 This run {SWARM} [1] last week The article does not say." in against
    )


def test_the_receipt_has_hashes_settings_and_versions(tmp_path: Path) -> None:
    words = shown(page(written(tmp_path / "r", RIGHT)))
    receipt = words[words.index("Receipt") :]
    for name in ("question set sha256", "corpus sha256", "index sha256", "settings sha256", "versions", "Python"):
        assert name in receipt


def test_several_models_are_beside_the_first_on_one_page(tmp_path: Path) -> None:
    reports = {"extractive": written(tmp_path / "extractive", RIGHT, RIGHTLY_REFUSED)}
    reports["<guess>"] = written(tmp_path / "-guess-", MISCITED, ANSWERED)
    for folder in reports.values():
        write_report(folder, "bees.jsonl", SOURCES)
    write_overview(tmp_path, "bees.jsonl", reports)
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "<h2>&lt;guess&gt; against extractive</h2>" in html
    assert "0 questions won, 2 lost, 0 unchanged." in shown(html)
    assert '<a href="-guess-/report.html">&lt;guess&gt;</a>' in html
    assert "<guess>" not in html
    assert (tmp_path / "summary.json").read_text() == (tmp_path / "extractive" / "summary.json").read_text()


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.evaluation.report._SHOWN", 5)
    folder = written(tmp_path / "r", *[a_row(UNANSWERABLE, an_answer(SWARM, notices=("x" * 200_000,)))] * 100)
    write_report(folder, "bees.jsonl", SOURCES)  # what is imported and cached at first does not count
    tracemalloc.start()
    write_report(folder, "bees.jsonl", SOURCES)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < (folder / "results.jsonl").stat().st_size / 3
