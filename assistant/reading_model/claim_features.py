"""What similarity says of a claim and its evidence: numbers for the model's head, which weighs them."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from assistant.literals import OPPOSITES, names, negates, opposes, unknown_amounts, without
from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.features import token_means
from ingest.lexicon import content_words, stem
from ingest.text import fold, words

CLAIM_FEATURES = (
    "mean of the claim's subject tokens: best cosine in the evidence",
    "the least of these",
    "mean of the three least",
    "mean of all tokens of the claim",
    "mean of the evidence's subject tokens: best cosine in the claim",
    "cosine of the means",
    "share of the claim's stems that the evidence lacks",
    "how many these are, at most 8",
    "share of the claim's stems that neither evidence nor heading has",
    "longest run of stems that the evidence lacks",
    "share of the claim's pairs of stems that the evidence lacks",
    "numbers and amounts that the evidence lacks",
    "names that the evidence lacks",
    "names that evidence and heading lack",
    "share of the claim's stems in the one unit that has most of them",
    "names that this unit lacks",
    "names that this unit and its heading lack",
    "negates and the evidence does not",
    "the evidence negates and it does not",
    "both negate",
    "the unit with most stems negates and the claim does not",
    "all, every, only, never: in the claim alone",
    "comparing words in the claim alone",
    "words of cause in the claim alone",
    "words of duty or possibility in the claim alone",
    "the same in the evidence alone",
    "an opposite of a word of the evidence",
    "share of the stems in common that stand in the same order",
    "share of the claim that stands in the evidence in one run of words",
    "logarithm of the claim's words",
    "logarithm of the evidence's words",
    "has no subject",
)


_UNIVERSAL = {"all", "every", "always", "only", "never", "none", "entirely", "completely"}
_UNIVERSAL |= {"solely", "exclusively", "any", "each"}
_COMPARING = re.compile(
    r"\b(?:more|less|fewer|most|least|than|higher|lower|larger|smaller|better|worse|cheaper|faster|slower|longer"
    r"|shorter|older|newer|greater|further|equally|same)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|since|due to|so that|therefore|thus|as a result|owing to|thanks to|in order to|which is why"
    r"|caused?)\b",
    re.IGNORECASE,
)
_DUTY = re.compile(r"\b(?:must|may|might|can|could|should|shall|has to|have to|required|optional|allowed)\b", re.I)
_OPPOSITES = [
    *OPPOSITES,
    *(
        (frozenset(a.split()), frozenset(b.split()))
        for a, b in (
            ("before", "after"),
            ("first", "last"),
            ("minimum", "maximum"),
            ("early earlier", "late later"),
        )
    ),
]


def claim_features(claim: EncodedText, evidence: Sequence[EncodedPassage]) -> np.ndarray:
    """(`CLAIM_FEATURES`,): how a claim compares with what it cites, all pieces of it together."""
    told = " ".join(one.text for one in evidence)
    headings = " ".join(one.section for one in evidence)
    vectors = np.concatenate([one.vectors for one in evidence]) if evidence else claim.vectors[:0]
    content = np.concatenate([one.content for one in evidence]) if evidence else claim.content[:0]
    cosines = claim.vectors @ vectors.T if len(vectors) else np.zeros((len(claim.vectors), 1))
    there = token_means(cosines.max(axis=1) if len(claim.vectors) else np.zeros(0), claim.content)
    back = cosines.max(axis=0)[: len(content)] if len(claim.vectors) else np.zeros(len(content))
    stems = [stem(word) for word in content_words(claim.text)]
    known = [stem(word) for word in content_words(told)]
    beside = {*known, *(stem(word) for word in content_words(headings))}
    missing = [one not in known for one in stems]
    pairs, known_pairs = set(pairwise(stems)), set(pairwise(known))
    best, its_heading = _unit_with_most(stems, evidence)
    in_best = {stem(word) for word in content_words(best)}
    named = names(claim.text)
    said, heard = set(words(claim.text)), set(words(told))
    denies, denied = negates(claim.text), negates(told)
    mean = _unit_length(vectors.mean(axis=0)) if len(vectors) else np.zeros(claim.vectors.shape[1])
    row = [
        there[1],
        there[2],
        there[3],
        there[0],
        float(back[content].mean()) if content.any() else 0.0,
        float(claim.mean @ mean),
        sum(missing) / max(len(stems), 1),
        min(sum(missing), 8),
        sum(one not in beside for one in stems) / max(len(stems), 1),
        _longest_run(missing),
        len(pairs - known_pairs) / max(len(pairs), 1),
        len(unknown_amounts(claim.text, told)),
        len(without(named, told)),
        len(without(named, f"{told} {headings}")),
        sum(one in in_best for one in stems) / max(len(stems), 1),
        len(without(named, best)),
        len(without(named, f"{best} {its_heading}")),
        denies and not denied,
        denied and not denies,
        denies and denied,
        negates(best) and not denies,
        len(said & _UNIVERSAL - heard),
        len(set(_COMPARING.findall(claim.text.lower())) - set(_COMPARING.findall(told.lower()))),
        bool(_CAUSE.search(claim.text)) and not _CAUSE.search(told),
        len(set(_DUTY.findall(claim.text.lower())) - set(_DUTY.findall(told.lower()))),
        len(set(_DUTY.findall(best.lower())) - set(_DUTY.findall(claim.text.lower()))),
        opposes(said, heard, _OPPOSITES),
        _in_order(stems, known),
        _longest_common(claim.text, told),
        math.log1p(len(words(claim.text))),
        math.log1p(len(words(told))),
        not stems,
    ]
    return np.array(row, dtype=np.float32)


def _unit_length(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _unit_with_most(stems: Sequence[str], evidence: Sequence[EncodedPassage]) -> tuple[str, str]:
    """The unit that has most of these stems, with the sentence before it, and its heading."""
    most, best, heading = -1, "", ""
    for one in evidence:
        for i, unit in enumerate(one.units):
            held = {stem(word) for word in content_words(unit.text)}
            count = sum(word in held for word in stems)
            if count > most:
                before = one.units[i - 1].text if i else ""
                most, best, heading = count, unit.text, f"{one.section} {before}"
    return best, heading


def _longest_run(flags: Sequence[bool]) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest


def _in_order(stems: Sequence[str], known: Sequence[str]) -> float:
    """Of the pairs of neighbours among the stems in common, the share that has the same order in the evidence."""
    places = [known.index(one) for one in dict.fromkeys(stems) if one in known]
    steps = [a < b for a, b in pairwise(places)]
    return sum(steps) / len(steps) if steps else 1.0


def _longest_common(claim: str, told: str) -> float:
    """The share of the claim's words in the longest run of words that the evidence has."""
    said, heard = fold(claim).text.split(), fold(told).text.split()
    best, row = 0, [0] * (len(heard) + 1)
    for word in said:
        above, row = row, [0] * (len(heard) + 1)
        for j, other in enumerate(heard):
            if word == other:
                row[j + 1] = above[j] + 1
                best = max(best, row[j + 1])
    return best / max(len(said), 1)
