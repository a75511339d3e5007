"""Places in sources: how much of one lies in others, and which overlap."""

from collections.abc import Sequence

from assistant.evaluation.questions import Place
from ingest.text import Span

OVERLAPS = 0.5  # the share of the shorter of two spans that has to be common


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
