"""What every contestant can do, and how it is told to: a process of its own for each command.

    python -m tests.benchmarks.MODULE VARIANT ingest FOLDER INDEX   prints what it took
    python -m tests.benchmarks.MODULE VARIANT ask INDEX QUESTIONS   prints seconds and passages of each question
    python -m tests.benchmarks.MODULE VARIANT cold INDEX QUESTION   prints how many passages it found

The last line of the output is JSON. What is timed begins after the imports, but for `cold`, which is timed from
outside.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol


class Found(NamedTuple):
    """A retrieved span of the only document, and its text as the reader gets it."""

    start: int
    end: int
    text: str


class Ingested(NamedTuple):
    """What an ingest took; `tokens` is how many of them the model read."""

    seconds: float
    passages: int
    tokens: int


class Asked(NamedTuple):
    """Seconds until an index was open, seconds and passages of each question, and the memory in MB at the end."""

    opened: float
    seconds: list[float]
    found: list[list[Found]]
    megabytes: float


class Questions(NamedTuple):
    """What is asked of a warm process. The first part only warms it up; nothing is asked twice."""

    warm_up: list[str]
    asked: list[str]


Ask = Callable[[str], list[Found]]


class Contestant(Protocol):
    """A pipeline."""

    def ingest(self, folder: Path, index: Path) -> Ingested:
        """Indexes the Markdown files of a folder."""

    def open(self, index: Path) -> Ask:
        """An index that exists, ready to be asked."""


def run(make: Callable[[str], Contestant]) -> None:
    """Carries out the command in `sys.argv` with the contestant that `make` makes of the variant."""
    variant, command, *arguments = sys.argv[1:]
    contestant = make(variant)
    if command == "ingest":
        folder, index = map(Path, arguments)
        print(json.dumps(contestant.ingest(folder, index)))
    elif command == "ask":
        index, questions = map(Path, arguments)
        print(json.dumps(_ask_all(contestant, index, Questions(*json.loads(questions.read_text("utf-8"))))))
    else:
        print(json.dumps(len(contestant.open(Path(arguments[0]))(arguments[1]))))


def _ask_all(contestant: Contestant, index: Path, questions: Questions) -> Asked:
    began = time.perf_counter()
    ask = contestant.open(index)
    opened = time.perf_counter() - began
    for question in questions.warm_up:
        ask(question)
    seconds, found = [], []
    for question in questions.asked:
        began = time.perf_counter()
        found.append(ask(question))
        seconds.append(time.perf_counter() - began)
    return Asked(opened, seconds, found, _resident_megabytes())


def _resident_megabytes() -> float:
    """Of this process; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text(encoding="utf-8").split()[1]) if status.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def documents(folder: Path) -> list[tuple[str, str]]:
    """Names and texts of the Markdown files of a folder."""
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md"))]
