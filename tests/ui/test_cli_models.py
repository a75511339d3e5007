"""The command line with a chat model behind a real socket: and no word of the key anywhere."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from assistant.evaluation.results import read_rows
from tests.model_server import DONE, STREAM, Asked, Script, error, event, model_server, models, streamed
from tests.ui import command

KEY = "sk-secret-0123456789abcdef"
DRIVES = "What drives BPO?"
ONE = ("corpus/questions/smoke.jsonl", "--only", "s-01")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bpo_kpo(environment: dict[str, str]) -> Run:
    """Runs the command on the shared index, with any reader."""
    return partial(command.bpo_kpo, BPO_KPO_INDEX=environment["BPO_KPO_INDEX"])


def test_ask_takes_the_only_model_of_a_server_and_says_so(bpo_kpo: Run) -> None:
    with model_server(models("small"), streamed("Pigs fly [2]."), models("small")) as server:
        done = bpo_kpo("ask", DRIVES, OPENAI_BASE_URL=server.url)
        greeted = bpo_kpo("ask", "hi", OPENAI_BASE_URL=server.url)
    assert done.returncode == 0 and len(server.asked) == 3
    assert done.stdout.startswith("Pigs fly [1][?].")
    assert "Answered by openai:small in " in done.stdout
    assert f"sent to {server.url[7:-3]}" in done.stdout
    assert "110 tokens" in done.stdout
    assert re.search("Answered by the offline reader in .* nothing left this computer", greeted.stdout)


def test_explain_says_what_the_model_reads_and_the_last_line_what_was_cached(bpo_kpo: Run) -> None:
    said = [STREAM, event("Pigs fly [1].", finish="stop"), event(usage=(3_300, 10), cached=3_200), DONE]
    with model_server(said) as server:
        variables = {"OPENAI_BASE_URL": server.url, "BPO_KPO_MODEL": "openai:gpt-5.4-mini"}
        whole = bpo_kpo("ask", "--explain", DRIVES, **variables)
        parts = bpo_kpo("ask", "--explain", DRIVES, BPO_KPO_WHOLE="1000", **variables)
    assert re.search(r"reads all that the documents hold: 28 passages, 3,\d{3} tokens\.", whole.stdout)
    assert re.search(r"reads the best of the documents: \d+ passages, [12],\d{3} tokens\.", parts.stdout)
    # 100 tokens at $0.75 a million, 3,200 at $0.075, 10 at $4.50
    assert "3,310 tokens (3,200 of them cached), $0.0004" in whole.stdout


def test_a_wrong_key_is_one_line_and_the_key_is_nowhere(bpo_kpo: Run, tmp_path: Path) -> None:
    with model_server(error("401 Unauthorized", message=f"Incorrect API key provided: {KEY}")) as server:
        variables = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "BPO_KPO_MODEL": "openai:m"}
        done = bpo_kpo("ask", DRIVES, **variables)
        examined = bpo_kpo("doctor", **variables)
        measured = bpo_kpo("evaluate", *ONE, "--report", str(tmp_path / "report"), **variables)
    assert done.returncode == examined.returncode == measured.returncode == 2
    assert done.stderr.count("\n") == 1 and "Mend it in .env (for openai: OPENAI_API_KEY)" in done.stderr
    assert "WRONG  server: " in examined.stdout and "refused the key" in examined.stdout
    assert "Mend it in .env (for openai" in measured.stderr
    said = [text for one in (done, examined, measured) for text in (one.stdout, one.stderr)]
    written = [path.read_text("utf-8") for path in (tmp_path / "report").rglob("*") if path.is_file()]
    assert written and not any(KEY in text for text in [*said, *written])


def test_a_run_is_recorded_and_replayed_without_a_server(bpo_kpo: Run, tmp_path: Path) -> None:
    tape = str(tmp_path / "tape")

    def evaluate(report: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return bpo_kpo("evaluate", *ONE, "--report", str(tmp_path / report), *options, **variables)

    with model_server(streamed("It is volume-driven [1].")) as server:
        variables = {"OPENAI_BASE_URL": server.url, "BPO_KPO_MODEL": "openai:m"}
        first, again, other = (evaluate(name, "--record", tape, **variables) for name in "aab")
    assert [first.returncode, again.returncode, other.returncode] == [0, 0, 2] and len(server.asked) == 1
    assert f"{tape} holds a recording already. Give --record another folder" in other.stderr

    replayed = evaluate("b", "--replay", tape, "--max-cost", "0")  # it was paid for
    assert replayed.returncode == 0 and "The answers took 110 tokens." in replayed.stdout
    recorded, repeated = (next(read_rows(tmp_path / name)).answer for name in "ab")
    assert recorded and repeated and recorded.model == "openai:m"
    assert repeated.model_copy(update={"seconds": recorded.seconds}) == recorded
    unknown = evaluate("c", "--replay", tape, "--model", "openai:n")
    assert unknown.returncode == 2 and "Name one that it has: --model openai:m" in unknown.stderr


@pytest.mark.slow
def test_ctrl_c_ends_what_waits_for_a_silent_server(environment: dict[str, str]) -> None:
    with model_server([STREAM, event("BPO"), Asked.wait_until_left]) as server:
        asked = {"OPENAI_BASE_URL": server.url, "BPO_KPO_MODEL": "openai:m"}
        own = [command.COMMAND, "ask", DRIVES]
        env = {**os.environ, **environment, **asked}
        process = subprocess.Popen(own, stderr=subprocess.PIPE, text=True, env=env)
        assert server.came.acquire(timeout=120)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=8)
        assert server.asked[0].left.wait(5)
    assert (process.returncode, errors) == (130, "")


def test_a_run_stops_before_its_models_cost_too_much(bpo_kpo: Run, tmp_path: Path) -> None:
    arguments = ["--model", "openai:gpt-4o", "--model", "openai:gpt-4o-mini", "--max-cost", "1.0005"]
    with model_server(streamed("Volume [1].", usage=(400_000, 0))) as server:  # of gpt-4o: one dollar
        report = ["--report", str(tmp_path / "report")]
        done = bpo_kpo("evaluate", *ONE, *arguments, *report, OPENAI_BASE_URL=server.url)
    assert len(server.asked) == 1
    assert done.returncode == 2 and "more might cost over $0.0004" in done.stderr  # what the first has left


def test_doctor_looks_at_one_thing_after_the_other(bpo_kpo: Run) -> None:
    done = bpo_kpo("doctor")
    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        f"ok     {what}" for what in ("settings", "index", "embedding", "reading model", "model")
    ]
    assert "stays on this computer" in done.stdout


ECHO = f"Two.\x1b[31m \n\n{KEY} {'and so on ' * 20}"


@pytest.mark.parametrize(
    ("scripts", "code", "says"),
    [
        ([models("a", "b")], 2, "has no model m. Name one with BPO_KPO_MODEL: a, b"),
        ([models("m"), streamed("<think>One?", finish="length")], 2, "WRONG  reply: It thought aloud, and said"),
        (
            [models("m"), streamed(ECHO)],
            0,
            r"ok     reply: .* it said “Two\. \[31m \.\.\. and so on .{0,50} \.\.\.”",
        ),
    ],
)
def test_doctor_really_asks_a_model_that_the_server_has(
    scripts: list[Script], code: int, says: str, bpo_kpo: Run
) -> None:
    with model_server(*scripts) as server:
        done = bpo_kpo("doctor", "--model", "openai:m", OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY)
    assert done.returncode == code and re.search(says, done.stdout.splitlines()[-1])
    assert KEY not in done.stdout + done.stderr and "\x1b" not in done.stdout
    assert len(server.asked) == len(scripts)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"BPO_KPO_MODLE": "extractive"}, "WRONG  settings: There is no setting BPO_KPO_MODLE."),
        ({"CHROMA_URL": f"http://user:{KEY}@127.0.0.1:9"}, "WRONG  index: The index on the Chroma server at http"),
    ],
)
def test_doctor_says_what_is_wrong(variables: dict[str, str], says: str, bpo_kpo: Run) -> None:
    done = bpo_kpo("doctor", **variables)
    assert done.returncode == 2 and says in done.stdout
    assert KEY not in done.stdout + done.stderr
