"""What the reading model, a second opinion and both together mark, right and wrong: part of `verdicts.py`.

`tests/data/second-opinions/sentences.jsonl` has an answer a line, with the passages that its sentences cite:
those of a strong model (of `corpus/reading/answers.jsonl` the half that nothing was calibrated on, but for what
is quoted) and claims about 28 of the documents that the reading model has never seen, four of each chosen by a
hash. Sentences with an amount or a name that their passages do not have are left out: they are marked whoever
is asked.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel

from assistant.answers import RetrievedPassage, Usage
from assistant.quotes import find_quote
from assistant.reading_model.model import ReadingModel
from assistant.reading_model.training.corpus import documents, read_lines
from assistant.scorer import Scorer
from assistant.second_opinion import second_opinion
from assistant.verdicts import Judge, Proof, verdict
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from ingest.passages import split
from ingest.settings import ROOT

RECORDING = ROOT / "tests" / "data" / "second-opinions"
WRITTEN = "written"  # the name of the model that the recording has


class Said(NamedTuple):
    """A sentence with the passages that it cites, and whether these prove it."""

    text: str
    proof: Proof
    right: bool


class Written(NamedTuple):
    """The sentences of one answer, and the name of its document."""

    kind: str
    document: str
    sentences: list[Said]


class Marks(NamedTuple):
    """Of one sentence: whether it is right, and who marks it as unproven."""

    kind: str
    right: bool
    reading_model: bool
    second_opinion: bool
    combined: bool  # as the assistant does


def written() -> Iterator[Written]:
    """The answers, in the order of the file."""
    for answer in read_lines(RECORDING / "sentences.jsonl"):
        passages = [RetrievedPassage(score=0.0, **passage) for passage in answer["passages"]]
        sentences = []
        for one in answer["sentences"]:
            cited = [passages[number - 1] for number in one["cites"]]
            proof = [(passage, find_quote(one["text"], passage.text)[0]) for passage in cited]
            sentences.append(Said(one["text"], proof, one["supported"]))
        yield Written(answer["kind"], answer["document"], sentences)


def marks(model: BaseChatModel) -> tuple[list[Marks], Usage, int]:
    """Who marks each sentence; what the second opinions took, and in how many calls.

    It is asked about all sentences: in an answer only about those that the reading model finds proven.
    """
    minilm, reading_model = MiniLM(), ReadingModel()
    sources = {source.name: source for source, *_ in documents()}
    found: list[Marks] = []
    took, calls = Usage(), 0
    for one in written():
        lexicon = Lexicon.of([passage.embedded_text for passage in split(sources[one.document])])
        judge = Scorer(lexicon, minilm, reading_model).judge

        def marked(judge: Judge, one: Written = one) -> list[bool]:
            return [bool(verdict(said.proof, said.text, False, judge).doubt) for said in one.sentences]

        opinions, usage, notices = second_opinion(model, {said.text: said.proof for said in one.sentences})
        if notices:
            raise SystemExit(notices[0])
        took, calls = took + usage, calls + 1
        judge_again = replace(judge, opinion=lambda said, _, opinions=opinions: opinions.get(said))
        rows = zip(
            one.sentences,
            marked(judge),
            marked(replace(judge_again, threshold=-math.inf)),
            marked(judge_again),
            strict=True,
        )
        found += [Marks(one.kind, said.right, *by) for said, *by in rows]
    return found, took, calls
