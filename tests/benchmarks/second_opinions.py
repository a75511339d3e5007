"""What the reading model, a second opinion and both together mark, right and wrong: part of `verdicts.py`."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel

from assistant.alignment import align
from assistant.answers import RetrievedPassage, Usage
from assistant.evidence import Evidence
from assistant.reading_model.model import ReadingModel
from assistant.reading_model.training.data import ARTICLE, READING, documents, read_lines
from assistant.reading_model.training.report import cited_by
from assistant.second_opinion import proofs_of, second_opinion
from assistant.verdicts import Judge, Proof, verdict
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from ingest.passages import Passage, split
from ingest.settings import ROOT
from ingest.sources import read_source

RECORDING = ROOT / "tests" / "data" / "second-opinions"
WRITTEN = "written"  # the name of the model that the recording has
DOCUMENTS, CLAIMS_OF_EACH = 28, 4


class Said(NamedTuple):
    """A sentence with the passages that it cites, and whether these prove it."""

    text: str
    proof: Proof
    right: bool


class Written(NamedTuple):
    """The sentences of one answer; `passages` are those of its document."""

    kind: str
    passages: list[Passage]
    sentences: list[Said]


class Marks(NamedTuple):
    """Of one sentence: whether it is right, and who marks it as unproven. What has an amount or a name that its
    passages do not have is marked by all.
    """

    kind: str
    right: bool
    reading_model: bool
    second_opinion: bool
    combined: bool  # as the assistant does


def written() -> Iterator[Written]:
    """The answers of a strong model that are not word for word the article's, and the claims about others."""
    article = split(read_source(ARTICLE))
    for line in read_lines(READING / "answers.jsonl")[1::2]:
        passages = [RetrievedPassage(score=0.0, **passage) for passage in line["passages"]]
        sentences = []
        for one in line["sentences"]:
            cited = [passages[n - 1] for n in cited_by(one["text"], line["reply"]) if n <= len(passages)]
            aligned = [(passage, *align(one["text"], passage.text)) for passage in cited]
            if cited and not any(quoted for *_, quoted in aligned):
                proof = [(passage, span) for passage, span, _ in aligned]
                sentences.append(Said(one["text"], proof, one["supported"]))
        if sentences:
            yield Written("a strong model's sentences", article, sentences)
    held_out = [one for one in documents() if one[2] == "test"]
    for source, _, _, _, claims in held_out[:DOCUMENTS]:
        passages = split(source)
        chosen = sorted(claims, key=lambda claim: hashlib.sha256(claim["claim"].encode()).digest())
        yield Written(
            "claims about documents never seen",
            passages,
            [
                Said(
                    claim["claim"],
                    _proof(claim["claim"], claim["evidence"], source.text, passages),
                    claim["supported"],
                )
                for claim in chosen[:CLAIMS_OF_EACH]
            ],
        )


def _proof(claim: str, evidence: list[str], text: str, passages: list[Passage]) -> Proof:
    """The passages that pieces of evidence stand in, each with what of it is quoted."""
    places = [(at, at + len(piece)) for piece in evidence if (at := text.find(piece)) >= 0]
    cited = [p for p in passages if any(start < p.end and p.start < end for start, end in places)]
    return [(RetrievedPassage.of(passage), align(claim, passage.text)[0]) for passage in cited]


def marks(model: BaseChatModel) -> tuple[list[Marks], Usage, int]:
    """Who marks each sentence; what the second opinions took, and in how many calls.

    It is asked about all sentences: in an answer only about those that the reading model finds proven.
    """
    minilm, reading_model = MiniLM(), ReadingModel()
    found: list[Marks] = []
    took, calls = Usage(), 0
    for one in written():
        lexicon = Lexicon.of([passage.embedded_text for passage in one.passages])
        judge = Evidence(lexicon, minilm, reading_model).judge
        sure = replace(judge, least=-math.inf)

        def marked(judge: Judge, one: Written = one) -> list[bool]:
            return [bool(verdict(said.proof, said.text, False, judge).doubt) for said in one.sentences]

        proofs = proofs_of(sure, marked)
        opinions, usage, notices = second_opinion(model, proofs)
        if notices:
            raise SystemExit(notices[0])
        took, calls = took + usage, calls + bool(proofs)
        rows = zip(
            one.sentences,
            marked(judge),
            marked(replace(sure, opinions=opinions)),
            marked(replace(judge, opinions=opinions)),
            strict=True,
        )
        found += [Marks(one.kind, said.right, *by) for said, *by in rows]
    return found, took, calls
