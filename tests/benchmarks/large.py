"""Ours and bare Chroma with 1,000 and with 100,000 passages: `make bench LARGE=1`.

Embedding 100,000 passages takes an hour, so their vectors are made up: those of 1,000 real passages with a little
noise. All else is done as always: cutting, storing, ranking by words, reading the best passages. The texts are
the article's sentences in other orders. Both ask the same Chroma database, of ids and vectors; ours also asks a
Chroma server that was given the same index.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ingest.index import CurrentIndex, open_store
from ingest.settings import IngestSettings
from ingest.snapshots import Pointer
from tests.benchmarks.contestant import Ingested
from tests.benchmarks.corpus import write_texts
from tests.benchmarks.figures import OURS, percentile
from tests.benchmarks.processes import HERE, Entrant, run
from tests.ingest.chroma_server import chroma_server

COUNTS = (1_000, 100_000)
_SECTIONS = 1_000  # in a document
_OURS = Entrant(OURS, "ours", HERE, variant="made-up")
_CHROMA = Entrant("bare Chroma", "floor", HERE, variant="in-ours")
_ON_SERVER = _OURS._replace(name="ours, on a server")


class Large(NamedTuple):
    """An index of so many passages: seconds until it was open, milliseconds a question, memory of the process."""

    contestant: str
    passages: int
    opened: float
    p50: float
    p95: float
    megabytes: float


def measure(folder: Path, questions: Path, counts: Sequence[int] = COUNTS) -> Iterator[Large]:
    """Both in a folder, then ours on a server, for each number of passages."""
    for count in counts:
        own = folder / f"large-{count}"
        write_texts(own / "texts", count // _SECTIONS, _SECTIONS, with_article=False)
        index = own / "index"
        passages = Ingested(*run(_OURS.command("ingest", own / "texts", index))).passages
        for entrant in (_OURS, _CHROMA):
            yield _measured(entrant, passages, index, questions)
        with chroma_server(own / "server") as server:
            _upload(index, server.url)
            settings = {"CHROMA_URL": server.url, "XDG_CACHE_HOME": str(own / "cache")}
            yield _measured(_ON_SERVER, passages, index, questions, **settings)


def _measured(entrant: Entrant, passages: int, index: Path, questions: Path, **settings: str) -> Large:
    asked = entrant.ask(index, questions, **settings)
    milliseconds = [1000 * seconds for seconds in asked.seconds]
    p50, p95 = median(milliseconds), percentile(milliseconds, 0.95)
    return Large(entrant.name, passages, asked.opened, p50, p95, asked.megabytes)


def _upload(index: Path, url: str) -> None:
    """Gives the index in a folder to a Chroma server."""
    found = CurrentIndex(IngestSettings(index=index)).get()
    store = open_store(IngestSettings(index=index, chroma_url=url))
    with store.new_snapshot() as name:
        store.write(name, found.manifest, found.contents())
        assert store.publish(Pointer(snapshot=name, paths=()), None)


def table(rows: Sequence[Large]) -> str:
    """A line for each row, and what a passage more takes of memory."""
    head = f"{'made up vectors':18} {'passages':>9} {'open s':>7} {'p50 ms':>8} {'p95 ms':>8} {'MB':>7}"
    lines = [
        f"{r.contestant:18} {r.passages:9,} {r.opened:7.2f} {r.p50:8.1f} {r.p95:8.1f} {r.megabytes:7.0f}"
        for r in rows
    ]
    for entrant in (_OURS, _ON_SERVER, _CHROMA):
        small, *_, large = [row for row in rows if row.contestant == entrant.name]
        more = 1000 * (large.megabytes - small.megabytes) / (large.passages - small.passages)
        lines.append(f"memory of a passage more, {entrant.name}: {more:.1f} kB")
    return "\n".join([head, *lines])
