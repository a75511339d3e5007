"""A full disk, and an index that changes or goes away below a running window."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.chain import open_assistant
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.settings import ROOT, IngestSettings
from tests.ui.browser import served
from tests.ui.client import call
from tests.ui.command import bpo_kpo
from tests.ui.scripted import FEEDBACK

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


def test_a_running_window_takes_a_new_index_and_says_where_there_is_none(
    environment: dict[str, str], tmp_path: Path, minilm: MiniLM
) -> None:
    index = Path(environment["BPO_KPO_INDEX"])
    bpo_kpo("ingest", str(tmp_path / "tea.md"), **environment)
    settings = AssistantSettings(model="extractive", ingest=IngestSettings(index=index))
    with served(open_assistant(settings, embeddings=minilm), FEEDBACK) as address:
        assert ask(address, HOW_HOT).startswith(TEA)
        bpo_kpo("ingest", str(tmp_path / "coffee.md"), **environment)
        assert ask(address, "At how many degrees does coffee brew?").startswith(COFFEE)

        shutil.rmtree(index)
        assert re.fullmatch(r"There is no index at \S+\. Run: bpo-kpo ingest", ask(address, HOW_HOT))


def _may_mount() -> bool:
    """Whether a process can be given a small disk of its own."""
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    return bool(shutil.which("unshare")) and not subprocess.run(command, check=False).returncode


FULL_DISK = """
import subprocess
import sys
from pathlib import Path
from tests.ui.command import bpo_kpo

folder, question = Path(sys.argv[1]), sys.argv[2]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder / "disk"], check=True)
first = bpo_kpo("ingest", "tea.md", cwd=folder)
subprocess.run("head -c 100000000 /dev/zero > disk/fill", shell=True, cwd=folder)
full = bpo_kpo("ingest", "coffee.md", cwd=folder)
answer = bpo_kpo("ask", question, cwd=folder)
(folder / "disk" / "fill").unlink()
second = bpo_kpo("ingest", "coffee.md", cwd=folder)
print(first.stdout, full.stderr, full.returncode, answer.stdout, second.stdout, sep="---")
"""


@pytest.mark.skipif(not _may_mount(), reason="this system gives a process no disk of its own (unshare -rm)")
def test_on_a_full_disk_the_old_index_answers_and_what_is_new_waits(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    command = ["unshare", "-rm", sys.executable, "-c", FULL_DISK, str(tmp_path), HOW_HOT]
    env = {**os.environ, **environment}
    run = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    first, full, code, answer, second = run.stdout.split("---")
    assert "1 embedded" in first
    assert code == "2" and re.fullmatch(r"bpo-kpo: The (disk of the )?index at .*\n", full)
    assert answer.startswith(TEA)
    assert "2 passages: 1 embedded, 1 kept" in second
