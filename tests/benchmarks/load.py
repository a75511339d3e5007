"""Many people asking in the window at once: `python -m tests.benchmarks.load [PEOPLE] [SECONDS] [ADDRESS]`.

Starts `bpo-kpo chat` with the offline reader, where no address is given; lets each person ask a question of
core.jsonl, wait for the whole answer, think for about five seconds and ask on, as a page does, which is left for
a new one after ten questions. Prints how long the answers took, what processor time and memory the server took for
them, and leaves with 1 where one failed.
"""

import os
import random
import re
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from assistant.evaluation.questions import load_questions
from ingest.settings import ROOT
from tests.benchmarks.figures import percentile
from tests.ui.client import Page
from tests.ui.command import window

THINKING = 5.0  # seconds, on average
CONVERSATION = 10  # questions
QUESTIONS = [item.question for item in load_questions(ROOT / "corpus" / "questions" / "core.jsonl")]


def person(address: str, seed: int, end: float, took: list[float], failed: list[str]) -> None:
    """Asks and thinks by turns on one page after another until this time; notes seconds and faults."""
    chance = random.Random(seed)
    time.sleep(chance.uniform(0, THINKING))
    while time.monotonic() < end:
        page = Page(address, "extractive")
        with page.kept_open():
            for _ in range(CONVERSATION):
                began = time.monotonic()
                if began >= end:
                    return
                try:
                    page.ask(chance.choice(QUESTIONS))
                    took.append(time.monotonic() - began)
                except (httpx.HTTPError, AssertionError, KeyError) as error:
                    failed.append(repr(error))
                time.sleep(chance.uniform(0.5, 1.5) * THINKING)


def resident_megabytes(process: int) -> float:
    """The memory that a process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors until now."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main(people: int = 50, seconds: float = 60.0, address: str = "") -> int:
    """Runs the load; 0 where every question was answered."""
    held, took, failed = list[float](), list[float](), list[str]()
    with ExitStack() as stack:
        server = None
        if not address:
            address, server = stack.enter_context(window(BPO_KPO_MODEL="extractive"))
        Page(address, "extractive").ask(QUESTIONS[0])
        before = processor_seconds(server.pid) if server else 0.0
        end = time.monotonic() + seconds
        crowd = [
            threading.Thread(target=person, args=(address, seed, end, took, failed)) for seed in range(people)
        ]
        for one in crowd:
            one.start()
        while any(one.is_alive() for one in crowd):
            if server:
                held.append(resident_megabytes(server.pid))
            time.sleep(max(5.0, seconds / 20))
        spent = processor_seconds(server.pid) - before if server else 0.0
    print(f"{people} people, {seconds:.0f} s: {len(took)} answers, {len(failed)} failed")
    median, p95, most = (percentile(took, share) for share in (0.5, 0.95, 1.0))
    print(f"seconds to the whole answer: median {median:.2f}, p95 {p95:.2f}, most {most:.2f}")
    if held:
        print(f"processor time of the server: {1000 * spent / len(took):.0f} ms an answer")
        print(f"memory of the server, from first to last: {' '.join(f'{mb:.0f}' for mb in held)} MB")
    for line in failed[:5]:
        print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*(kind(value) for kind, value in zip((int, float, str), sys.argv[1:], strict=False))))
