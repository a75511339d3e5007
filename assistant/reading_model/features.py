"""What similarity says of a question and each unit of a passage: numbers for the model's heads.

Training weighs them. Token by token they compare as ColBERT does (late interaction:
Khattab and Zaharia, SIGIR 2020), word by word by rarity as BM25 does.
"""

import math
import re
from collections.abc import Sequence

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

UNIT_FEATURES = (
    "mean of the question's tokens: best cosine in the unit",
    "the same over tokens that carry a subject",
    "the least of these",
    "mean of the three least",
    "mean of the unit's subject tokens: best cosine in the question",
    "cosine of the means of question and unit",
    "share of the question's terms in the unit, by rarity",
    "the same in unit, heading, neighbours and what announces it",
    "share of the unit's terms that the question has",
    "cosine of the means of question and unit before",
    "cosine of the means of question and unit behind",
    "share of the question's terms in the heading",
    *(f"is a {kind}" for kind in _KINDS),
    "stands in a list",
    "announces a list",
    "ends with a colon",
    "ends with a question mark",
    "has a number",
    "place in the passage, from 0 to 1",
    "logarithm of its words",
    *(
        f"{name}: {to}"
        for name in ("tokens", "subject tokens", "cosine of means", "terms")
        for to in ("distance from the best of all", "distance from the mean of all")
    ),
    "nearest known question that the unit answers",
    "the same: distance from the best of all",
    "there are known questions",
)
LIKENESS = 1, 4  # of a unit's features: how its subjects and the question's find their like in each other
PASSAGE_FEATURES = (
    "best cosine of the question's tokens in the passage: mean over all",
    "over those that carry a subject",
    "the least of these",
    "mean of the three least",
    "cosine of the means of question and passage",
    "share of the question's terms, by rarity",
    "share of the question's terms in the best unit",
    "best of the units: mean of the question's tokens",
    "best of the units: mean of the subject tokens",
    "best of the units: cosine of the means",
    "subject tokens: distance from the best passage",
    "cosine of the means: distance from the best passage",
    "share of the question's terms that no passage has",
    "the least of the question's subject tokens in any passage",
    "logarithm of the question's words",
    "nearest known question that the passage answers",
    "nearest known question that any passage answers",
    "nearest known question that the documents do not answer",
    "distance of the two",
    "there are known questions",
)
_COMPARED = 11  # the last of a unit's features compare it with others


def unit_features(
    question: EncodedText, passages: Sequence[EncodedPassage], lexicon: Lexicon, known: Known
) -> list[np.ndarray]:
    """For each passage (units, `UNIT_FEATURES`); all units of all these passages are compared with each other."""
    rarity = {term: lexicon.rarity(term) for term in question.terms}
    per_passage = [_units_of(question, passage, rarity) for passage in passages]
    every = np.concatenate(per_passage) if per_passage else np.zeros((0, len(UNIT_FEATURES) - _COMPARED))
    if not len(every):
        return [np.zeros((0, len(UNIT_FEATURES)), dtype=np.float32) for _ in passages]
    strongest = [0, 1, 5, 6]
    best, mean = every[:, strongest].max(axis=0), every[:, strongest].mean(axis=0)
    found = []
    for rows, alike, there in zip(per_passage, known.similarities, known.there, strict=True):
        near = rows[:, strongest]
        relative = np.stack([near - best, near - mean], axis=2).reshape(len(rows), 2 * len(strongest))
        asked = np.stack([alike, there * (alike - known.answered), np.full(len(rows), float(there))], axis=1)
        found.append(np.concatenate([rows, relative, asked], axis=1).astype(np.float32))
    return found


def _units_of(question: EncodedText, passage: EncodedPassage, rarity: dict[str, float]) -> np.ndarray:
    cosines = question.vectors @ passage.vectors.T
    back = cosines.max(axis=0) if len(question.vectors) else np.zeros(len(passage.vectors))
    rows = []
    for i, unit in enumerate(passage.units):
        first, last = passage.ranges[i]
        here = cosines[:, first:last].max(axis=1) if first < last else np.zeros(len(cosines))
        content = passage.content[first:last]
        terms = passage.unit_terms[i]
        around = terms | passage.heading_terms
        for j in _neighbours(passage.units, i):
            around |= passage.unit_terms[j]
        rows.append(
            [
                *token_means(here, question.content),
                float(back[first:last][content].mean()) if content.any() else 0.0,
                float(question.mean @ passage.means[i]),
                _share(rarity, terms),
                _share(rarity, around),
                len(terms & set(question.terms)) / max(len(terms), 1),
                float(question.mean @ passage.means[i - 1]) if i else 0.0,
                float(question.mean @ passage.means[i + 1]) if i + 1 < len(passage.units) else 0.0,
                _share(rarity, passage.heading_terms),
                *(float(unit.kind == kind) for kind in _KINDS),
                float(unit.list is not None),
                float(unit.announces),
                float(unit.text.rstrip("*_ ").endswith(":")),
                float(unit.asks),
                float(bool(re.search(r"\d", unit.text))),
                i / max(len(passage.units) - 1, 1),
                math.log1p(len(unit.text.split())),
            ]
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(UNIT_FEATURES) - _COMPARED)


def _neighbours(units: Sequence[Unit], i: int) -> set[int]:
    """The units right before and behind, and the one that announces its list."""
    of = units[i].list
    announcing = [j for j, one in enumerate(units) if of is not None and one.announces and one.list == of]
    return {j for j in (i - 1, i + 1, *announcing) if 0 <= j < len(units)}


def token_means(best: np.ndarray, content: np.ndarray) -> list[float]:
    """Of each token's best cosine: the mean; of those with a subject mean, least, mean of the three least."""
    subjects = np.sort(best[content])
    if not len(best):
        return [0.0] * 4
    if not len(subjects):
        return [float(best.mean())] * 4
    return [float(best.mean()), float(subjects.mean()), float(subjects[0]), float(subjects[:3].mean())]


def _share(rarity: dict[str, float], held: frozenset[str]) -> float:
    """The share of these terms, by their rarity, that is held."""
    whole = sum(rarity.values())
    return sum(value for term, value in rarity.items() if term in held) / whole if whole else 0.0


def passage_features(
    question: EncodedText,
    passages: Sequence[EncodedPassage],
    units: Sequence[np.ndarray],
    lexicon: Lexicon,
    known: Known,
) -> np.ndarray:
    """(passages, `PASSAGE_FEATURES`); `units` is what `unit_features` gave for them."""
    if not passages:
        return np.zeros((0, len(PASSAGE_FEATURES)), dtype=np.float32)
    rarity = {term: lexicon.rarity(term) for term in question.terms}
    everywhere = frozenset[str]().union(*(passage.terms for passage in passages))
    best_tokens = [
        (question.vectors @ passage.vectors.T).max(axis=1)
        if len(passage.vectors)
        else np.zeros(len(question.vectors))
        for passage in passages
    ]
    rows = []
    for passage, best, of_units in zip(passages, best_tokens, units, strict=True):
        rows.append(
            [
                *token_means(best, question.content),
                float(question.mean @ passage.mean),
                _share(rarity, passage.terms),
                *([float(of_units[:, column].max()) for column in (6, 0, 1, 5)] if len(of_units) else [0.0] * 4),
            ]
        )
    table = np.array(rows, dtype=np.float64).reshape(len(passages), -1)
    anywhere = token_means(np.max(best_tokens, axis=0), question.content)[2]
    of_question = [
        1 - _share(rarity, everywhere) if rarity else 0.0,
        anywhere,
        math.log1p(len(words(question.text))),
    ]
    relative = table[:, [1, 4]] - table[:, [1, 4]].max(axis=0)
    own = [[max(alike, default=0.0)] for alike in known.similarities]
    asked = [known.answered, known.unanswered, known.answered - known.unanswered, 1.0]
    beside = np.outer(known.there, asked)
    columns = [table, relative, np.tile(of_question, (len(table), 1)), own, beside]
    return np.concatenate(columns, axis=1).astype(np.float32)


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
            meaning = float(weights @ cosines[:, first:last].max(axis=1)) if first < last else 0.0
            best.append(meaning + _WORDS * _share(rarity, terms))
        scores.append(max(best))
    return scores
