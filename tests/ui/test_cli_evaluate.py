"""`bpo-kpo evaluate`, run as a process; the smoke set has to hold its floors."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import pytest

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.evaluation.questions import load_questions
from assistant.evaluation.results import read_rows
from assistant.evaluation.run import run as run_questions
from assistant.evaluation.summary import read_summary
from ingest.settings import ROOT, IngestSettings
from tests.model_server import model_server, streamed

SMOKE = ROOT / "corpus" / "questions" / "smoke.jsonl"
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


@pytest.fixture
def index(ingest_settings: IngestSettings) -> str:
    return str(ingest_settings.index)


def command(*arguments: object) -> list[str]:
    binary = Path(sys.executable).parent / "bpo-kpo"
    return [str(binary), "evaluate", "--model", "extractive", *map(str, arguments)]


def environment_of(index: str, **environment: str) -> dict[str, str]:
    return {**os.environ, "BPO_KPO_INDEX": index, "COLUMNS": "100", **environment}


def evaluate(index: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    env = environment_of(index, **environment)
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, env=env, timeout=240)


@pytest.fixture(scope="module")
def uninterrupted(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a whole run of the smoke set leaves in `results.jsonl`, without the times."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    run_questions(load_questions(SMOKE), assistant, folder)
    return without_times(folder)


def without_times(folder: Path) -> bytes:
    return re.sub(rb'"seconds":{[^}]*}', b"", (folder / "results.jsonl").read_bytes())


def interrupted(index: str, report: Path, *arguments: object) -> tuple[int, str]:
    """Starts a run, interrupts it after its first row as Ctrl-C does; the exit code and what it said."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever ignores it hands that down
    env = environment_of(index)
    process = subprocess.Popen(command(*arguments, "--report", report), stderr=PIPE, text=True, env=env)
    signal.signal(signal.SIGINT, before)
    rows = report / "results.jsonl"
    while process.poll() is None and not (rows.exists() and rows.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def test_the_smoke_set_holds_its_floors(index: str, tmp_path: Path) -> None:
    floors = [f"--fail-under={name}={bound}" for name, bound in FLOORS.items()]
    run = evaluate(index, SMOKE, "--report", tmp_path, *floors)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "fact_recall" in run.stdout
    assert {path.name for path in tmp_path.iterdir()} == {
        *("summary.json", "results.jsonl", "report.html", "receipt.json"),
    }
    rows = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [
        json.loads(line)["id"] for line in SMOKE.read_text("utf-8").splitlines()
    ]
    assert set(rows[0]) == {"id", "question", "answer", "error", "scores"}
    Answer.model_validate(rows[0]["answer"])


def test_ctrl_c_keeps_what_is_done_and_names_the_command_that_goes_on(
    index: str, uninterrupted: bytes, tmp_path: Path
) -> None:
    report = tmp_path / "a report"
    code, said = interrupted(index, report, SMOKE)
    assert code == 2
    again = shlex.join(["bpo-kpo", *command(SMOKE, "--report", report)[1:]])
    assert said == f"bpo-kpo: Stopped; what is done is kept. Go on with: {again}\n"
    first, kept = (report / "results.jsonl").read_bytes(), without_times(report)
    assert 0 < len(kept) < len(uninterrupted)
    assert uninterrupted.startswith(kept)
    assert not (report / "summary.json").exists()

    words = shlex.split(said.partition("Go on with: ")[2])
    subprocess.run([command()[0], *words[1:]], check=True, env=environment_of(index), timeout=240)
    assert without_times(report) == uninterrupted
    assert (report / "results.jsonl").read_bytes().startswith(first)  # with its times: nothing is asked twice
    assert (report / "summary.json").exists()


def test_a_missed_floor_is_named_and_exits_with_1(index: str, tmp_path: Path) -> None:
    run = evaluate(index, SMOKE, "--only", "s-01", "--report", tmp_path, "--fail-under", "fact_recall=1.1")
    assert run.returncode == 1
    assert run.stderr == "Short of a floor: fact_recall is 1.000, at least 1.1 was asked for\n"


def test_a_run_is_compared_with_an_earlier_one(index: str, tmp_path: Path) -> None:
    evaluate(index, SMOKE, "--only", "s-01", "--report", tmp_path / "one")
    earlier = ["--compare", tmp_path / "one", "--no-worse-than", tmp_path / "one"]
    run = evaluate(index, SMOKE, "--only", "s-01", "--report", tmp_path / "two", *earlier)
    assert run.returncode == 0
    assert "Unchanged: 1" in run.stdout
    assert "<h2>Against one</h2>" in (tmp_path / "two" / "report.html").read_text("utf-8")


def test_two_models_have_a_report_each_and_one_that_compares_them(index: str, tmp_path: Path) -> None:
    report, fake = tmp_path / "report", ["--model", "openai:fake"]
    with model_server(streamed("KPO is insight-driven. [1]")) as server:
        run = evaluate(
            *(index, SMOKE, *fake, "--only", "s-01", "--only", "s-02", "--report", report),
            *("--fail-under", "fact_recall=0.5"),  # of the first
            OPENAI_BASE_URL=server.url,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "openai:fake against extractive:" in run.stdout
    assert {path.name for path in report.iterdir()} == {
        *("summary.json", "report.html", "extractive", "openai-fake"),
    }
    for folder in ("extractive", "openai-fake"):
        assert len(list(read_rows(report / folder))) == 2
        assert (report / folder / "report.html").exists()
    assert read_summary(report) == read_summary(report / "extractive") != read_summary(report / "openai-fake")


def test_check_names_file_line_and_mend_and_exits_with_2(index: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "x"}\n', encoding="utf-8")
    run = evaluate(index, broken, "--check")
    assert run.returncode == 2
    assert f"{broken}:1: the key 'question' is missing. Add it." in run.stdout


def test_a_spreadsheet_is_written_as_a_set(index: str, tmp_path: Path) -> None:
    sheet, written = tmp_path / "sheet.csv", tmp_path / "set.jsonl"
    sheet.write_text("Question;Answer quote;By\nWhat drives KPO?;KPO is insight-driven;Ann\n", encoding="utf-8")
    run = evaluate(index, sheet, "--write", written)
    assert (run.returncode, run.stdout) == (0, f"Wrote 1 questions to {written}\n")
    assert run.stderr == f"{sheet}:1: not used: the columns By. Only question and answer quote are.\n"
    assert [item.evidence for item in load_questions(written)] == [("KPO is insight-driven",)]


def test_a_spreadsheet_is_asked_like_a_set(index: str, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("question,answer quote\nWhat drives KPO?,KPO is insight-driven\n", encoding="utf-8")
    run = evaluate(index, sheet, "--report", tmp_path / "report", "--fail-under", "evidence_recall=1")
    assert run.returncode == 0, run.stderr
    (row,) = read_rows(tmp_path / "report")
    assert (row.id, row.scores["fact_recall"], row.scores["evidence_recall"]) == ("c001", None, 1.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.jsonl"], "cannot be read"),
        ([SMOKE, "--only", "s-99"], "no question 's-99'"),
        ([SMOKE, "--fail-under", "recall=1"], "no metric 'recall'"),
        ([SMOKE, "--report", ROOT / "README.md"], "README.md"),
        ([SMOKE, "--compare", "no-such"], "no-such"),
        ([SMOKE, "--model", "extractive"], "would share the folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_before_anything_is_asked(
    arguments: list[object], said: str, index: str, tmp_path: Path
) -> None:
    report = [] if "--report" in arguments else ["--report", tmp_path / "report"]
    run = evaluate(index, *arguments, *report)
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1, run.stderr
    assert said in run.stderr
    assert not (tmp_path / "report").exists()
