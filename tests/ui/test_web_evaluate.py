"""The run that belongs to the server, the sets and reports that can be chosen, and what the tab says of them."""

import time
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.chain import Assistant
from assistant.evaluation.questions import load_questions, write_questions
from assistant.evaluation.report import write_report
from assistant.evaluation.results import read_rows
from ingest.errors import UserError
from ingest.settings import ROOT
from tests.assistant.evaluation.by_hand import RIGHT, RIGHTLY_REFUSED, SOURCES, changed, written
from ui.web import evaluated, reports
from ui.web.evaluated import about_html, run_html, saved_page, shown_html
from ui.web.runs import QUESTIONS, Run, Runs

ITEMS = load_questions(ROOT / "corpus" / "questions" / "smoke.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all reports."""
    for module in (reports, evaluated):
        monkeypatch.setattr(module, "REPORTS", tmp_path)
    monkeypatch.setattr("assistant.evaluation.statistics.RESAMPLES", 50)  # for speed: no interval is looked at
    return tmp_path


def ended(runs: Runs) -> Run:
    for _ in range(1_000):
        if runs.last and not runs.under_way:
            return runs.last
        time.sleep(0.02)
    raise AssertionError("the run goes on")


class TestRuns:
    def test_one_is_under_way_and_what_was_answered_before_a_stop_is_kept_and_gone_on_with(
        self, assistant: Assistant, folder: Path
    ) -> None:
        runs, report = Runs(), folder / "smoke-1"
        assert runs.last is None
        runs.begin(ITEMS, assistant, report)
        with pytest.raises(UserError, match="One run at a time"):
            runs.begin(ITEMS, assistant, folder / "smoke-2")
        while runs.last and not runs.last.done:
            time.sleep(0.005)
        runs.stop()
        assert ended(runs).state == "stopped"
        kept = list(read_rows(report))
        assert 0 < len(kept) < len(ITEMS)
        assert reports.can_go_on(report) and reports.reports() == {"smoke-1": report}

        runs.begin(load_questions(report / QUESTIONS), reports.reader_of(report, assistant), report)
        last = ended(runs)
        assert (last.state, last.done, last.kept) == ("done", len(ITEMS), len(kept))
        assert list(read_rows(report))[: len(kept)] == kept  # with their times: nothing was asked twice
        assert reports.finished(report) and not reports.can_go_on(report)

    def test_what_goes_wrong_is_a_line(self, assistant: Assistant, folder: Path) -> None:
        runs = Runs()
        with FileLock(folder / ".lock"):
            runs.begin(ITEMS[:1], assistant, folder / "one")
            assert ended(runs).error == "A run is under way in another process. Wait until it has ended."
            assert not (folder / "one").exists(), "nothing is left of it"
        runs.begin(ITEMS[:1], assistant, folder / "one")
        assert ended(runs).state == "done"
        runs.begin(ITEMS[:2], assistant, folder / "one")  # other questions than those of the report there
        said = run_html(ended(runs))
        assert "holds a run that differs in questions. Begin a new one" in said

    def test_a_report_of_another_reader_is_not_gone_on_with(self, assistant: Assistant, folder: Path) -> None:
        with pytest.raises(UserError, match="was answered by <by hand>"):
            reports.reader_of(written(folder / "r", RIGHT), assistant)


class TestChoices:
    def test_only_what_is_listed_is_opened(self, folder: Path) -> None:
        written(folder / "one", RIGHT)
        written(folder / "both", RIGHT).rename(folder / "one" / "inside")
        assert set(reports.reports()) == {"one", "one/inside"}
        assert reports.set_named("core.jsonl").is_file()
        for name in ("../one", "two", "", "/etc"):
            with pytest.raises(UserError, match="Choose another"):
                reports.report_named(name)
            with pytest.raises(UserError, match="Choose another"):
                reports.set_named(name)

    def test_how_long_a_set_takes_is_told_by_the_last_report_of_the_same_reader(self, folder: Path) -> None:
        assert "3 questions; they take a few seconds</strong> (an estimate" in about_html(
            "s", ITEMS[:3], "<by hand>"
        )
        answer = RIGHT.answer
        assert answer
        slow = RIGHT.model_copy(
            update={
                "answer": answer.model_copy(update={"seconds": answer.seconds.model_copy(update={"total": 20})})
            }
        )
        report = written(folder / "<b>", *[slow] * 20)
        write_report(report, "bees", SOURCES)
        written(folder / "unfinished", slow)
        said = about_html("s", ITEMS[:20], "<by hand>")
        assert "20 questions; they take about 2 minutes</strong> (as in &lt;b&gt;)" in said
        assert "an estimate" in about_html("s", ITEMS[:20], "extractive")


class TestSaid:
    def test_a_run_says_how_far_it_is_what_is_left_and_when_it_works_out_the_figures(self, folder: Path) -> None:
        began = time.monotonic() - 10
        said = run_html(Run(folder / "<b>", whole=40, began=began, kept=10, done=20))
        assert 'value="20" max="40"' in said
        assert "&lt;b&gt;: 20 of 40 questions answered, about 20 seconds left" in said
        assert "asking the first ones" in run_html(Run(folder / "r", whole=40, began=began, kept=10, done=10))
        writing = run_html(Run(folder / "r", whole=40, began=began, done=40, state="writing"))
        assert "All 40 questions are answered. Working out the figures" in writing
        assert "<progress" not in run_html(Run(folder / "r", whole=40, began=began, done=40, state="done"))

    def test_a_run_that_was_stopped_says_how_far_it_came(self, folder: Path) -> None:
        report = written(folder / "r", RIGHT, RIGHTLY_REFUSED)
        assert "has not ended: 2 questions are answered" in shown_html(report, SOURCES, None)
        items = [changed(RIGHT.question, id=str(number)) for number in range(5)]
        write_questions(report / QUESTIONS, items)
        assert "has not ended: 2 of 5 questions are answered" in shown_html(report, SOURCES, None)

    def test_a_report_of_an_earlier_version_opens_or_says_in_a_line_why_not(self, folder: Path) -> None:
        report = written(folder / "r", RIGHT)
        write_report(report, "bees", SOURCES)
        assert '<p class="shows">Facts said 1.00' in shown_html(report, SOURCES, None)
        rows = report / "results.jsonl"
        whole = rows.read_text("utf-8")
        rows.write_text(
            whole.replace('"scores":{', '"scores":{"ndcg_at_10":0.5,'), "utf-8"
        )  # not measured any more
        assert "Facts said 1.00" in shown_html(report, SOURCES, None)
        rows.write_text(whole.replace('"fact_recall"', '"facts"'), "utf-8")
        assert "This version cannot show r. Open report.html" in shown_html(report, SOURCES, None)
        rows.write_text(whole.replace('"text"', '"words"'), "utf-8")
        assert "r/results.jsonl is no report that can be read" in shown_html(report, SOURCES, None)
        (report / "receipt.json").write_text("{}", "utf-8")
        assert "r/receipt.json is not what a run of this version left" in shown_html(report, SOURCES, None)

    def test_a_report_that_shares_no_question_is_named_and_the_other_shown_alone(self, folder: Path) -> None:
        one, two = written(folder / "one", RIGHT), written(folder / "two", RIGHTLY_REFUSED)
        for report in (one, two):
            write_report(report, "bees", SOURCES)
        said = shown_html(one, SOURCES, two)
        assert said.startswith('<p role="status">one and two share no question.')
        assert "Facts said 1.00" in said
        assert "Facts said 1.00" in saved_page("one", one, SOURCES, two)
