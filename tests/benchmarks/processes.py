"""How a contestant's commands are started: each in a process of its own, without a developer's settings."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ingest.settings import ROOT
from tests.benchmarks.contestant import Asked, Found

HERE, PEERS = sys.executable, str(ROOT / ".peers/bin/python")


class Entrant(NamedTuple):
    """A contestant: its module and variant, the Python that it runs with, and whether it is only asked."""

    name: str
    module: str
    python: str = PEERS
    variant: str = "single"
    only_asked: bool = False

    def command(self, *arguments: str | Path) -> list[str]:
        """The command that carries out one of `contestant`'s."""
        return [self.python, "-m", f"tests.benchmarks.{self.module}", self.variant, *map(str, arguments)]

    def ask(self, index: Path, questions: Path, **settings: str) -> Asked:
        """Asks every question of a warm process."""
        opened, seconds, found, megabytes = run(self.command("ask", index, questions), **settings)
        return Asked(opened, seconds, [[Found(*span) for span in spans] for spans in found], megabytes)


def run(command: Sequence[str], **settings: str) -> Any:
    """What a command prints on its last line. It cannot reach the network."""
    env = _environment(ROOT / "tests/offline") | settings
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def cold(command: Sequence[str], index: Path) -> float:
    """The seconds of a command, which may find our index, from its start to its end; raises where it fails."""
    env = _environment() | {"BPO_KPO_INDEX": str(index)}
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _environment(*path: Path) -> dict[str, str]:
    """The variables of this process without a developer's own settings, and with nothing that phones home."""
    ours = ("BPO_KPO_", "OPENAI_", "CHROMA_", "LANGCHAIN_", "LANGSMITH_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "BPO_KPO_MODEL": "extractive",
        "OPENAI_API_KEY": "",  # stands ahead of what .env says, as do the others
        "CHROMA_URL": "",
        "BPO_KPO_EMBEDDINGS": "",
        "ANONYMIZED_TELEMETRY": "False",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LANGSMITH_TRACING": "false",
        "HF_HUB_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
    }
