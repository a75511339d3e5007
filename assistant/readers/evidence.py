"""How well each unit of the passages answers a question: by meaning, by words, and by whose side it is on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.answers import RetrievedPassage
from assistant.lexicon import Lexicon
from assistant.question import Question, Side
from assistant.units import Unit, side_of, units

# Beside the cosine's 1; found on the tuning part of core.jsonl.
_WORDS, _NEAR_WORDS, _RANK, _OTHER_SIDE = 0.3, 0.3, 0.1, -0.3
_MOST_VECTORS = 20_000  # kept in memory; 1.5 kB each


@dataclass(frozen=True)
class Candidate:
    """A unit of the `number`-th passage (from 1 on), whose side it is on, and how well it answers."""

    number: int
    unit: Unit
    side: Side | None
    score: float


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
        0.1 / the passage's rank. A unit about the other side than the one asked for loses 0.3.
        """
        pairs = [(n, p, u) for n, p in enumerate(passages, start=1) for u in units(p.text)]
        asked, *vectors = self._embed([question.text, *(unit.text for _, _, unit in pairs)])
        wanted = self._lexicon.terms(question.text)
        candidates = []
        for (number, passage, unit), vector in zip(pairs, vectors, strict=True):
            own = set(self._lexicon.terms(unit.text))
            near = own.union(self._lexicon.terms(f"{passage.section} {unit.lead_in} {unit.before}"))
            score = (
                float(asked @ vector)
                + _WORDS * self._share(wanted, own)
                + _NEAR_WORDS * self._share(wanted, near)
                + _RANK / number
            )
            side = side_of(unit, passage.section)
            if side and question.sides and side not in question.sides:
                score += _OTHER_SIDE
            candidates.append(Candidate(number, unit, side, score))
        return sorted(candidates, key=lambda c: -c.score)

    def _share(self, wanted: list[str], held: set[str]) -> float:
        whole = sum(self._lexicon.rarity(term) for term in wanted)
        return sum(self._lexicon.rarity(term) for term in wanted if term in held) / whole if whole else 0.0

    def _embed(self, texts: Sequence[str]) -> list[np.ndarray]:
        if len(self._vectors) > _MOST_VECTORS:
            self._vectors.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        vectors = self._embeddings.embed_documents(new) if new else []
        self._vectors |= {t: np.asarray(v, dtype=np.float32) for t, v in zip(new, vectors, strict=True)}
        return [self._vectors[text] for text in texts]
