"""Where quotes and phrases stand in texts, however they are typeset, and how much of one span lies in others."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from assistant.answers import Citation, RetrievedPassage
from assistant.prompts import MARKER
from ingest.sources import Source
from ingest.text import Folded, fold

_NEAR = 60  # of 100, by rapidfuzz's partial ratio: less alike, two texts have nothing to do with each other
_SHOWN = 300  # characters of a text in a message


class SourceSpan(NamedTuple):
    """A half-open range of code points in a named source."""

    source: str
    start: int
    end: int


class Corpus:
    """The texts of an index by the names of their sources, folded so that quotes are found in them."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = list(sources.values())
        self.texts = {name: source.text for name, source in sources.items()}
        self.folded: dict[str, Folded] = {name: fold(text) for name, text in self.texts.items()}

    def find(self, quote: str) -> list[SourceSpan]:
        """Every span where the folded quote stands."""
        needle = fold(quote).text
        return [
            SourceSpan(name, *folded.span(at, at + len(needle)))
            for name, folded in self.folded.items()
            for at in _occurrences(needle, folded.text)
        ]


def explain_miss(quote: str, corpus: Corpus) -> str:
    """What to say of a quote that stands nowhere: what the corpus has that is nearest, and the mend."""
    needle, best, nearest = fold(quote).text, float(_NEAR), ""
    for name, folded in corpus.folded.items():
        found = fuzz.partial_ratio_alignment(needle, folded.text, score_cutoff=best)
        if found and found.dest_end > found.dest_start and (found.score > best or not nearest):
            first = folded.text.rfind(" ", 0, found.dest_start + 1) + 1  # whole words, ready to be copied
            last = folded.text.find(" ", found.dest_end)
            span = folded.span(first, last if last > first else len(folded.text))
            text = " ".join(corpus.texts[name][span.start : span.end].split())[:_SHOWN]
            best, nearest = found.score, f" The nearest text is “{text}” ({name}:{span.start}-{span.end})."
    return f"the quote {quote[:60]!r} is not in the corpus.{nearest} Quote it verbatim."


def holds_phrase(folded: str, phrase: str) -> bool:
    """Whether a folded text holds the phrase from the start of a token on; it may end inside one, a number not."""
    needle = fold(phrase).text
    begins = r"(?<![^\W_])" if needle[:1].isalnum() else ""
    ends = r"(?![.,]?\d)" if needle[-1:].isdigit() else ""
    return bool(needle) and re.search(begins + re.escape(needle) + ends, folded) is not None


def stated(facts: Sequence[Sequence[str]], text: str) -> list[bool]:
    """For each key fact, whether the text holds at least one of its phrasings; markers are left out."""
    shown = fold(MARKER.sub("", text)).text
    return [any(holds_phrase(shown, phrase) for phrase in phrasings) for phrasings in facts]


def _occurrences(needle: str, text: str) -> Iterable[int]:
    at = text.find(needle) if needle else -1
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def spans_of(found: Sequence[Citation | RetrievedPassage]) -> list[SourceSpan]:
    """Where citations or passages stand."""
    return [SourceSpan(one.source, one.start, one.end) for one in found]


def covered_share(span: SourceSpan, spans: Sequence[SourceSpan]) -> float:
    """The share of the characters of `span` that lie inside at least one of `spans`."""
    covered, reached = 0, span.start
    for source, start, end in sorted(spans):
        if source == span.source and start < span.end and end > reached:
            inside = min(end, span.end)
            covered += inside - max(start, reached)
            reached = inside
    return covered / (span.end - span.start) if span.end > span.start else 0.0


def best_share(places: Sequence[SourceSpan], spans: Sequence[SourceSpan]) -> float:
    """Of the places where a quote stands, the share of the one that the spans cover most."""
    return max((covered_share(place, spans) for place in places), default=0.0)


def overlap(a: SourceSpan, b: SourceSpan) -> bool:
    """Whether two spans have at least half of the shorter one in common."""
    common = min(a.end, b.end) - max(a.start, b.start)
    shorter = min(a.end - a.start, b.end - b.start)
    return a.source == b.source and common > 0 and 2 * common >= shorter
