"""Is a text about the documents proven by them? Each sentence gets its verdict and the nearest quote."""

import math
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from assistant.answers import Citation, RetrievedPassage, Support
from assistant.citations import citation_of
from assistant.literals import names_in
from assistant.pieces import sentences_of
from assistant.quotes import proof_in
from assistant.snapshot import Snapshot
from assistant.verdicts import Judge, support_of, verdict
from ingest.errors import QuestionError
from ingest.passages import Passage
from ingest.text import find_folded, fold

LONGEST_CLAIM, LONGEST_TEXT = 4_000, 100_000  # characters
_NOTHING = "There is no sentence to check. Give a text, or a file with one."
_SEARCHED = 50  # passages that have most words of a piece of evidence; elsewhere all documents are searched
_TRIED = 3  # passages that a sentence without evidence is held against, one by one and the best two together


class Checked(BaseModel):
    """One sentence. `score` is from 0 to 1, higher is better proven; `citations` prove it or come nearest.

    `marked`: whether a chat model's sentence would get `[?]`, which takes surer signs than `unsupported` does.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    verdict: Support
    marked: bool
    score: float
    doubt: str
    citations: tuple[Citation, ...]


class ClaimLine(BaseModel):
    """A line of `bpo-kpo check --jsonl`: evidence is verbatim pieces of the documents, or is retrieved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    claim: str
    evidence: tuple[str, ...] = ()


def check_text(text: str, opened: Snapshot) -> list[Checked]:
    """The sentences of a text, each with its verdict. Raises `QuestionError` for a text without words."""
    if len(text) > LONGEST_TEXT:
        raise QuestionError(f"The text has {len(text):,} characters, the limit is {LONGEST_TEXT:,}. Divide it.")
    found = [check_claim(sentence, opened, label=label) for sentence, label in sentences_of(text)]
    if not found:
        raise QuestionError(_NOTHING)
    return found


def check_claim(claim: str, opened: Snapshot, evidence: Sequence[str] = (), label: str = "") -> Checked:
    """One sentence, held against pieces of evidence, or against the passages that are most like it.

    Raises `QuestionError` for a sentence that is too long and for evidence that stands in no document.
    """
    if len(claim) > LONGEST_CLAIM:
        raise QuestionError(
            f"A sentence has {len(claim):,} characters, the limit is {LONGEST_CLAIM:,}. Divide it."
        )
    if not claim.strip():
        raise QuestionError(_NOTHING)
    calibration = opened.scorer.calibration
    said = " ".join(f"{label} {claim}".split())
    tried = [_passages_of(evidence, opened)] if evidence else _nearest(said, opened)
    threshold = calibration.claim_threshold if evidence else calibration.uncited_threshold
    named = names_in(passage.text for passages in tried for passage in passages)
    judge = Judge(opened.scorer.proves, threshold, sought=not evidence, named=named)
    found = []
    for passages in tried:
        proof, quoted = proof_in(passages, claim)
        found.append((verdict(proof, claim, quoted, judge, label), proof, quoted))
    best, proof, quoted = max(found, key=lambda one: (one[0].logit, one[2]))
    numbers: dict[tuple[str, int, int], Citation] = {}
    marked = bool(best.doubt) and best.logit < calibration.chat_model_threshold
    return Checked(
        text=claim,
        verdict=support_of(best.doubt, quoted),
        marked=marked,
        score=round(1 / (1 + math.exp(-max(-50.0, min(50.0, best.logit)))), 4),
        doubt=best.doubt,
        citations=tuple(citation_of(passage, span, numbers) for passage, span in proof),
    )


def _nearest(claim: str, opened: Snapshot) -> list[list[RetrievedPassage]]:
    """The passages that are most like a claim, each alone, and the first two together."""
    passages = [RetrievedPassage.of(passage) for passage in opened.retriever.nearest(claim, _TRIED)]
    return [*([passage] for passage in passages), *([passages[:2]] if len(passages) > 1 else [])]


def _passages_of(evidence: Sequence[str], opened: Snapshot) -> list[RetrievedPassage]:
    """The passages that pieces of evidence stand in; of a piece that no single one holds, the piece itself."""
    found = [_passage_of(piece, opened) for piece in evidence]
    return list({(passage.source, passage.start): passage for passage in found}.values())


def _passage_of(piece: str, opened: Snapshot) -> RetrievedPassage:
    ranked = opened.index.lexicon.rank(opened.index.lexicon.terms(piece), _SEARCHED)
    for passage in opened.index.passages.at([position for position, _ in ranked]):
        if find_folded(piece, fold(passage.text)):
            return RetrievedPassage.of(passage)
    for source in opened.index.sources.values():
        folded = fold(source.text)
        if place := find_folded(piece, folded):
            span = folded.span(*place)
            return RetrievedPassage.of(Passage(source.name, "", *span, source.text[span.start : span.end]))
    raise QuestionError(f"The evidence stands in no document: “{piece[:60]}”. Quote it word for word.")
