"""What is tried with a few chosen inputs in every run of the tests, tried with all of them: `make stress`."""

import tempfile
from pathlib import Path

from ingest.embeddings import MiniLM
from tests.assistant.injections import does_not_succeed, probes


def main() -> None:
    """Ends with the first that fails."""
    minilm = MiniLM()
    for probe in probes():
        with tempfile.TemporaryDirectory() as folder:
            does_not_succeed(probe, Path(folder), minilm)
        print(f"no success: {probe.name}", flush=True)


if __name__ == "__main__":
    main()
