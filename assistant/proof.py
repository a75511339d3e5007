"""Where a passage proves a sentence, and whether it does. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from assistant.answers import RetrievedPassage
from assistant.literals import amounts, negates
from assistant.orders import orders, within_orders, without_orders
from assistant.prompts import CONNECTING, COUNTS, JOINING
from assistant.question import SIDES, Side
from assistant.support import adds_words, objection, strange_opening
from assistant.units import Unit, side_of, units
from ingest.lexicon import content_words, stem
from ingest.text import Folded, Span, find_folded, fold, sentence_spans

_RUN = 3  # how many sentences of a passage one citation of a paraphrase may quote
_BEFORE = 2  # words that may stand between a "not" and what it is said of

# The side that a claim names only to hold its own against it.
_BESIDE = re.compile(
    r"\b(?:than|unlike|version of|subset of|(?:compared|contrast|comparison) (?:to|with))\s+(?:(?:an?|in)\s+)?\w+",
    re.IGNORECASE,
)
_AGAINST = re.compile(r",?\s*\b(?:whereas|while|but)\b,?\s*", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\b.*\band\b", re.IGNORECASE)
_NUMBERS = {name: str(number) for number, name in enumerate(COUNTS)}


@lru_cache(maxsize=4096)
def align(sentence: str, passage: str) -> tuple[Span, bool]:
    """The span of the passage that proves the sentence, and whether it holds it word for word.

    An order to an assistant (see `orders`) proves nothing.
    """
    claim = CONNECTING.sub("", sentence)
    verbatim = find_folded(claim, _folded(passage))
    if verbatim and not within_orders(passage, span := _folded(passage).span(*verbatim)):
        return span, True
    return _best_run(claim, passage), False


@lru_cache(maxsize=4096)
def _folded(text: str) -> Folded:
    return fold(text)


def _best_run(claim: str, passage: str) -> Span:
    """The run of at most three units, or the list, that shares most words with the claim; of equals, the shortest.

    Empty where the passage is nothing but orders.

    For a claim about one side, words that stand with the other count half.
    """
    wanted, other = Counter(map(stem, content_words(JOINING.sub("", claim)))), other_side(_BESIDE.sub("", claim))
    found = [unit for unit in units(passage) if unit.kind != "list"]
    every = [found[i : i + n] for i in range(len(found)) for n in range(1, min(_RUN, len(found) - i) + 1)]
    every += [[unit] for unit in units(passage) if unit.kind == "list" and wanted & _of_items(unit, passage)]
    runs = [run for run in every if not within_orders(passage, _span(run))]

    def rank(run: list[Unit]) -> tuple[float, int]:
        span = _span(run)
        held = (wanted & Counter(stem(word) for word in content_words(passage[span.start : span.end]))).total()
        about_other = other is not None and any(side_of(unit, "") == other for unit in run)
        return held / 2 if about_other else held, span.start - span.end

    if not runs and orders(passage):
        return Span(0, 0)
    return _span(max(runs, key=rank)) if runs else Span(0, len(passage))


def _of_items(unit: Unit, passage: str) -> Counter[str]:
    """The stems of what a list lists, without those that announce it."""
    announced = {stem(word) for word in content_words(unit.lead_in)}
    listed = (stem(word) for start, end in unit.items for word in content_words(passage[start:end]))
    return Counter(word for word in listed if word not in announced)


def _span(run: list[Unit]) -> Span:
    return Span(run[0].span.start, run[-1].span.end)


def doubt_of_quote(spans: Sequence[tuple[RetrievedPassage, Span]], sentence: str, label: str = "") -> str:
    """Why these spans, which say the sentence word for word, may not stand there; empty where they may.

    "BPO:" in front of a sentence, or its `label` in a table, is not looked for in the passage, but it may not turn
    a sentence on KPO round; nor may a "not" be left out in front of it, or "Nine:" stand before "three".
    """
    own = CONNECTING.match(sentence)
    other = other_side(own.group() if own else label)
    if other and spans and _all_about(other, spans):
        return f"the passage is about {other}"
    if any(_negated(passage, span) for passage, span in spans):
        return "the passage says the opposite"
    return f"“{own.group().strip()}” is not in the passage" if own and _miscounts(own.group(), spans) else ""


def _miscounts(label: str, spans: Sequence[tuple[RetrievedPassage, Span]]) -> bool:
    """Whether a label such as "Nine:" stands before words that tell another number, and not this one."""
    count = _NUMBERS.get(label.strip(" *:"))
    told = amounts(" ".join(passage.text[span.start : span.end] for passage, span in spans))
    return bool(count and count not in told and told & {*_NUMBERS.values()})


def _negated(passage: RetrievedPassage, span: Span) -> bool:
    """Whether what is quoted is a part of a sentence that denies it."""
    around = [u.span for u in units(passage.text) if u.span.start < span.start < u.span.end and u.kind != "list"]
    if not around:
        return False
    before = passage.text[min(start for start, _ in around) : span.start]
    return negates(" ".join(re.split(r"[,;:.]", before)[-1].split()[-_BEFORE - 1 :]))


def doubt(spans: Sequence[tuple[RetrievedPassage, Span]], sentence: str, label: str = "") -> str:
    """Why these spans do not support a sentence that none of them says word for word; empty where they do.

    Beside the test φ (see `support`): a sentence about one side needs evidence that is not all on the other; its
    amounts stand in the evidence, its first word, which may be a name, in the passage; it adds no words in a row.
    """
    claim = JOINING.sub("", CONNECTING.sub("", sentence)).strip()
    if not _claims_something(claim):
        return "it says nothing that can be looked up"
    if not spans:
        return "it cites no passage"
    if turned := _doubt_of_sides(spans, sentence, label):
        return turned
    evidence = " ".join(without_orders(passage.text)[span.start : span.end] for passage, span in spans)
    context = " ".join(f"{passage.section} {without_orders(passage.text)}" for passage, _ in spans)
    opening = [claim.split()[0].strip("*,:")] if strange_opening(claim, context) else []
    if strange := [*opening, *sorted(amounts(claim) - amounts(evidence))]:
        return f"“{strange[0]}” is not in the passage"
    if adds_words(evidence, claim):
        return "it adds to what the passage says"
    parts = [claim[a:b] for a, b in sentence_spans(claim)]  # a list item may be several sentences
    told = [part for part in parts if content_words(part)] or [claim]
    return next(filter(None, (objection(evidence, part, context) for part in told)), "")


def _doubt_of_sides(spans: Sequence[tuple[RetrievedPassage, Span]], sentence: str, label: str) -> str:
    """Why the sentence takes one side for the other; empty where it does not, as far as can be seen.

    Where it holds one side against the other ("…, whereas KPO is …"), each half is looked at by itself.
    """
    halves = _AGAINST.split(sentence)
    if len(halves) == 2 and {*map(other_side, halves)} == {*SIDES}:
        for half in halves:
            doubts = [doubt([(passage, align(half, passage.text)[0])], half) for passage, _ in spans]
            if all(doubts):
                return doubts[0]
        return ""
    about = [side for side in SIDES if _all_about(side, spans)]
    other = other_side(_BESIDE.sub("", sentence)) or other_side(label)
    if _BOTH.search(sentence) and len(about) == 1:
        return f"the passage is about {about[0]}"
    if other in about and (len(about) == 1 or _BESIDE.search(sentence)):
        return f"the passage is about {other}"
    return ""


def _claims_something(sentence: str) -> bool:
    """Whether there is more to it than a word that stands in any text; a question claims nothing."""
    return len(content_words(sentence)) > 1 and not re.search(r"\?\W*$", sentence)


def other_side(claim: str) -> Side | None:
    """The side that a claim about one side is not about."""
    unnamed = [side for side, pattern in SIDES.items() if not pattern.search(claim)]
    return unnamed[0] if len(unnamed) == 1 else None


def _all_about(side: Side, spans: Sequence[tuple[RetrievedPassage, Span]]) -> bool:
    return all(_is_about(side, passage, span) for passage, span in spans)


def _is_about(side: Side, passage: RetrievedPassage, span: Span) -> bool:
    """Whether a unit that the span is, or is a part of, is about this side."""
    found = [u for u in units(passage.text) if u.span.start < span.end and span.start < u.span.end]
    return any(unit.kind != "list" and side_of(unit, passage.section) == side for unit in found)
