"""A full disk."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import ROOT

TEA, COFFEE = "Green tea brews at 70 degrees.", "Coffee brews at 93 degrees."
HOW_HOT = "At how many degrees does green tea brew?"

pytestmark = pytest.mark.slow


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
def test_on_a_full_disk_the_old_index_answers_and_what_is_new_waits(tmp_path: Path) -> None:
    for name, sentence in (("tea", TEA), ("coffee", COFFEE)):
        (tmp_path / f"{name}.md").write_text(f"# About {name}\n\n{sentence}\n", encoding="utf-8")
    (tmp_path / "disk").mkdir()
    command = ["unshare", "-rm", sys.executable, "-c", FULL_DISK, str(tmp_path), HOW_HOT]
    env = {**os.environ, "BPO_KPO_INDEX": str(tmp_path / "disk" / "index"), "BPO_KPO_MODEL": "extractive"}
    run = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    first, full, code, answer, second = run.stdout.split("---")
    assert "1 embedded" in first
    assert code == "2" and re.fullmatch(r"bpo-kpo: The (disk of the )?index at .*\n", full)
    assert answer.startswith(TEA)
    assert "2 passages: 1 embedded, 1 kept" in second
