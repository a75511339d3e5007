"""A full disk, an index that goes away or changes below a running window: one line each, and it goes on."""

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.ui.client import call
from tests.ui.command import COMMAND, bpo_kpo, in_a_process, window

TEA, COFFEE = "Green tea brews at 70 degrees.", "Coffee brews at 93 degrees."
HOW_HOT = "At how many degrees does green tea brew?"

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name, sentence in (("tea", TEA), ("coffee", COFFEE)):
        (tmp_path / f"{name}.md").write_text(f"# About {name}\n\n{sentence}\n", encoding="utf-8")
    return {"BPO_KPO_INDEX": str(tmp_path / "disk" / "index"), "BPO_KPO_MODEL": "extractive"}


def ask(address: str, question: str) -> str:
    """The text of the answer, or the line that says what is wrong."""
    kind, told = call(address, question, [])
    return str(told[0]["text"] if kind == "complete" else told["error"])


def test_an_index_that_changes_or_goes_away_below_a_window(environment: dict[str, str], tmp_path: Path) -> None:
    tea = str(tmp_path / "tea.md")
    bpo_kpo("ingest", tea, **environment)
    with window(**environment) as (address, _):
        done, answers = threading.Event(), [ask(address, HOW_HOT)]

        def go_on_asking() -> None:
            while not done.is_set():
                answers.append(ask(address, HOW_HOT))

        person = threading.Thread(target=go_on_asking)
        person.start()
        in_a_process("ingest", str(tmp_path / "coffee.md"), **environment)
        done.set()
        person.join()
        assert len(answers) > 3 and all(answer.startswith(TEA) for answer in answers)
        assert ask(address, "At how many degrees does coffee brew?").startswith(COFFEE)

        shutil.rmtree(environment["BPO_KPO_INDEX"])
        assert re.fullmatch(r"There is no index at \S+\. Run: bpo-kpo ingest", ask(address, HOW_HOT))
        bpo_kpo("ingest", tea, **environment)
        assert ask(address, HOW_HOT).startswith(TEA)


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
"""


@pytest.mark.skipif(not _may_mount(), reason="this system gives a process no disk of its own (unshare -rm)")
def test_on_a_full_disk_what_is_indexed_answers_and_what_is_new_waits(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    command = ["unshare", "-rm", "sh", "-c", FULL_DISK, str(COMMAND), HOW_HOT]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **environment}, check=True, timeout=120)
    said = {name: (tmp_path / f"{name}.txt").read_text("utf-8") for name in ("first", "full", "answer", "second")}
    assert "1 embedded" in said["first"]
    assert re.fullmatch(r"bpo-kpo: The (disk of the )?index at .*\n2\n", said["full"]), said["full"]
    assert said["answer"].startswith(TEA), said["answer"]
    assert "2 passages: 1 embedded, 1 kept" in said["second"]
