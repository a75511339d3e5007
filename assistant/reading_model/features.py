"""What similarity says of a question beside a passage and each of its units: numbers for the model's heads.

Training weighs them; the model knows them by their order. Token by token they compare as ColBERT does (late
interaction: Khattab and Zaharia, SIGIR 2020), word by word by rarity as BM25 does.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.known_questions import Known
from assistant.units import Unit
from ingest.lexicon import Lexicon
from ingest.text import words

# How passages are ranked before the model reads them (`rerank_scores`).
_FUNCTION_WORD = 0.2  # what a token counts that carries no subject, beside 1
_WORDS = 0.1  # what the share of the question's terms counts, beside 1 for two equal texts

_KINDS = ("heading", "sentence", "item", "row")
TOKENS = "best cosine of each token: mean"
SUBJECTS = "mean over tokens that carry a subject"
LEAST = "the least of these"
BACK = "mean of the unit's subject tokens: best cosine in the question"
MEANS = "cosine of the means"
TERMS = "share of the question's terms, by rarity"
_COMPARED = (TOKENS, SUBJECTS, MEANS, TERMS)  # a unit with all others

Features = dict[str, float]  # what each number says, in the model's order


def table(rows: Sequence[Features]) -> np.ndarray:
    """(rows, features)."""
    return np.array([list(row.values()) for row in rows], dtype=np.float32)


def likeness(unit: Features) -> float:
    """How much a unit resembles the question: how their subjects find their like in each other."""
    return (unit[SUBJECTS] + unit[BACK]) / 2


class PassageFeatures(NamedTuple):
    """Those of each unit of a passage, and those of the passage as a whole."""

    units: list[Features]
    whole: Features


def features(
    question: EncodedText, passages: Sequence[EncodedPassage], lexicon: Lexicon, known: Known
) -> list[PassageFeatures]:
    """A question beside each of some passages, which are compared with each other, and so are all their units."""
    rarity = {term: lexicon.rarity(term) for term in question.terms}
    cosines = [question.vectors @ passage.vectors.T for passage in passages]
    units = [_units(question, one, beside, rarity) for one, beside in zip(passages, cosines, strict=True)]
    _compare(units, known)
    best = [best_cosines(beside) for beside in cosines]
    rows = [
        {
            **token_means(of_tokens, question.content),
            MEANS: float(question.mean @ passage.mean),
            TERMS: _share(rarity, passage.terms),
            **{
                f"best of the units: {name}": max((unit[name] for unit in of), default=0.0)
                for name in (TERMS, TOKENS, SUBJECTS, MEANS)
            },
        }
        for passage, of_tokens, of in zip(passages, best, units, strict=True)
    ]
    everywhere = frozenset[str]().union(*(passage.terms for passage in passages))
    anywhere = token_means(np.max(best, axis=0), question.content)[LEAST] if best else 0.0
    highest = {name: max((row[name] for row in rows), default=0.0) for name in (SUBJECTS, MEANS)}
    for row, alike, there in zip(rows, known.similarities, known.there, strict=True):
        row |= {
            "subject tokens: distance from the best passage": row[SUBJECTS] - highest[SUBJECTS],
            "cosine of the means: distance from the best passage": row[MEANS] - highest[MEANS],
            "share of the question's terms that no passage has": 1 - _share(rarity, everywhere) if rarity else 0.0,
            "the least of the question's subject tokens in any passage": anywhere,
            "logarithm of the question's words": math.log1p(len(words(question.text))),
            "nearest known question that the passage answers": max(alike, default=0.0),
            "nearest known question that any passage answers": there * known.answered,
            "nearest known question that the documents do not answer": there * known.unanswered,
            "distance of the two": there * (known.answered - known.unanswered),
            "there are known questions": there,
        }
    return [PassageFeatures(of, row) for of, row in zip(units, rows, strict=True)]


def _units(
    question: EncodedText, passage: EncodedPassage, cosines: np.ndarray, rarity: dict[str, float]
) -> list[Features]:
    back = best_cosines(cosines.T)
    best = np.zeros((len(passage.units), len(cosines)), dtype=np.float32)
    for i, (first, last) in enumerate(passage.ranges):
        if first < last:
            cosines[:, first:last].max(axis=1, out=best[i])
    alike = [0.0, *(float(question.mean @ mean) for mean in passage.means), 0.0]
    in_heading = _share(rarity, passage.heading_terms)
    found = []
    for i, (unit, of_tokens) in enumerate(zip(passage.units, _token_means(best, question.content), strict=True)):
        first, last = passage.ranges[i]
        subjects = back[first:last][passage.content[first:last]]
        terms = passage.unit_terms[i]
        around = terms.union(
            passage.heading_terms, *(passage.unit_terms[j] for j in _neighbours(passage.units, i))
        )
        row = {
            **of_tokens,
            BACK: float(subjects.mean()) if len(subjects) else 0.0,
            MEANS: alike[i + 1],
            TERMS: _share(rarity, terms),
            "the same in unit, heading, neighbours and what announces it": _share(rarity, around),
            "share of the unit's terms that the question has": len(terms & rarity.keys()) / max(len(terms), 1),
            "cosine of the means of question and unit before": alike[i],
            "cosine of the means of question and unit behind": alike[i + 2],
            "share of the question's terms in the heading": in_heading,
            **{f"is a {kind}": unit.kind == kind for kind in _KINDS},
            "stands in a list": unit.list is not None,
            "announces a list": unit.leads_list,
            "ends with a colon": unit.text.rstrip("*_ ").endswith(":"),
            "ends with a question mark": unit.asks,
            "has a number": bool(re.search(r"\d", unit.text)),
            "place in the passage, from 0 to 1": i / max(len(passage.units) - 1, 1),
            "logarithm of its words": math.log1p(len(unit.text.split())),
        }
        found.append(row)
    return found


def _compare(units: Sequence[Sequence[Features]], known: Known) -> None:
    """Adds to each unit how far it is from the best and the mean of all, and which known question it answers."""
    table = np.array([[unit[name] for name in _COMPARED] for of in units for unit in of])
    if not len(table):
        return
    best, mean = table.max(axis=0).tolist(), table.mean(axis=0).tolist()
    for of, similarities, there in zip(units, known.similarities, known.there, strict=True):
        for unit, alike in zip(of, similarities.tolist(), strict=True):
            for name, highest, middle in zip(_COMPARED, best, mean, strict=True):
                unit[f"{name}: distance from the best of all"] = unit[name] - highest
                unit[f"{name}: distance from the mean of all"] = unit[name] - middle
            unit["nearest known question that the unit answers"] = alike
            unit["the same: distance from the best of all"] = there * (alike - known.answered)
            unit["there are known questions"] = there


def _neighbours(units: Sequence[Unit], i: int) -> set[int]:
    """The units right before and behind, and the one that announces its list."""
    of = units[i].list
    announcing = [j for j, one in enumerate(units) if of is not None and one.leads_list and one.list == of]
    return {j for j in (i - 1, i + 1, *announcing) if 0 <= j < len(units)}


def best_cosines(cosines: np.ndarray) -> np.ndarray:
    """Of each row the best cosine; 0 where there is nothing to look in."""
    return cosines.max(axis=1) if cosines.shape[1] else np.zeros(len(cosines))


def token_means(best: np.ndarray, content: np.ndarray) -> Features:
    """Of each token's best cosine the mean; of those that carry a subject mean, least, mean of three least."""
    return _token_means(best[None].astype(np.float32), content)[0]


def _token_means(best: np.ndarray, content: np.ndarray) -> list[Features]:
    """The same for each row of (rows, tokens)."""
    means = best.mean(axis=1) if best.shape[1] else np.zeros(len(best))
    subjects = np.sort(np.ascontiguousarray(best[:, content]), axis=1) if content.any() else means[:, None]
    columns = means, subjects.mean(axis=1), subjects[:, 0], subjects[:, :3].mean(axis=1)
    names = TOKENS, SUBJECTS, LEAST, "mean of the three least"
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _share(rarity: dict[str, float], held: frozenset[str]) -> float:
    """The share of these terms, by their rarity, that is held."""
    whole = sum(rarity.values())
    return sum(value for term, value in rarity.items() if term in held) / whole if whole else 0.0


def rerank_scores(
    question: EncodedText, passages: Sequence[EncodedPassage], lexicon: Lexicon, known: Known
) -> list[float]:
    """How well the best unit of each passage, or a known question that it answers, resembles the question.

    Late interaction, and words by rarity.
    """
    rarity = {term: lexicon.rarity(term) for term in question.terms}
    weights = np.where(question.content, 1.0, _FUNCTION_WORD)
    weights = weights / max(float(weights.sum()), 1e-9)
    scores = []
    for passage, alike in zip(passages, known.similarities, strict=True):
        cosines = question.vectors @ passage.vectors.T
        best = [0.0, *alike.tolist()]
        for (first, last), terms in zip(passage.ranges, passage.unit_terms, strict=True):
            best.append(float(weights @ best_cosines(cosines[:, first:last])) + _WORDS * _share(rarity, terms))
        scores.append(max(best))
    return scores
