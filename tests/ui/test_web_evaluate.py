"""What the Evaluate tab says of runs that go wrong and of reports; how it goes well is seen in the browser."""

from pathlib import Path

import pytest
from filelock import FileLock

from assistant.answers import EarlierTurn
from assistant.chain import Assistant
from assistant.evaluation.questions import load_questions
from assistant.evaluation.report import write_report
from ingest.errors import UserError
from ingest.settings import ROOT
from tests.assistant.evaluation.by_hand import RIGHT, RIGHTLY_REFUSED, SOURCES, written
from tests.ui.client import ended
from ui.web import evaluate, evaluated, reports
from ui.web.evaluated import run_html, saved_page, shown_html
from ui.web.runs import Runs
from ui.web.turns import earlier_turns, messages, whole_answers

ITEMS = load_questions(ROOT / "corpus" / "questions" / "smoke.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all reports."""
    for module in (reports, evaluated):
        monkeypatch.setattr(module, "REPORTS", tmp_path)
    monkeypatch.setattr("assistant.evaluation.statistics.RESAMPLES", 50)  # for speed: no interval is looked at
    return tmp_path


def test_what_goes_wrong_is_a_line(assistant: Assistant, folder: Path) -> None:
    runs = Runs()
    with FileLock(folder / ".lock"):
        runs.begin(ITEMS[:1], assistant, folder / "one")
        assert ended(runs).said[-1] == "A run is under way in another process. Wait until it has ended."
        assert not (folder / "one").exists(), "nothing is left of it"
    (folder / "file").touch()
    runs.begin(ITEMS[:1], assistant, folder / "file" / "one")
    assert "cannot be made" in run_html(ended(runs))
    with pytest.raises(UserError, match="was answered by <by hand>"):
        reports.reader_of(written(folder / "r", RIGHT), assistant)


def test_a_question_is_opened_with_what_was_said_before_it_and_its_document() -> None:
    history = (EarlierTurn(question="Is it a hive?", answer="It is."), EarlierTurn(question="Whose?"))
    item = RIGHT.question.model_copy(update={"history": history, "doc": "bees.md"})
    turns = evaluate._turns(RIGHT.model_copy(update={"question": item}))
    assert earlier_turns(turns[:-1]) == history
    assert [turn.within for turn in turns] == [("bees.md",)] * 3
    assert whole_answers(turns) == [RIGHT.answer], "what a set says was not answered here"
    assert "It is." in messages(turns)[1]["content"]
    assert "left this computer" not in messages(turns)[-1]["content"], "who saw it is not known any more"


def test_only_what_is_listed_is_opened(folder: Path) -> None:
    written(folder / "one", RIGHT)
    written(folder / "both", RIGHT).rename(folder / "one" / "inside")
    assert set(reports.reports()) == {"one", "one/inside"}
    assert reports.set_named("core.jsonl").is_file()
    for name in ("../one", "two", "", "/etc"):
        with pytest.raises(UserError, match="Choose another"):
            reports.report_named(name)
        with pytest.raises(UserError, match="Choose another"):
            reports.set_named(name)


def test_a_report_of_another_version_says_why_it_is_not_shown(folder: Path) -> None:
    report = written(folder / "r", RIGHT)
    write_report(report, "bees", SOURCES)
    rows = (report / "results.jsonl").read_text("utf-8")
    (report / "results.jsonl").write_text(rows.replace('"fact_recall"', '"facts"'), "utf-8")
    assert "This version cannot show r. Open report.html" in shown_html(report, SOURCES, None)


def test_a_report_that_shares_no_question_is_named_and_the_other_shown_alone(folder: Path) -> None:
    one, two = written(folder / "one", RIGHT), written(folder / "two", RIGHTLY_REFUSED)
    for report in (one, two):
        write_report(report, "bees", SOURCES)
    said = shown_html(one, SOURCES, two)
    assert "one and two share no question." in said and "Facts said 1.00" in said
    assert "Facts said 1.00" in saved_page("one", one, SOURCES, two)
