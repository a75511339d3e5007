"""Many people asking in the window at once: `python tests/benchmarks/load.py [PEOPLE] [SECONDS] [ADDRESS]`.

Starts `bpo-kpo chat` with the offline reader, where no address is given; lets each person ask a question of
core.jsonl, wait for the whole answer, think for about five seconds and ask on, as a page does, which is left for
a new one after ten questions. Prints how long the answers took and what memory the server held, and leaves with 1
where one failed.
"""

import json
import random
import re
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
THINKING = 5.0  # seconds, on average
CONVERSATION = 10  # questions
QUESTIONS = [
    json.loads(line)["question"] for line in (ROOT / "corpus/questions/core.jsonl").open(encoding="utf-8")
]


class Person:
    """An open page: it sends what the page's listeners send, and holds what the page holds open."""

    def __init__(self, address: str, listeners: dict[str, int], seed: int) -> None:
        self.http = httpx.Client(base_url=f"{address}gradio_api/", trust_env=False, timeout=60)
        self.address, self.listeners = address, listeners
        self.random = random.Random(seed)
        self.seconds: list[float] = []
        self.failed: list[str] = []

    def ask_until(self, end: float) -> None:
        """Asks and thinks by turns until this time."""
        time.sleep(self.random.uniform(0, THINKING))
        while time.monotonic() < end:
            with self.page() as session:
                for _ in range(CONVERSATION):
                    began = time.monotonic()
                    if began >= end:
                        return
                    try:
                        self.ask(session, self.random.choice(QUESTIONS))
                        self.seconds.append(time.monotonic() - began)
                    except (httpx.HTTPError, AssertionError, KeyError) as error:
                        self.failed.append(repr(error))
                    time.sleep(self.random.uniform(0.5, 1.5) * THINKING)

    @contextmanager
    def page(self) -> Iterator[str]:
        """The session of a page, which hears that the server is there until it is left."""
        session = uuid.uuid4().hex
        with (
            httpx.Client(trust_env=False, timeout=60) as client,
            client.stream("GET", f"{self.address}gradio_api/heartbeat/{session}") as alive,
        ):
            yield session
            alive.close()

    def ask(self, session: str, question: str) -> None:
        """One question, until its answer is whole."""
        sent = {"session_hash": session, "fn_index": self.listeners["_asked"], "data": [question, None, ""]}
        assert self.http.post("run/_asked", json=sent).status_code == 200
        sent = {"session_hash": session, "fn_index": self.listeners["answer"], "data": [None, "extractive"]}
        reply = self.http.post("queue/join", json=sent)
        assert reply.status_code == 200, reply.text
        with self.http.stream("GET", "queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ") or "{}")
                if message.get("msg") == "process_completed":
                    assert message["success"], message
                    return
        raise AssertionError("the stream ended before the answer")


def resident_megabytes(process: int) -> float:
    """The memory that a process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def main(people: int = 50, seconds: float = 60.0, address: str = "") -> int:
    """Runs the load; 0 where every question was answered."""
    command = [Path(sys.executable).with_name("bpo-kpo"), "chat", "--model", "extractive", "--no-browser"]
    server = None if address else subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if server:
            assert server.stdout
            address = re.findall(r"http://\S+/", server.stdout.readline())[0]
        config = httpx.get(f"{address}config", trust_env=False, timeout=60).json()
        listeners = {one["api_name"]: one["id"] for one in config["dependencies"]}
        crowd = [Person(address, listeners, seed) for seed in range(people)]
        with crowd[0].page() as session:
            crowd[0].ask(session, QUESTIONS[0])
        held = [resident_megabytes(server.pid)] if server else []
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=person.ask_until, args=(end,)) for person in crowd]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(max(5.0, seconds / 20))
            if server:
                held.append(resident_megabytes(server.pid))
    finally:
        if server:
            server.terminate()
    took = sorted(second for person in crowd for second in person.seconds)
    failed = [line for person in crowd for line in person.failed]
    p95 = took[int(0.95 * len(took))]
    print(f"{people} people, {seconds:.0f} s: {len(took)} answers, {len(failed)} failed")
    print(f"seconds to the whole answer: median {statistics.median(took):.2f}, p95 {p95:.2f}, most {took[-1]:.2f}")
    if held:
        print(f"memory of the server, from first to last: {' '.join(f'{mb:.0f}' for mb in held)} MB")
    for line in failed[:5]:
        print(line)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*(kind(value) for kind, value in zip((int, float, str), sys.argv[1:], strict=False))))
