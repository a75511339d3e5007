"""Does this evidence support this claim? A lexical test, without a model."""

import re
from collections import Counter

from assistant.literals import OPPOSITES, has_capital, negates, opposes
from assistant.question import SIDES
from ingest.lexicon import STOP_WORDS, content_words, stem
from ingest.text import sentence_spans, words

WINDOW = 80  # content words of evidence that are looked at together
THRESHOLD = 0.63  # the share of the claim's content words that one window must hold

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ADDED = 3  # content words in a row
_HYPHENED = re.compile(r"\b([^\W\d_]+)[-‐‑]([^\W\d_]+)\b")
_WORD = re.compile(r"\b[^\W\d_][\w&’'-]*")


def supports(evidence: str, claim: str, context: str = "") -> bool:
    """φ(evidence, claim): whether the evidence holds the claim's words, numbers and names.

    The best window of 80 content words of the evidence holds at least 63 % of the claim's content words (as
    stems; BPO and KPO count as names), every number and every capitalised name of the claim stands in the
    evidence, and the evidence does not say the opposite. A claim without content words is not supported.
    `context` is the text that the evidence stands in, with its headings: names may stand there.
    """
    return not objection(evidence, claim, context)


def objection(evidence: str, claim: str, context: str = "") -> str:
    """Why the evidence does not support the claim, in a few words; empty where it does. See `supports`."""
    wanted = Counter(stem(word) for word in content_words(_without_sides(claim)) or content_words(claim))
    if not wanted:
        return "it says nothing that can be looked up"
    if strange := strange_names(evidence, claim, context):
        return f"“{strange[0]}” is not in the passage"
    if says_opposite(evidence, claim):
        return "the passage says the opposite"
    return "" if coverage(evidence, wanted) >= THRESHOLD else "the passage says something else"


def _without_sides(claim: str) -> str:
    for pattern in SIDES.values():
        claim = pattern.sub(" ", claim)
    return claim


def held(evidence: str, claim: str) -> float:
    """The share of the claim's content words that the evidence holds; 0 for a claim without any."""
    return coverage(evidence, Counter(stem(word) for word in content_words(claim)))


def says_opposite(evidence: str, claim: str) -> bool:
    """Whether the claim turns the evidence round: a "not" more or less, or the opposite of one of its words.

    Only what can be seen word by word: "smaller" where the evidence says "larger" and never "smaller".
    """
    said, known = _with_joined(claim), _with_joined(evidence)
    if negates(claim) and not negates(evidence):
        return True
    sentences = [evidence[a:b] for a, b in sentence_spans(evidence)]
    if not negates(claim) and sentences and all(map(negates, sentences)):
        return True
    return opposes(said, known, OPPOSITES)


def strange_opening(claim: str, context: str) -> bool:
    """Whether the claim begins with a capitalised word that the context has in no form: it may be a name."""
    first = _WORD.match(claim.lstrip("-*• “\"'"))
    first = first if first and has_capital(first.group()) else None
    told = {stem(word) for word in content_words(_without_sides(first.group()))} if first else set()
    return not told <= {stem(word) for word in content_words(context)}


def adds_words(evidence: str, claim: str) -> bool:
    """Whether three content words in a row of the claim stand nowhere in the evidence: something was added."""
    known = {stem(word) for word in content_words(evidence)}
    new = [stem(word) not in known for word in content_words(_without_sides(claim))]
    return any(all(new[i : i + _ADDED]) for i in range(len(new) - _ADDED + 1))


def _with_joined(text: str) -> set[str]:
    """The words of a text, and each pair that a hyphen joins as one word: "on-shore" is "onshore", too."""
    return set(words(text)) | {word for pair in _HYPHENED.findall(text) for word in words("".join(pair))}


def coverage(evidence: str, wanted: Counter[str]) -> float:
    """The largest share of `wanted` stems that one window of the evidence holds; 0 where nothing is wanted."""
    stems = [stem(word) for word in content_words(evidence)]
    held = Counter(stems[:WINDOW])
    common = best = (wanted & held).total()
    for leaving, entering in zip(stems, stems[WINDOW:], strict=False):  # the window moves by a word
        common -= held[leaving] <= wanted[leaving]
        held[leaving] -= 1
        held[entering] += 1
        common += held[entering] <= wanted[entering]
        best = max(best, common)
    return best / wanted.total() if wanted else 0.0


def strange_names(evidence: str, claim: str, context: str = "") -> list[str]:
    """The numbers of the claim that do not stand in the evidence, and its names that stand in no context either.

    The first word of the claim has its capital from the sentence; it is a name only where it has a second one
    ("KPO").
    """
    known = set(words(evidence))
    numbers = [number for number in _NUMBER.findall(claim) if number not in known]
    known.update(words(context))
    known.update(
        words(" ".join(side for side, pattern in SIDES.items() if pattern.search(f"{evidence} {context}")))
    )
    names = [
        name
        for match in _WORD.finditer(claim)
        for name in [match.group()]
        if has_capital(name)
        if match.start() > 0 or name[1:] != name[1:].lower()
        if any(part not in known and (part not in STOP_WORDS or name.isupper()) for part in words(name))
    ]
    return numbers + names
