"""How often the verdicts are a person's, as docs/models.md shows it: `python -m tests.benchmarks.verdicts`.

`tests/data/claims.jsonl` holds sentences as a capable model writes them, right ones and such as turn the article
round, each with the question that its passage is retrieved for. `tests/data/smollm2-answers.jsonl` holds for each
question of `corpus/questions/smoke.jsonl` the passages, what SmolLM2-135M-Instruct wrote about them, and the
sentences of it that a person would call supported by them.

The second opinion is that of MODEL, whose replies are kept in the folder `second-opinions`; else what stands in
`tests/data/second-opinions`, written by somebody who saw the prompts, and not which claims are right.
"""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from assistant.answers import RetrievedPassage
from assistant.chain import open_assistant
from assistant.citations import cite
from assistant.models import DEFAULT_CHAT_MODEL, open_chat_model
from assistant.prices import cost
from assistant.prompts import MARKER
from assistant.reading_model.training.corpus import READING, read_lines
from assistant.recording import Recorder, Replayer
from assistant.settings import AssistantSettings
from assistant.snapshot import Snapshot
from ingest.lexicon import content_words
from ingest.settings import ROOT, IngestSettings
from ingest.text import words
from tests.benchmarks.second_opinions import RECORDING, WRITTEN, marks
from ui.settings import read_settings

DATA = ROOT / "tests" / "data"
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
        return opened.retrieve(question).passages

    for line in read_lines(DATA / "claims.jsonl"):
        said = set(content_words(line["claim"]))
        passages = sorted(  # what a claim cites as [1] is the passage that it was made of
            retrieved(line["question"]), key=lambda p: -len(said & set(content_words(p.text)))
        )
        sentences = cite(line["claim"], passages, opened.scorer.judge, whole=True).sentences
        (right if line["supported"] else wrong).append(any(one.support == "unsupported" for one in sentences))
    return right, wrong


def marked_sentences(opened: Snapshot) -> tuple[Marked, Marked]:
    """The sentences of SmolLM2 that a person calls supported, and those that no passage supports."""
    supported: Marked = []
    invented: Marked = []
    for line in read_lines(DATA / "smollm2-answers.jsonl"):
        passages = [RetrievedPassage.model_validate(passage) for passage in line["passages"]]
        for sentence in cite(line["reply"], passages, opened.scorer.judge, whole=True).sentences:
            of_kind = supported if sentence.text in line["supported"] else invented
            of_kind.append(sentence.support == "unsupported")
    return supported, invented


def marked_answers(opened: Snapshot) -> Marked:
    """The right sentences of a strong model's answers, of the half of them that nothing was calibrated on."""
    marked: Marked = []
    for line in read_lines(READING / "answers.jsonl")[1::2]:
        passages = [RetrievedPassage(score=0.0, **passage) for passage in line["passages"]]
        judge = replace(opened.scorer.judge, written=MARKER.sub("", line["reply"]))
        right = [" ".join(words(one["text"])) for one in line["sentences"] if one["supported"]]
        for sentence in cite(line["reply"], passages, judge, whole=True).sentences:
            said = " ".join(words(sentence.text))
            if any(said in one or one in said for one in right):
                marked.append(sentence.support == "unsupported")
    return marked


def main(model: str | None = None) -> None:
    """Prints, of each kind of sentence, how many there are and the share that is marked, and by whom."""
    settings = read_settings(model or "extractive")
    opened = open_assistant(AssistantSettings(model="extractive", ingest=IngestSettings())).opened()
    right, wrong = marked_claims(opened)
    supported, invented = marked_sentences(opened)
    for kind, marked in {
        "a strong model's answers, right": marked_answers(opened),
        "claims about the article, wrong": wrong,
        "claims about the article, right": right,
        "SmolLM2, not supported": invented,
        "SmolLM2, supported": supported,
    }.items():
        print(f"{kind}: {len(marked)}, marked {share(marked):.2f} ({sum(marked)})")
    print(f"marks on SmolLM2 that are right: {sum(invented) / sum([*invented, *supported]):.2f}")

    judge: BaseChatModel = Replayer(name_of_model=WRITTEN, folder=RECORDING)
    if model:
        asked = open_chat_model(model, settings)
        judge = Recorder(name_of_model=model, model=asked, folder=Path("second-opinions"))
    found, took, calls = marks(judge)
    print("\nmarked by:                                  reading model, second opinion, either")
    for kind, is_right in dict.fromkeys((one.kind, one.right) for one in found):
        some = [one[2:] for one in found if (one.kind, one.right) == (kind, is_right)]
        counts = ", ".join(str(sum(by)) for by in zip(*some, strict=True))
        print(f"{kind}, {'right' if is_right else 'wrong'}: {len(some)}, marked {counts}")
    dollars = cost(model or DEFAULT_CHAT_MODEL, took.input_tokens, took.output_tokens)
    print(f"{calls} calls: {took.input_tokens:,} tokens sent, {took.output_tokens:,} received, {dollars} dollars")


if __name__ == "__main__":
    main(*sys.argv[1:2])
