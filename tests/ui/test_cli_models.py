"""The command line with a chat model behind a real socket: and no word of the key anywhere."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.settings import IngestSettings
from tests.model_server import STREAM, Asked, error, event, model_server, models, streamed
from tests.ui import command

KEY = "sk-secret-0123456789abcdef"
DRIVES = "What drives BPO?"
SET = '{"id": "a", "question": "What drives BPO?", "answerable": true, "facts": [["volume"]], "evidence": []}\n'

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bpo_kpo(ingest_settings: IngestSettings) -> Run:
    """Runs the command on the shared index, with these variables."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return command.bpo_kpo(*arguments, **{"BPO_KPO_INDEX": str(ingest_settings.index), **variables})

    return run


def test_ask_takes_the_only_model_of_a_server_and_says_so(bpo_kpo: Run) -> None:
    with model_server(models("small"), streamed("Pigs fly [1].")) as server:
        done = bpo_kpo("ask", DRIVES, OPENAI_BASE_URL=server.url)
    assert done.returncode == 0
    assert done.stdout.startswith("Pigs fly [1][?].")
    assert "Answered by openai:small in " in done.stdout
    assert f"sent to {server.url[7:-3]}" in done.stdout
    assert "110 tokens" in done.stdout


def test_strict_leaves_out_what_is_not_proven(bpo_kpo: Run) -> None:
    with model_server(streamed("Pigs fly [1].")) as server:
        done = bpo_kpo(
            "ask", "--json", "--model", "openai:m", DRIVES, OPENAI_BASE_URL=server.url, BPO_KPO_STRICT="1"
        )
    answer = json.loads(done.stdout)
    assert not answer["answered"] and answer["notices"] and answer["model"] == "openai:m"


def test_a_wrong_key_is_one_line_and_the_key_is_nowhere(bpo_kpo: Run, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    with model_server(error("401 Unauthorized", message=f"Incorrect API key provided: {KEY}")) as server:
        variables = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "BPO_KPO_MODEL": "openai:m"}
        done = bpo_kpo("ask", DRIVES, **variables)
        examined = bpo_kpo("doctor", **variables)
        measured = bpo_kpo("evaluate", str(questions), "--report", str(tmp_path / "report"), **variables)
    assert done.returncode == examined.returncode == measured.returncode == 2
    assert done.stderr.count("\n") == 1 and "Mend it in .env (for openai: OPENAI_API_KEY)" in done.stderr
    assert "WRONG  server: " in examined.stdout and "refused the key" in examined.stdout
    assert "Mend it in .env (for openai" in measured.stderr
    said = [text for one in (done, examined, measured) for text in (one.stdout, one.stderr)]
    written = [path.read_text("utf-8") for path in (tmp_path / "report").rglob("*") if path.is_file()]
    assert written and not any(KEY in text for text in [*said, *written])


def test_evaluate_never_falls_back(bpo_kpo: Run, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    with model_server(error("400 Bad Request")) as server:
        variables = {"OPENAI_BASE_URL": server.url, "BPO_KPO_MODEL": "openai:m"}
        bpo_kpo("evaluate", str(questions), "--report", str(tmp_path / "report"), **variables)
    (row,) = (tmp_path / "report" / "results.jsonl").read_text("utf-8").splitlines()
    assert json.loads(row)["answer"] is None and "(400)" in json.loads(row)["error"]


def test_a_run_is_recorded_and_replayed_without_a_server(bpo_kpo: Run, tmp_path: Path) -> None:
    questions, tape = tmp_path / "set.jsonl", tmp_path / "tape"
    questions.write_text(SET)
    with model_server(streamed("It is volume-driven [1].")) as server:
        recorded = bpo_kpo(
            *("evaluate", str(questions), "--record", str(tape), "--report", str(tmp_path / "a")),
            OPENAI_BASE_URL=server.url,
            BPO_KPO_MODEL="openai:m",
        )
    replaying = ("evaluate", str(questions), "--replay", str(tape), "--report", str(tmp_path / "b"))
    replayed = bpo_kpo(*replaying, "--max-cost", "0")  # it was paid for
    assert recorded.returncode == replayed.returncode == 0
    assert "The answers took 110 tokens." in replayed.stdout
    rows = [json.loads((tmp_path / name / "results.jsonl").read_text("utf-8")) for name in "ab"]
    for row in rows:
        del row["answer"]["seconds"]
    assert rows[0] == rows[1] and rows[0]["answer"]["model"] == "openai:m"


def test_a_recording_is_not_mixed_with_another(bpo_kpo: Run, tmp_path: Path) -> None:
    questions, tape, report = tmp_path / "set.jsonl", tmp_path / "tape", tmp_path / "a"
    questions.write_text(SET)
    with model_server(streamed("It is volume-driven [1].")) as server:
        recording = ("evaluate", str(questions), "--model", "openai:m", "--record", str(tape))
        first = bpo_kpo(*recording, "--report", str(report), OPENAI_BASE_URL=server.url)
        second = bpo_kpo(*recording, "--report", str(tmp_path / "b"), OPENAI_BASE_URL=server.url)
        on = bpo_kpo(*recording, "--report", str(report), OPENAI_BASE_URL=server.url)
    assert [first.returncode, second.returncode, on.returncode] == [0, 2, 0] and len(server.asked) == 1
    assert f"{tape} holds a recording already. Give --record another folder" in second.stderr
    replaying = ("evaluate", str(questions), "--replay", str(tape), "--report", str(tmp_path / "c"))
    both = bpo_kpo(*replaying, "--record", str(tmp_path / "d"))
    assert both.returncode == 2 and "recorded or replayed, not both" in both.stderr
    other = bpo_kpo(*replaying, "--model", "openai:n")
    assert (
        other.returncode == 2
        and "has no answers of openai:n. Name one that it has: --model openai:m" in other.stderr
    )


def test_the_offline_reader_has_nothing_to_record(bpo_kpo: Run, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    done = bpo_kpo("evaluate", str(questions), "--model", "extractive", "--record", str(tmp_path / "tape"))
    assert done.returncode == 2 and "asks no chat model. Leave out --record" in done.stderr


def test_a_replay_ends_at_a_request_that_it_does_not_know(bpo_kpo: Run, tmp_path: Path) -> None:
    questions, tape = tmp_path / "set.jsonl", tmp_path / "tape"
    questions.write_text(SET)
    variables = {"BPO_KPO_MODEL": "openai:m"}
    with model_server(streamed("It is volume-driven [1].")) as server:
        first = ("evaluate", str(questions), "--record", str(tape), "--report", str(tmp_path / "a"))
        bpo_kpo(*first, OPENAI_BASE_URL=server.url, **variables)
    questions.write_text(SET.replace("BPO?", "KPO?"))
    done = bpo_kpo("evaluate", str(questions), "--replay", str(tape), "--report", str(tmp_path / "b"))
    assert done.returncode == 2 and "has no such request" in done.stderr


def test_a_folder_that_cannot_be_recorded_to_is_named_before_anything_is_asked(
    bpo_kpo: Run, tmp_path: Path
) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    with model_server(streamed("It is volume-driven [1].")) as server:
        arguments = ("evaluate", str(questions), "--model", "openai:m", "--record", str(questions / "tape"))
        done = bpo_kpo(*arguments, OPENAI_BASE_URL=server.url)
    assert done.returncode == 2 and "cannot be written" in done.stderr and not server.asked


@pytest.mark.slow
def test_ctrl_c_ends_an_evaluation_whose_server_is_silent(ingest_settings: IngestSettings, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    with model_server([STREAM, event("BPO"), Asked.wait_until_left]) as server:
        environment = os.environ | {"BPO_KPO_INDEX": str(ingest_settings.index), "OPENAI_BASE_URL": server.url}
        arguments = ["evaluate", questions, "--model", "openai:m", "--report", tmp_path / "report"]
        process = subprocess.Popen(
            [command.COMMAND, *arguments], stderr=subprocess.PIPE, text=True, env=environment
        )
        assert server.came.acquire(timeout=60)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=8)
    assert process.returncode == 2 and "Stopped; what is done is kept." in errors
    assert server.asked[0].left.wait(5)


def test_a_run_stops_before_it_costs_too_much(bpo_kpo: Run, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text("".join(SET.replace('"a"', f'"{n}"') for n in range(6)))
    dear = streamed("Volume [1].", usage=(400_000, 0))  # of gpt-4o: one dollar
    arguments = ("evaluate", str(questions), "--report", str(tmp_path / "report"), "--model", "openai:gpt-4o")
    with model_server(dear) as server:
        done = bpo_kpo(*arguments, "--max-cost", "0.04", OPENAI_BASE_URL=server.url)
        assert 1 <= len(server.asked) <= 4  # what was under way before one had shown what it costs
    assert done.returncode == 2 and "Raise --max-cost to go on." in done.stderr
    other = ("evaluate", str(questions), "--report", str(tmp_path / "other"), "--model", "openai:m")
    unknown = bpo_kpo(*other, "--max-cost", "1", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert unknown.returncode == 2 and "What openai:m costs is not known." in unknown.stderr


def test_what_a_run_may_cost_is_for_all_its_models_together(bpo_kpo: Run, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text(SET)
    models_named = [part for name in ("gpt-4o", "gpt-4o-mini") for part in ("--model", f"openai:{name}")]
    arguments = ("evaluate", str(questions), *models_named, "--report", str(tmp_path / "report"))
    with model_server(streamed("Volume [1].", usage=(400_000, 0))) as server:  # of gpt-4o: one dollar
        done = bpo_kpo(*arguments, "--max-cost", "1.0005", OPENAI_BASE_URL=server.url)
        assert len(server.asked) == 1
    assert done.returncode == 2 and "more might cost over $0.0004" in done.stderr  # what the first has left


def test_doctor_looks_at_one_thing_after_the_other(bpo_kpo: Run) -> None:
    done = bpo_kpo("doctor")
    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        f"ok     {what}" for what in ("settings", "index", "embedding", "reading model", "model")
    ]
    assert "stays on this computer" in done.stdout


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"BPO_KPO_MODLE": "extractive"}, "WRONG  settings: There is no setting BPO_KPO_MODLE."),
        ({"BPO_KPO_STRICT": "perhaps"}, "WRONG  settings: The setting strict is wrong"),
        ({"BPO_KPO_INDEX": "/nowhere/at/all"}, "WRONG  index: "),
        ({"BPO_KPO_EMBEDDINGS": "openai:m"}, "WRONG  embedding: "),
        ({"BPO_KPO_MODEL": "nonsense"}, "WRONG  model: There is no model 'nonsense'."),
        ({"BPO_KPO_MODEL": "openai:m"}, "WRONG  server: openai:m needs a key. Set OPENAI_API_KEY"),
        (
            {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
            "WRONG  model: The server at 127.0.0.1:9 cannot be reached",
        ),
        (
            {"CHROMA_URL": f"http://user:{KEY}@127.0.0.1:9"},
            "WRONG  index: The index on the Chroma server at http://127",
        ),
    ],
)
def test_doctor_says_what_is_wrong(variables: dict[str, str], says: str, bpo_kpo: Run) -> None:
    done = bpo_kpo("doctor", **variables)
    assert done.returncode == 2 and says in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_doctor_names_a_damaged_file(bpo_kpo: Run, ingest_settings: IngestSettings, tmp_path: Path) -> None:
    index = shutil.copytree(ingest_settings.index, tmp_path / "index")
    snapshot = json.loads((index / "current.json").read_text())["snapshot"]
    passages = index / "snapshots" / snapshot / "passages.sqlite"
    passages.write_bytes(passages.read_bytes()[:-8] + bytes(8))
    done = bpo_kpo("doctor", BPO_KPO_INDEX=str(index))
    assert done.returncode == 2
    assert "WRONG  index: Of the index, passages.sqlite is damaged. Run: bpo-kpo ingest" in done.stdout


def test_doctor_names_the_models_that_a_server_has(bpo_kpo: Run) -> None:
    with model_server(models("a", "b")) as server:
        done = bpo_kpo("doctor", "--model", "openai:c", OPENAI_BASE_URL=server.url)
    assert done.returncode == 2 and "has no model c. Name one with BPO_KPO_MODEL: a, b" in done.stdout
