"""Where a passage proves a sentence, and whether it does. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.answers import RetrievedPassage
from assistant.lexicon import content_words, stem
from assistant.orders import orders, within_orders, without_orders
from assistant.prompts import CONNECTING
from assistant.question import SIDES, Side
from assistant.support import adds_words, amounts, objection, strange_opening
from assistant.units import Unit, side_of, units
from ingest.text import Folded, Span, find_folded, fold

_RUN = 3  # how many sentences of a passage one citation of a paraphrase may quote


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
    """The run of at most three units that shares most words with the claim; of equals, the shortest.

    Empty where the passage is nothing but orders.

    For a claim about one side, words that stand with the other count half.
    """
    wanted, other = {stem(word) for word in content_words(claim)}, other_side(claim)
    found = [unit for unit in units(passage) if unit.kind != "list"]
    every = [found[i : i + n] for i in range(len(found)) for n in range(1, min(_RUN, len(found) - i) + 1)]
    runs = [run for run in every if not within_orders(passage, _span(run))]

    def rank(run: list[Unit]) -> tuple[float, int]:
        span = _span(run)
        held = len(wanted & {stem(word) for word in content_words(passage[span.start : span.end])})
        about_other = other is not None and any(side_of(unit, "") == other for unit in run)
        return held / 2 if about_other else held, span.start - span.end

    if not runs and orders(passage):
        return Span(0, 0)
    return _span(max(runs, key=rank)) if runs else Span(0, len(passage))


def _span(run: list[Unit]) -> Span:
    return Span(run[0].span.start, run[-1].span.end)


def doubt_of_quote(spans: Sequence[tuple[RetrievedPassage, Span]], sentence: str) -> str:
    """Why these spans, which say the sentence word for word, may not stand under its label; empty where they may.

    "BPO:" in front of a sentence is not looked for in the passage, but it must not turn a sentence on KPO round.
    """
    label = CONNECTING.match(sentence)
    other = other_side(label.group()) if label else None
    return f"the passage is about {other}" if other and spans and _all_about(other, spans) else ""


def doubt(spans: Sequence[tuple[RetrievedPassage, Span]], sentence: str) -> str:
    """Why these spans do not support a sentence that none of them says word for word; empty where they do.

    Beside the test φ (see `support`): a sentence about one side needs evidence that is not all on the other; its
    amounts stand in the evidence, its first word, which may be a name, in the passage; it adds no words in a row.
    """
    claim, other = CONNECTING.sub("", sentence), other_side(sentence)
    if not _claims_something(claim):
        return "it says nothing that can be looked up"
    if not spans:
        return "it cites no passage"
    if other and _all_about(other, spans):
        return f"the passage is about {other}"
    evidence = " ".join(without_orders(passage.text)[span.start : span.end] for passage, span in spans)
    context = " ".join(f"{passage.section} {without_orders(passage.text)}" for passage, _ in spans)
    opening = [claim.split()[0].strip("*,:")] if strange_opening(claim, context) else []
    if strange := [*opening, *sorted(amounts(claim) - amounts(evidence))]:
        return f"“{strange[0]}” is not in the passage"
    if adds_words(evidence, claim):
        return "it adds to what the passage says"
    return objection(evidence, claim, context)


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
    """Whether a unit within the span is about this side."""
    inside = [u for u in units(passage.text) if span.start <= u.span.start and u.span.end <= span.end]
    return any(unit.kind != "list" and side_of(unit, passage.section) == side for unit in inside)
