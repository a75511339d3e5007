"""The page that a person reads, from rows made by hand."""

import json
import re
from pathlib import Path

import pytest

from assistant.answers import EarlierTurn
from assistant.evaluation.report import report_html, write_report
from ingest.sources import make_source
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


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.evaluation.statistics.RESAMPLES", 50)  # for speed: no interval is looked at


def page(folder: Path, other: Path | None = None) -> str:
    if other:
        write_report(other, "bees.jsonl", SOURCES)
    write_report(folder, "bees.jsonl", SOURCES, other)
    return (folder / "report.html").read_text("utf-8")


def shown(html: str) -> str:
    """The page's words, without its tags."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_the_page_says_it_in_words_and_the_summary_in_figures(tmp_path: Path) -> None:
    rows = (RIGHT, REFUSED, RIGHTLY_REFUSED, ANSWERED, a_row(GREETING, an_answer("")))
    words = shown(page(written(tmp_path / "r", *rows)))
    assert "Of 2 that the documents answer, 1 were answered right" in words
    assert "What was lost: 3 of 5" in words and "question set sha256" in words
    later = {"bees.md": make_source("bees.md", f"{SOURCES['bees.md'].text}\nMore.\n")}
    assert "The documents have changed since this run" not in words
    assert "The documents have changed since this run" in report_html(tmp_path / "r", later)
    summary = json.loads((tmp_path / "r" / "summary.json").read_text("utf-8"))
    assert summary["refusal"] == {"value": 0.5, "low": 0.0, "high": 1.0, "n": 2}


def test_a_question_opens_with_what_was_expected_what_was_found_and_why_it_counts_as_lost(tmp_path: Path) -> None:
    after = changed(ANSWERABLE, history=(EarlierTurn(question="What is a hive?", answer="A box."),))
    html = page(written(tmp_path / "r", a_row(after, an_answer(SWARM)), RIGHTLY_REFUSED, FAILED))
    first, second, right = html.split('<details class="question')[1:]
    assert "failed. The run got no answer" in shown(first) and "TimeoutError: &lt;late&gt;" in first
    loss = shown(second)
    assert "Why it counts as lost: retrieved but not used. The passages held the evidence; the answer" in loss
    assert "Asked after: What is a hive?" in loss
    assert f"Expected ten or 10: not said {FRAMES} : found, not cited Answer {SWARM} [1]" in loss
    assert f"Retrieved passages: 1 1. Bees bees.md:8-71 {WHOLE}" in loss
    assert "nothing lost" in right and "A refusal: the documents do not say." in right


def test_a_bar_leads_to_the_questions_behind_it(tmp_path: Path) -> None:
    other = a_row(changed(ANSWERABLE, id="b-9"), an_answer(SWARM))
    html = page(written(tmp_path / "r", RIGHT, RIGHTLY_REFUSED, other))
    facts, stage, tag = (
        re.search(rf'href="#(behind-\d+)"[^>]*>\s*<span class="name">{name}<', html)
        for name in ("Facts said", "retrieved but not used", r"count \(2\)")
    )
    assert facts and stage and tag and html.count(f'id="{facts[1]}"') == 1
    (lost,) = re.findall(r'<details class="question lost" data-behind="([^"]*)"', html)
    assert {f"behind-{number}" for number in lost.split()} >= {facts[1], stage[1], tag[1]}


def test_everything_is_escaped_and_nothing_is_remote(tmp_path: Path) -> None:
    in_bold = a_row(UNANSWERABLE, an_answer("**Bees:** they <i>fly</i>.\n\n- Ten.", cited=""))
    html = page(written(tmp_path / "r", MISCITED, in_bold))
    assert "<p><strong>Bees:</strong> they &lt;i&gt;fly&lt;/i&gt;.</p>\n<ul>\n<li>Ten.</li>" in html
    assert "How many &lt;i&gt;frames&lt;/i&gt;?" in html and "<i>" not in html
    assert "&lt;by hand&gt;" in html
    assert not any(part in html for part in ("http://", "https://", "<script", "src=", "@import", "url("))


def test_questions_that_are_held_back_are_counted_and_not_shown(tmp_path: Path) -> None:
    held = changed(UNANSWERABLE, id="h-1", split="held")
    earlier = written(tmp_path / "last week", a_row(held, an_answer("")), RIGHT)
    words = shown(page(written(tmp_path / "now", a_row(held, an_answer(SWARM)), RIGHT), earlier))
    assert "1 of those that were lost are held back: they are counted, and listed only in results.jsonl." in words
    assert "0 won, 1 lost, 1 unchanged" in words
    assert UNANSWERABLE.question not in words


def test_the_page_compares_with_an_earlier_run(tmp_path: Path) -> None:
    earlier = written(tmp_path / "last week", MISCITED, RIGHTLY_REFUSED)
    html = page(written(tmp_path / "now", RIGHT, ANSWERED), earlier)
    words = shown(html)
    assert "Facts said 1.00 (1.00 to 1.00), 100 points more than in last week, which may be chance; " in words
    assert "2 questions are in both runs: 1 won , 1 lost , 0 unchanged." in words
    lost, won = (shown(part) for part in html.split('<details class="question')[1:])
    assert f"This run {FRAMES} [1] [1] {FRAMES} bees.md:8-30 last week {SWARM} [1]" in won
    assert f"This run {SWARM} [1]" in lost and "last week The article does not say." in lost


def test_of_many_questions_the_first_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.evaluation.report_questions._SHOWN", 5)
    words = shown(page(written(tmp_path / "r", *[ANSWERED] * 8)))
    assert "The first 5 that were lost are listed here; all are in results.jsonl." in words
    assert words.count("Why it counts as lost") == 5
