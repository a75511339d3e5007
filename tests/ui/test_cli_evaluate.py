"""`bpo-kpo evaluate`: what it prints and leaves, and its exit codes; the smoke set has to hold its floors."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.evaluation.feedback import Feedback, keep
from assistant.evaluation.questions import load_questions
from assistant.evaluation.results import read_rows, read_summary
from ingest.settings import ROOT
from tests.assistant.evaluation.by_hand import an_answer
from tests.model_server import model_server, streamed
from tests.ui import command

SMOKE = ROOT / "corpus" / "questions" / "smoke.jsonl"
ONE = (SMOKE, "--only", "s-01")

FLOORS = {
    "fact_recall": 0.75,
    "evidence_recall": 0.9,
    "mrr": 0.8,
    "gold_citation_precision": 0.55,
    "gold_citation_recall": 0.7,
    "citation_validity": 1.0,
    "quote_exactness": 1.0,
    "refusal": 0.95,
    "refusal_near": 0.9,
    "over_refusal": 0.1,
    "answer_words_median": 60,
    "failures": 0,
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def evaluate(environment: dict[str, str]) -> Run:
    return lambda *arguments, **more: command.bpo_kpo("evaluate", *map(str, arguments), **environment, **more)


@pytest.mark.slow
def test_the_smoke_set_holds_its_floors(evaluate: Run, tmp_path: Path) -> None:
    floors = [f"--fail-under={name}={bound}" for name, bound in FLOORS.items()]
    run = evaluate(SMOKE, "--report", tmp_path, *floors)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "fact_recall" in run.stdout
    left = {"summary.json", "results.jsonl", "report.html", "receipt.json"}
    assert {path.name for path in tmp_path.iterdir()} == left
    assert [row.id for row in read_rows(tmp_path)] == [item.id for item in load_questions(SMOKE)]


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_names_the_command_that_goes_on(
    evaluate: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "a report"
    rows = report / "results.jsonl"
    line = [str(command.COMMAND), "evaluate", str(SMOKE), "--report", str(report)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever ignores it hands that down
    process = subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
    signal.signal(signal.SIGINT, before)
    while process.poll() is None and not (rows.exists() and rows.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said == f"bpo-kpo: Stopped; what is done is kept. Go on with: {shlex.join(['bpo-kpo', *line[1:]])}\n"
    first = rows.read_bytes()
    assert first and not (report / "summary.json").exists()

    assert evaluate(*shlex.split(said.partition("Go on with: ")[2])[2:]).returncode == 0
    assert rows.read_bytes().startswith(first)  # with its times: nothing is asked twice
    assert (report / "summary.json").exists()


def test_a_missed_floor_exits_with_1_and_a_run_is_compared_with_another(evaluate: Run, tmp_path: Path) -> None:
    run = evaluate(*ONE, "--report", tmp_path / "one", "--fail-under", "fact_recall=1.1")
    assert run.returncode == 1
    assert run.stderr == "Short of a floor: fact_recall is 1.000, at least 1.1 was asked for\n"
    earlier = ["--compare", tmp_path / "one", "--no-worse-than", tmp_path / "one"]
    run = evaluate(*ONE, "--report", tmp_path / "two", *earlier)
    assert run.returncode == 0
    assert "Unchanged: 1" in run.stdout
    assert "<h2>Against one</h2>" in (tmp_path / "two" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_two_models_have_a_report_each_and_one_that_compares_them(evaluate: Run, tmp_path: Path) -> None:
    models = ("--model", "extractive", "--model", "openai:fake")
    with model_server(streamed("KPO is insight-driven. [1]")) as server:
        floor = ("--fail-under", "fact_recall=0.5")  # of the first
        run = evaluate(*ONE, "--only", "s-02", *models, "--report", tmp_path, *floor, OPENAI_BASE_URL=server.url)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "openai:fake against extractive:" in run.stdout
    first, second = read_summary(tmp_path / "extractive"), read_summary(tmp_path / "openai-fake")
    assert read_summary(tmp_path) == first != second
    assert all((tmp_path / folder / "report.html").exists() for folder in ("", "extractive", "openai-fake"))


def test_a_spreadsheet_is_checked_written_as_a_set_and_asked_like_one(evaluate: Run, tmp_path: Path) -> None:
    sheet, written = tmp_path / "sheet.csv", tmp_path / "set.jsonl"
    sheet.write_text("question,answer quote\nWhat drives KPO?,KPO is driven\n", encoding="utf-8")
    run = evaluate(sheet, "--check")
    assert run.returncode == 2
    assert f"{sheet}:2: the quote 'KPO is driven' is not in the corpus." in run.stdout
    sheet.write_text("Question;Answer quote;By\nWhat drives KPO?;KPO is insight-driven;Ann\n", encoding="utf-8")
    run = evaluate(sheet, "--write", written)
    not_used = f"{sheet}:1: not used: the columns By. Only question and answer quote are.\n"
    assert (run.returncode, run.stdout, run.stderr) == (0, f"Wrote 1 questions to {written}\n", not_used)
    assert [item.evidence for item in load_questions(written)] == [("KPO is insight-driven",)]
    run = evaluate(sheet, "--report", tmp_path / "report", "--fail-under", "evidence_recall=1")
    assert (run.returncode, run.stderr) == (0, not_used)


def test_thumbs_down_become_lines_of_a_set_and_their_comments_stand_beside_it(
    evaluate: Run, tmp_path: Path
) -> None:
    path = tmp_path / "feedback.jsonl"
    down = Feedback(good=False, comment="It is\nvolume.", answer=an_answer("", question="What drives “BPO”?"))
    keep(down, path)
    run = evaluate("--from-feedback", BPO_KPO_FEEDBACK=str(path))
    assert run.returncode == 0 and json.loads(run.stdout)["question"] == "What drives “BPO”?"
    assert run.stderr == f"{down.question_id}: It is volume.\n"
