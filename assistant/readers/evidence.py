"""How well each unit of the passages answers a question: by meaning, by words, and by whose side it is on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.answers import RetrievedPassage
from assistant.lexicon import Lexicon
from assistant.question import Question, Side
from assistant.units import SIGNPOST, Unit, side_of, units

# Beside the cosine's 1; found on the tuning part of core.jsonl.
_WORDS, _NEAR_WORDS, _RANK = 0.3, 0.3, 0.1
_OTHER_SIDE, _ONLY_A_SIGN, _DEFINES = -0.5, -0.2, 0.4
_MOST_VECTORS = 20_000  # kept in memory; 1.5 kB each


@dataclass(frozen=True)
class Candidate:
    """A unit of the `number`-th passage (from 1 on), whose side it is on, and how well it answers."""

    number: int
    unit: Unit
    side: Side | None
    score: float
    adds: bool  # whether it says more than the question, in other words than the question's
    counts: bool  # whether it, its lead-in or its heading names what the question asks the number of


_DEFINITION = re.compile(
    r"^(?!since|if|when|because|although)(?P<subject>.{2,80}?)"
    r"(?::|\)?\s+(?:(?:is|are)(?: also)? (?:an?|the|when)\b|means\b|refers? to\b))",
    re.IGNORECASE,
)
_SUBCLAUSE = re.compile(r",?\s+while\s+", re.IGNORECASE)


def _defines(text: str, wanted: list[str], lexicon: Lexicon) -> float:
    """How far a clause of `text` defines the thing asked for: it begins with it, then "is", "means" or a colon.

    1 where its subject is the thing itself, 1/2 where it is a kind of it, 0 where nothing is defined.
    """
    found = 0.0
    for clause in _SUBCLAUSE.split(text):
        match = _DEFINITION.match(clause)
        subject = set(lexicon.terms(match.group("subject"))) if match else set()
        if subject and wanted and subject.issuperset(wanted) and len(subject) <= len(set(wanted)) + 1:
            found = max(found, 1.0 if len(subject) == len(set(wanted)) else 0.5)
    return found


def _embedded(unit: Unit) -> str:
    """A list is known by what announces it; its items would blur that."""
    return f"{unit.before} {unit.lead_in}".strip() if unit.kind == "list" and unit.lead_in else unit.text


class Evidence:
    """Scores units. Keeps the vectors of the units it has met, so that a warm question embeds only itself."""

    def __init__(self, lexicon: Lexicon, embeddings: Embeddings) -> None:
        self._lexicon = lexicon
        self._embeddings = embeddings
        self._vectors: dict[str, np.ndarray] = {}

    def rank(self, question: Question, passages: Sequence[RetrievedPassage]) -> list[Candidate]:
        """Every unit of `passages`, best first.

        The score is the cosine of question and unit, plus 0.3 × the share of the question's words (weighted by
        rarity) that the unit holds, 0.3 × the same with its heading, lead-in and the sentence before it, and
        0.1 / the passage's rank. A unit about the other side than the one asked for loses 0.5, one
        that only says what comes next 0.2; one that defines what the question asks to define gains 0.4.
        """
        pairs = [(n, p, u) for n, p in enumerate(passages, start=1) for u in units(p.text)]
        asked, *vectors = self._embed([question.text, *(_embedded(unit) for _, _, unit in pairs)])
        wanted = self._lexicon.asked_terms(question.text)
        counted = set(self._lexicon.asked_terms(question.counted)[-1:])
        candidates = []
        for (number, passage, unit), vector in zip(pairs, vectors, strict=True):
            own = set(self._lexicon.terms(_embedded(unit)))
            near = own.union(self._lexicon.terms(f"{passage.section} {unit.lead_in} {unit.before} {unit.text}"))
            score = (
                float(asked @ vector)
                + _WORDS * self._share(wanted, own)
                + _NEAR_WORDS * self._share(wanted, near)
                + _RANK / number
            )
            side = side_of(unit, passage.section)
            if side and question.sides and side not in question.sides:
                score += _OTHER_SIDE
            if SIGNPOST.match(unit.text):
                score += _ONLY_A_SIGN
            if question.kind == "definition":
                score += _DEFINES * _defines(unit.text, wanted, self._lexicon)
            adds = bool(set(self._lexicon.terms(unit.text)).difference(wanted))
            candidates.append(Candidate(number, unit, side, score, adds, counted <= near))
        return sorted(candidates, key=lambda c: -c.score)

    def _share(self, wanted: list[str], held: set[str]) -> float:
        whole = sum(self._lexicon.rarity(term) for term in wanted)
        return sum(self._lexicon.rarity(term) for term in wanted if term in held) / whole if whole else 0.0

    def _embed(self, texts: Sequence[str]) -> list[np.ndarray]:
        known = self._vectors  # another thread may put a new one in its place meanwhile
        new = [text for text in dict.fromkeys(texts) if text not in known]
        vectors = self._embeddings.embed_documents(new) if new else []
        made = {text: np.asarray(vector, dtype=np.float32) for text, vector in zip(new, vectors, strict=True)}
        self._vectors = {**(known if len(known) < _MOST_VECTORS else {}), **made} if made else known
        return [made[text] if text in made else known[text] for text in texts]
