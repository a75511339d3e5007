"""Places in documents: where a quote stands, and how much of one place lies in others."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from ingest.sources import Source
from ingest.text import Folded, Span, fold

_NEAR = 60  # of 100, by rapidfuzz's partial ratio: less alike, two texts have nothing to do with each other
_SHOWN = 300  # characters of a text in a message
OVERLAPS = 0.5  # the share of the shorter of two spans that has to be common


class Place(NamedTuple):
    """A span of a source."""

    source: str
    span: Span


class Corpus:
    """The texts of an index by the names of their sources, folded so that quotes are found in them."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.texts = {name: source.text for name, source in sources.items()}
        self.folded: dict[str, Folded] = {name: fold(text) for name, text in self.texts.items()}

    def find(self, quote: str) -> list[Place]:
        """Every place where the folded quote stands."""
        needle = fold(quote).text
        places = []
        for name, folded in self.folded.items():
            at = folded.text.find(needle) if needle else -1
            while at >= 0:
                places.append(Place(name, folded.span(at, at + len(needle))))
                at = folded.text.find(needle, at + 1)
        return places


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


def covered_share(place: Place, spans: Sequence[Place]) -> float:
    """The share of the characters of `place` that lie inside at least one of `spans`."""
    start, end = place.span
    inside = sorted(
        (max(a, start), min(b, end))
        for source, (a, b) in spans
        if source == place.source and a < end and b > start
    )
    total, reached = 0, start
    for a, b in inside:
        total += max(b - max(a, reached), 0)
        reached = max(reached, b)
    return total / (end - start) if end > start else 0.0


def best_share(places: Sequence[Place], spans: Sequence[Place]) -> float:
    """The share of the place of which the spans cover most."""
    return max((covered_share(place, spans) for place in places), default=0.0)


def overlap(a: Place, b: Place) -> bool:
    """Whether two places have at least half of the shorter one in common."""
    common = min(a.span.end, b.span.end) - max(a.span.start, b.span.start)
    shorter = min(a.span.end - a.span.start, b.span.end - b.span.start)
    return a.source == b.source and common > 0 and common >= OVERLAPS * shorter


def places_of(spans: Sequence[tuple[str, int, int]]) -> list[Place]:
    """Sources with start and end as places."""
    return [Place(source, Span(start, end)) for source, start, end in spans]
