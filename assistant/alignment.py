"""Where in a passage the proof of a sentence stands. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from assistant.injection import orders, within_orders
from assistant.units import Unit, units
from ingest.lexicon import content_words, stem
from ingest.text import Folded, Span, find_folded, fold

_RUN = 3  # how many units of a passage one citation of a paraphrase may quote
_LABEL = re.compile(r"^\s*\**[^:*\n.]{1,80}:\**\s+")  # "BPO:", "**Driving force:**"


@lru_cache(maxsize=4096)
def align(sentence: str, passage: str) -> tuple[Span, bool]:
    """The span of the passage that proves the sentence, and whether it holds it word for word.

    Labels before the sentence need not stand there. An order to an assistant (see `orders`) proves nothing; where
    there is nothing else, the span is empty.
    """
    folded = _folded(passage)
    for claim in _without_labels(sentence):
        verbatim = find_folded(claim, folded)
        if verbatim and not within_orders(passage, span := folded.span(*verbatim)):
            return span, True
    return _best_run(sentence, passage), False


def _without_labels(sentence: str) -> Iterator[str]:
    """The sentence, and what is left of it behind one label after the other."""
    yield sentence
    if (rest := _LABEL.sub("", sentence)) != sentence:
        yield from _without_labels(rest)


@lru_cache(maxsize=4096)
def _folded(text: str) -> Folded:
    return fold(text)


def _best_run(claim: str, passage: str) -> Span:
    """The run of at most three units, or the list, with most words of the claim; of equals, the shortest."""
    wanted = Counter(map(stem, content_words(claim)))
    found = units(passage)
    every = [found[i : i + n] for i in range(len(found)) for n in range(1, min(_RUN, len(found) - i) + 1)]
    for number in dict.fromkeys(unit.list for unit in found if unit.list is not None):
        of_list = tuple(unit for unit in found if unit.list == number)
        if wanted & _stems(" ".join(unit.text for unit in of_list if not unit.announces)):
            every.append(of_list)
    runs = [span for run in every if not within_orders(passage, span := _span(run))]

    def rank(span: Span) -> tuple[int, int]:
        return (wanted & _stems(passage[span.start : span.end])).total(), span.start - span.end

    if not runs and orders(passage):
        return Span(0, 0)
    return max(runs, key=rank) if runs else Span(0, len(passage))


def _stems(text: str) -> Counter[str]:
    return Counter(map(stem, content_words(text)))


def _span(run: tuple[Unit, ...]) -> Span:
    return Span(run[0].span.start, run[-1].span.end)
