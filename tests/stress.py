"""What the tests try with a few chosen inputs, tried with all: `make stress`; takes some minutes.

Every order to an assistant that a document may hide; and fifty builds, killed at random moments.
"""

import random
import tempfile
import time
from pathlib import Path

from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests.assistant.injections import does_not_succeed, probes
from tests.ingest.processes import (
    PATIENCE,
    WordHash,
    has_only_what_is_needed,
    processes,
    settings_of,
    version_now,
    write_version,
)

ROUNDS = 50


def orders_in_documents() -> None:
    """None of them succeeds."""
    minilm = MiniLM()
    for probe in probes():
        with tempfile.TemporaryDirectory() as folder:
            does_not_succeed(probe, Path(folder), minilm)
        print(f"no success: {probe.name}", flush=True)


def killed_builds(rounds: int) -> None:
    """Whatever was going on, the index is the old one or the new one, whole."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        write_version(settings.corpus, 0)
        whole_build = killed_after(settings, PATIENCE)  # not killed
        version = version_now(settings)
        for i in range(1, 1 + rounds):
            write_version(settings.corpus, i)
            killed_after(settings, whole_build * random.uniform(i - 1, i) / rounds)
            seen = version_now(settings)
            assert seen in (version, i), f"version {seen}, after {version} and while {i} was built"
            version = seen
        build(settings, embeddings=WordHash())
        assert version_now(settings) == rounds
        assert has_only_what_is_needed(settings)
    print(f"The index was whole after each of {rounds} builds.")


def killed_after(settings: IngestSettings, seconds: float) -> float:
    """Builds in a process that is killed where it takes longer than this; how long it took."""
    began = time.monotonic()
    process = processes().Process(target=build, args=(settings,), kwargs={"embeddings": WordHash()})
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    return time.monotonic() - began


if __name__ == "__main__":
    orders_in_documents()
    killed_builds(ROUNDS)
