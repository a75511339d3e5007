"""How many checks of each kind hold: `python -m tests.cases [CASES.jsonl] [--texts]`; the latter asks nothing."""

import sys
from collections import Counter
from pathlib import Path

from ingest.embeddings import MiniLM
from ingest.errors import SourceError
from ingest.sources import read_source
from tests.cases.checks import JUDGED_BY_TEXT, Case, cases, holds_in_texts, judged_answers


def main(arguments: list[str]) -> None:
    """Prints every check that fails, then the figures."""
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    held: Counter[str] = Counter()
    every: Counter[str] = Counter()
    model = MiniLM()
    for case in cases(*files):
        outcomes = judged_texts(case)
        if "--texts" not in arguments:
            outcomes |= judged_answers(case, model)
        for at, holds in sorted(outcomes.items()):
            every[case.checks[at].kind] += 1
            held[case.checks[at].kind] += holds
            if not holds:
                print("fails:", case.checks[at], flush=True)
    print(", ".join(f"{kind} {held[kind]} of {count}" for kind, count in every.items()))


def judged_texts(case: Case) -> dict[int, bool]:
    """By the place of the check, whether it holds."""
    texts = [_text_of(file) for file in case.files]
    return {i: holds_in_texts(c, texts) for i, c in enumerate(case.checks) if c.kind in JUDGED_BY_TEXT}


def _text_of(file: Path) -> str:
    try:
        source = read_source(file)
        return source.text[source.body_start :]
    except SourceError:
        return ""


if __name__ == "__main__":
    main(sys.argv[1:])
