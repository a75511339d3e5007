"""How many checks of each kind hold: `python -m tests.cases [CASES.jsonl] [--texts]`; the latter asks nothing."""

import sys
from collections import Counter
from pathlib import Path

from ingest.embeddings import MiniLM
from tests.cases.checks import cases, judged_answers, judged_texts


def main(arguments: list[str]) -> None:
    """Prints every check that fails, then the figures."""
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    held: Counter[str] = Counter()
    every: Counter[str] = Counter()
    model = MiniLM()
    for case in cases(*files):
        answers = [] if "--texts" in arguments else judged_answers(case, model)
        for check, holds in (*judged_texts(case), *answers):
            every[check.kind] += 1
            held[check.kind] += holds
            if not holds:
                print("fails:", check, flush=True)
    print(", ".join(f"{kind} {held[kind]} of {count}" for kind, count in every.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
