"""Many people asking in the window at once: `python -m tests.benchmarks.load [PEOPLE] [SECONDS]`.

Starts `bpo-kpo chat` with the offline reader; lets each person ask a question of core.jsonl, wait for the whole
answer, think for about five seconds and ask on, as a page does, which is left for a new one after ten questions.
Prints how long the answers took and what processor time the server took for them, and leaves with 1 where one
failed.
"""

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors until now."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main(people: int = 50, seconds: float = 60.0) -> int:
    """Runs the load; 0 where every question was answered."""
    took, failed = list[float](), list[str]()
    with window(BPO_KPO_MODEL="extractive") as (address, server):
        Page(address, "extractive").ask(QUESTIONS[0])
        before, end = processor_seconds(server.pid), time.monotonic() + seconds
        with ThreadPoolExecutor(people) as crowd:
            list(crowd.map(lambda seed: person(address, seed, end, took, failed), range(people)))
        spent = processor_seconds(server.pid) - before
    print(f"{people} people, {seconds:.0f} s: {len(took)} answers, {len(failed)} failed")
    median, p95, most = (percentile(took, share) for share in (0.5, 0.95, 1.0))
    print(f"seconds to the whole answer: median {median:.2f}, p95 {p95:.2f}, most {most:.2f}")
    print(f"processor time of the server: {1000 * spent / len(took):.0f} ms an answer")
    for line in failed[:5]:
        print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
