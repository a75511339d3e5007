"""Ours and bare Chroma with 1,000 and with 100,000 passages: `python -m tests.benchmarks.large FOLDER`.

Embedding 100,000 passages takes an hour, so their vectors are made up: those of 1,000 real passages with a little
noise. All else is done as always: cutting, storing, ranking by words, reading the best passages. The texts are
the article's sentences in other orders. Both ask the same Chroma database, of ids and vectors; ours also asks a
Chroma server that was given the same index. Prints a row for each as JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.figures import OURS, percentile

COUNTS = (1_000, 100_000)
CHROMA = "bare Chroma"
ON_SERVER = "ours, on a server"
_SECTIONS = 1_000  # in a document
_NOISE = 0.3  # its length; the passages' vectors have length 1
_NEAREST = 10


class Large(NamedTuple):
    """An index of so many passages: seconds until it was open, milliseconds a question, memory of the process."""

    contestant: str
    passages: int
    opened: float
    p50: float
    p95: float
    megabytes: float


def build(count: int, folder: Path) -> int:
    """An index of about so many passages in FOLDER/index, with made up vectors; how many they are."""
    import numpy as np

    from ingest.build import build as build_index
    from ingest.embeddings import MiniLM
    from ingest.settings import IngestSettings
    from tests.benchmarks.corpus import texts

    class MadeUp(MiniLM):
        """Real vectors of the first 1,000 texts, then these again, each with noise of its own."""

        def __init__(self) -> None:
            self.real = np.zeros((0, 384), dtype=np.float32)
            self.chance = np.random.default_rng(20)

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            if len(self.real) < COUNTS[0]:
                made = np.array(super().embed_documents(texts), dtype=np.float32)
                self.real = np.concatenate([self.real, made])
            else:
                chosen = self.real[self.chance.integers(len(self.real), size=len(texts))]
                noise = self.chance.normal(scale=_NOISE / np.sqrt(chosen.shape[1]), size=chosen.shape)
                made = (chosen + noise).astype(np.float32)
                made /= np.linalg.norm(made, axis=1, keepdims=True)
            vectors: list[list[float]] = made.tolist()
            return vectors

    documents = folder / "texts"
    documents.mkdir(parents=True)
    for name, text in list(texts(count // _SECTIONS, _SECTIONS))[1:]:  # without the article
        (documents / name).write_text(text, encoding="utf-8")
    return build_index(IngestSettings(index=folder / "index"), [documents], embeddings=MadeUp()).passages


def upload(index: Path, settings: Any) -> None:
    """Gives the index in a folder to the Chroma server of these settings."""
    from ingest.database import Contents
    from ingest.index import CurrentIndex, open_store
    from ingest.settings import IngestSettings
    from ingest.snapshots import Pointer

    found, store = CurrentIndex(IngestSettings(index=index)).get(), open_store(settings)
    passages = dict(zip(found.ids, found.passages, strict=True))
    contents = Contents(list(found.sources.values()), passages, found.questions, found.token_vectors)
    with store.new_snapshot() as name:
        store.write(name, found.manifest, contents, found.vectors())
        assert store.publish(Pointer(snapshot=name, paths=()), None)


def ask(contestant: str, passages: int, settings: Any, questions: Path) -> Large:
    """Opens an index, asks every question once, and looks at the memory of this process."""
    began = time.perf_counter()
    find = _chroma(settings.index) if contestant == CHROMA else _ours(settings)
    opened = time.perf_counter() - began
    warm_up, asked = json.loads(questions.read_text(encoding="utf-8"))
    for question in warm_up:
        find(question)
    milliseconds = []
    for question in asked:
        began = time.perf_counter()
        find(question)
        milliseconds.append(1000 * (time.perf_counter() - began))
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    megabytes = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Large(contestant, passages, opened, median(milliseconds), percentile(milliseconds, 0.95), megabytes)


def _ours(settings: Any) -> Any:
    from tests.benchmarks.ours import find_in

    return find_in(settings)


def _chroma(index: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    from ingest.snapshots import FolderStore
    from tests.benchmarks.bare import Bare

    store = FolderStore(index)
    pointer = store.read_pointer()
    assert pointer
    path = str(store.path(pointer.snapshot) / "chroma")
    client = chromadb.PersistentClient(path, settings=Settings(anonymized_telemetry=False))
    collection: Any = client.get_collection("passages", embedding_function=None)
    model = Bare()
    return lambda question: collection.query(
        query_embeddings=[model.embed_query(question)], n_results=_NEAREST, include=["distances"]
    )


def table(rows: list[Large]) -> str:
    """A line for each row, and what a passage more takes of memory."""
    head = f"{'made up vectors':18} {'passages':>9} {'open s':>7} {'p50 ms':>8} {'p95 ms':>8} {'MB':>7}"
    lines = [
        f"{r.contestant:18} {r.passages:9,} {r.opened:7.2f} {r.p50:8.1f} {r.p95:8.1f} {r.megabytes:7.0f}"
        for r in rows
    ]
    for name in (OURS, ON_SERVER, CHROMA):
        small, *_, large = [row for row in rows if row.contestant == name]
        more = 1000 * (large.megabytes - small.megabytes) / (large.passages - small.passages)
        lines.append(f"memory of a passage more, {name}: {more:.1f} kB")
    return "\n".join([head, *lines])


def _child(*arguments: object) -> Any:
    command = [sys.executable, "-m", "tests.benchmarks.large", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Builds and asks, each in a process of its own."""
    from ingest.settings import IngestSettings

    command, *arguments = sys.argv[1:]
    if command == "build":
        print(json.dumps(build(int(arguments[0]), Path(arguments[1]))))
    elif command in ("ask", "upload"):
        folder, url, *more = arguments
        settings = IngestSettings(index=Path(folder), chroma_url=url or None)
        if command == "ask":
            contestant, passages, questions = more
            print(json.dumps(ask(contestant, int(passages), settings, Path(questions))))
        else:
            upload(settings.index, settings)
            print("null")
    else:
        print(json.dumps([row for count in COUNTS for row in _measure(Path(command), count)]))


def _measure(folder: Path, count: int) -> Iterator[Large]:
    """Both in a folder, then ours on a server, whose cache on this machine is in the folder, too."""
    from tests.ingest.chroma_server import chroma_server

    own, questions = folder / f"large-{count}", folder / "questions.json"
    index = own / "index"
    passages = _child("build", count, own)
    for name in (OURS, CHROMA):
        yield Large(*_child("ask", index, "", name, passages, questions))
    os.environ["XDG_CACHE_HOME"] = str(own / "cache")
    with chroma_server(own / "server") as server:
        _child("upload", index, server.url)
        yield Large(*_child("ask", index, server.url, ON_SERVER, passages, questions))


if __name__ == "__main__":
    main()
