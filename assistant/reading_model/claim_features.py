"""What a claim says beside its evidence: numbers for the model's head, which weighs them."""

import math
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise

import numpy as np

from assistant.literals import names, negates, unknown_amounts, without
from assistant.reading_model.encoding import EncodedPassage, EncodedText, mean_of
from assistant.reading_model.features import TOKENS, Features, best_cosines, token_means
from ingest.lexicon import content_words, stem
from ingest.text import fold, words

_UNIVERSAL = {"all", "every", "always", "only", "never", "none", "entirely", "completely"}
_UNIVERSAL |= {"solely", "exclusively", "any", "each"}
_COMPARING = re.compile(
    r"\b(?:more|less|fewer|most|least|than|higher|lower|larger|smaller|better|worse|cheaper|faster|slower|longer"
    r"|shorter|older|newer|greater|further|equally|same)\b"
)
_CAUSE = re.compile(
    r"\b(?:because|since|due to|so that|therefore|thus|as a result|owing to|thanks to|in order to|which is why"
    r"|caused?)\b",
    re.IGNORECASE,
)
_DUTY = re.compile(r"\b(?:must|may|might|can|could|should|shall|has to|have to|required|optional|allowed)\b")
_OPPOSITES = [
    (set(a.split()), set(b.split()))
    for a, b in (
        ("large larger largest big bigger massive", "small smaller smallest"),
        ("high higher highest", "low lower lowest"),
        ("more increase increases increased rise rises", "less fewer decrease decreases decreased reduce reduces"),
        ("cheap cheaper inexpensive affordable", "expensive costlier dear"),
        ("simple simpler easy", "complex difficult hard"),
        ("core", "noncore"),
        ("internal", "external"),
        ("always", "never rarely"),
        ("onshore domestic", "offshore overseas"),
        ("nearshore nearby", "offshore overseas"),
        ("before", "after"),
        ("first", "last"),
        ("minimum", "maximum"),
        ("early earlier", "late later"),
    )
]


def claim_features(claim: EncodedText, evidence: Sequence[EncodedPassage]) -> Features:
    """How a claim compares with what it cites, all pieces of it together."""
    told = " ".join(one.text for one in evidence)
    headings = " ".join(one.section for one in evidence)
    vectors = np.concatenate([claim.vectors[:0], *(one.vectors for one in evidence)])
    content = np.concatenate([claim.content[:0], *(one.content for one in evidence)])
    cosines = claim.vectors @ vectors.T
    there = token_means(best_cosines(cosines), claim.content)
    of_all_tokens = there.pop(TOKENS)
    back = best_cosines(cosines.T)[content]
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
    return {
        **there,
        "mean of all tokens of the claim": of_all_tokens,
        "mean of the evidence's subject tokens: best cosine in the claim": float(back.mean())
        if len(back)
        else 0.0,
        "cosine of the means": float(claim.mean @ mean_of(vectors)),
        "share of the claim's stems that the evidence lacks": sum(missing) / max(len(stems), 1),
        "how many these are, at most 8": min(sum(missing), 8),
        "share of the claim's stems that neither evidence nor heading has": sum(one not in beside for one in stems)
        / max(len(stems), 1),
        "longest run of stems that the evidence lacks": max(
            (len(list(run)) for flag, run in groupby(missing) if flag), default=0
        ),
        "share of the claim's pairs of stems that the evidence lacks": len(pairs - known_pairs)
        / max(len(pairs), 1),
        "numbers and amounts that the evidence lacks": len(unknown_amounts(claim.text, told)),
        "names that the evidence lacks": len(without(named, told)),
        "names that evidence and heading lack": len(without(named, f"{told} {headings}")),
        "share of the claim's stems in the one unit that has most of them": sum(one in in_best for one in stems)
        / max(len(stems), 1),
        "names that this unit lacks": len(without(named, best)),
        "names that this unit and its heading lack": len(without(named, f"{best} {its_heading}")),
        "negates and the evidence does not": denies and not denied,
        "the evidence negates and it does not": denied and not denies,
        "both negate": denies and denied,
        "the unit with most stems negates and the claim does not": negates(best) and not denies,
        "all, every, only, never: in the claim alone": len(said & _UNIVERSAL - heard),
        "comparing words in the claim alone": _more(_COMPARING, claim.text, told),
        "words of cause in the claim alone": bool(_CAUSE.search(claim.text)) and not _CAUSE.search(told),
        "words of duty or possibility in the claim alone": _more(_DUTY, claim.text, told),
        "the same in the evidence alone": _more(_DUTY, best, claim.text),
        "an opposite of a word of the evidence": _opposes(said, heard),
        "share of the stems in common that stand in the same order": _in_order(stems, known),
        "share of the claim that stands in the evidence in one run of words": _longest_common(claim.text, told),
        "logarithm of the claim's words": math.log1p(len(words(claim.text))),
        "logarithm of the evidence's words": math.log1p(len(words(told))),
        "has no subject": not stems,
    }


def _unit_with_most(stems: Sequence[str], evidence: Sequence[EncodedPassage]) -> tuple[str, str]:
    """The unit that has most of these stems; and its heading, with the sentence before it."""
    most, best, heading = -1, "", ""
    for one in evidence:
        for i, unit in enumerate(one.units):
            held = {stem(word) for word in content_words(unit.text)}
            count = sum(word in held for word in stems)
            if count > most:
                before = one.units[i - 1].text if i else ""
                most, best, heading = count, unit.text, f"{one.section} {before}"
    return best, heading


def _more(pattern: re.Pattern[str], text: str, other: str) -> int:
    """How many different words a pattern finds in a text and not in the other."""
    return len(set(pattern.findall(text.lower())) - set(pattern.findall(other.lower())))


def _opposes(said: set[str], heard: set[str]) -> bool:
    """Whether a claim has the opposite of a word of its evidence, which has that word and not the claim's."""
    pairs = [*_OPPOSITES, *((b, a) for a, b in _OPPOSITES)]
    return any(said & here and not heard & here and heard & there for here, there in pairs)


def _in_order(stems: Sequence[str], known: Sequence[str]) -> float:
    """Of the pairs of neighbours among the stems in common, the share that has the same order in the evidence."""
    places = [known.index(one) for one in dict.fromkeys(stems) if one in known]
    steps = [a < b for a, b in pairwise(places)]
    return sum(steps) / len(steps) if steps else 1.0


def _longest_common(claim: str, told: str) -> float:
    """The share of the claim's words in the longest run of words that the evidence has."""
    said, heard = fold(claim).text.split(), fold(told).text.split()
    match = SequenceMatcher(None, said, heard, autojunk=False).find_longest_match()
    return match.size / max(len(said), 1)
