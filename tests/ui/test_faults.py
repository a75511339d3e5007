"""A full disk, an index that goes away or changes below a running window: one line each, and it goes on."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

COMMAND = Path(sys.executable).with_name("bpo-kpo")
TEA, COFFEE = "Green tea brews at 70 degrees.", "Coffee brews at 93 degrees."
HOW_HOT = "At how many degrees does green tea brew?"


pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name, sentence in (("tea", TEA), ("coffee", COFFEE)):
        (tmp_path / f"{name}.md").write_text(f"# About {name}\n\n{sentence}\n", encoding="utf-8")
    return {**os.environ, "BPO_KPO_INDEX": str(tmp_path / "disk" / "index"), "BPO_KPO_MODEL": "extractive"}


def ingest(path: Path, environment: dict[str, str]) -> None:
    subprocess.run([COMMAND, "ingest", path], env=environment, check=True, capture_output=True, timeout=60)


class Window:
    """The endpoint `ask` of a running window, by plain HTTP."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}gradio_api/call/", trust_env=False, timeout=30)

    def ask(self, question: str) -> str:
        """The text of the answer, or the line that says what is wrong."""
        event = self._http.post("ask", json={"data": [question, []]}).json()["event_id"]
        kind, data = re.findall(r"event: (\w+)\ndata: (.*)", self._http.get(f"ask/{event}").text)[-1]
        told = json.loads(data)
        return str(told[0]["text"] if kind == "complete" else told["error"])


@contextmanager
def window(environment: dict[str, str]) -> Iterator[Window]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [COMMAND, "chat", "--no-browser", "--port", port],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        yield Window(re.findall(r"http://\S+/", process.stdout.readline())[0])
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_document_that_comes_while_the_window_answers_disturbs_nobody(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(tmp_path / "tea.md", environment)
    with window(environment) as running:
        assert running.ask(HOW_HOT).startswith(TEA)
        done, answers, waits = threading.Event(), [], []

        def go_on_asking() -> None:
            while not done.is_set():
                began = time.monotonic()
                answers.append(running.ask(HOW_HOT))
                waits.append(time.monotonic() - began)

        person = threading.Thread(target=go_on_asking)
        person.start()
        ingest(tmp_path / "coffee.md", environment)
        done.set()
        person.join()
        assert len(answers) > 3 and all(answer.startswith(TEA) for answer in answers)
        assert running.ask("At how many degrees does coffee brew?").startswith(COFFEE)
    with capsys.disabled():
        print(f"\nasked {len(waits)} times during an ingest, longest wait {max(waits):.2f} s (target 2)")


def test_a_window_whose_index_has_gone_says_so_and_takes_the_next_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    ingest(tmp_path / "tea.md", environment)
    with window(environment) as running:
        assert running.ask(HOW_HOT).startswith(TEA)
        shutil.rmtree(environment["BPO_KPO_INDEX"])
        assert re.fullmatch(r"There is no index at \S+\. Run: bpo-kpo ingest", running.ask(HOW_HOT))
        ingest(tmp_path / "tea.md", environment)
        assert running.ask(HOW_HOT).startswith(TEA)


def _may_mount() -> bool:
    """Whether a process can be given a small disk of its own."""
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    return bool(shutil.which("unshare")) and not subprocess.run(command, check=False).returncode


FULL_DISK = """
set -u
mount -t tmpfs -o size=6m tmpfs disk
"$0" ingest tea.md > first.txt 2>&1
head -c 100000000 /dev/zero > disk/fill 2> /dev/null
"$0" ingest coffee.md > full.txt 2>&1; echo $? >> full.txt
"$0" ask "$1" > answer.txt 2>&1
rm disk/fill
"$0" ingest coffee.md > second.txt 2>&1
"$0" ask "At how many degrees does coffee brew?" >> second.txt 2>&1
"""


@pytest.mark.skipif(not _may_mount(), reason="this system gives a process no disk of its own (unshare -rm)")
def test_on_a_full_disk_what_is_indexed_answers_and_what_is_new_waits(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    command = ["unshare", "-rm", "sh", "-c", FULL_DISK, str(COMMAND), HOW_HOT]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=120)
    said = {name: (tmp_path / f"{name}.txt").read_text("utf-8") for name in ("first", "full", "answer", "second")}
    assert "1 embedded" in said["first"]
    assert re.fullmatch(r"bpo-kpo: The (disk of the )?index at .*\n2\n", said["full"]), said["full"]
    assert said["answer"].startswith(TEA), said["answer"]
    assert "2 passages: 1 embedded, 1 kept" in said["second"] and COFFEE in said["second"]
