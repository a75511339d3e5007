"""How often the verdicts are a person's, as docs/models.md shows it: `python -m tests.benchmarks.verdicts`.

`tests/data/claims.jsonl` holds sentences as a capable model writes them, right ones and such as turn the article
round, each with the question that its passage is retrieved for. `tests/data/smollm2-answers.jsonl` holds for each
question of `corpus/questions/smoke.jsonl` the passages, what SmolLM2-135M-Instruct wrote about them, and the
sentences of it that a person would call supported by them.
"""

import json
from functools import cache
from typing import Any

from assistant.answers import RetrievedPassage
from assistant.chain import open_assistant
from assistant.citations import cite
from assistant.settings import AssistantSettings
from assistant.snapshot import Snapshot
from ingest.lexicon import content_words
from ingest.settings import ROOT, IngestSettings

Marked = list[bool]  # for each sentence whether it is marked as unproven


def share(marked: Marked) -> float:
    """The share of sentences that are marked."""
    return sum(marked) / len(marked)


def marked_claims(opened: Snapshot) -> tuple[Marked, Marked]:
    """The right claims about the article, and the wrong ones."""
    right: Marked = []
    wrong: Marked = []

    @cache
    def retrieved(question: str) -> tuple[RetrievedPassage, ...]:
        return opened.reading(question).passages

    for line in lines("claims.jsonl"):
        words = set(content_words(line["claim"]))
        passages = sorted(  # what a claim cites as [1] is the passage that it was made of
            retrieved(line["question"]), key=lambda p: -len(words & set(content_words(p.text)))
        )
        sentences = cite(line["claim"], passages, opened.evidence.judge, whole=True).sentences
        (right if line["supported"] else wrong).append(any(one.support == "unsupported" for one in sentences))
    return right, wrong


def marked_sentences(opened: Snapshot) -> tuple[Marked, Marked]:
    """The sentences of SmolLM2 that a person calls supported, and those that no passage supports."""
    supported: Marked = []
    invented: Marked = []
    for line in lines("smollm2-answers.jsonl"):
        passages = [RetrievedPassage.model_validate(passage) for passage in line["passages"]]
        for sentence in cite(line["reply"], passages, opened.evidence.judge, whole=True).sentences:
            of_kind = supported if sentence.text in line["supported"] else invented
            of_kind.append(sentence.support == "unsupported")
    return supported, invented


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of a file beside the tests."""
    return [json.loads(line) for line in (ROOT / "tests" / "data" / name).read_text("utf-8").splitlines()]


def main() -> None:
    """Prints, of each kind of sentence, how many there are and the share that is marked."""
    opened = open_assistant(AssistantSettings(model="extractive", ingest=IngestSettings())).opened()
    right, wrong = marked_claims(opened)
    supported, invented = marked_sentences(opened)
    for kind, marked in {
        "claims about the article, wrong": wrong,
        "claims about the article, right": right,
        "SmolLM2, not supported": invented,
        "SmolLM2, supported": supported,
    }.items():
        print(f"{kind}: {len(marked)}, marked {share(marked):.2f}")
    print(f"marks on SmolLM2 that are right: {sum(invented) / sum([*invented, *supported]):.2f}")


if __name__ == "__main__":
    main()
