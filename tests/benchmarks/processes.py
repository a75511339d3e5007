"""How a contestant's commands are started: each in a process of its own, without a developer's settings."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ingest.settings import ROOT
from tests.benchmarks.contestant import Asked, Found

HERE, PEERS = sys.executable, str(ROOT / ".peers/bin/python")


class Entrant(NamedTuple):
    """A contestant: its module and variant, and the Python that it runs with; what it is not measured in."""

    name: str
    module: str
    python: str = PEERS
    variant: str = "single"
    ingests: bool = True
    asks: bool = True
    starts: bool = True

    def command(self, *arguments: str | Path) -> list[str]:
        """The command that carries out one of `contestant`'s."""
        return [self.python, "-m", f"tests.benchmarks.{self.module}", self.variant, *map(str, arguments)]

    def ask(self, index: Path, questions: Path, **settings: str) -> Asked:
        """Asks every question of a warm process."""
        opened, seconds, found, megabytes = run(self.command("ask", index, questions), **settings)
        return Asked(opened, seconds, [[Found(*span) for span in spans] for spans in found], megabytes)


class Cold(NamedTuple):
    """What a process took from its start to its end."""

    seconds: float
    megabytes: float


def run(command: Sequence[str], **settings: str) -> Any:
    """What a command prints on its last line. It cannot reach the network."""
    env = _environment(ROOT / "tests/offline") | settings
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def cold(command: Sequence[str], index: Path) -> Cold:
    """Runs a command, which may find our index; raises where it fails."""
    settings = _environment() | {"BPO_KPO_INDEX": str(index)}
    launched = [HERE, "-IS", str(ROOT / "tests/benchmarks/launch.py"), *command]
    done = subprocess.run(launched, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, check=True)
    seconds, memory, code = done.stdout.split()
    if int(code):
        raise subprocess.CalledProcessError(int(code), command)
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    return Cold(float(seconds), int(memory) / unit)


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
