"""The floor: the bare model and a bare Chroma query, over the passages that ours cuts.

The variant `in-ours` asks the Chroma database of an index of ours.
"""

import time
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings

from tests.benchmarks.bare import Bare
from tests.benchmarks.contestant import Ask, Found, Ingested, run

_NEAREST = 10


class Floor:
    """Only embedding is timed in an ingest."""

    def __init__(self, variant: str) -> None:
        self._in_ours = variant == "in-ours"

    def ingest(self, folder: Path, index: Path) -> Ingested:
        from ingest.passages import split
        from ingest.sources import read_source

        passages = [p for path in sorted(folder.glob("*.md")) for p in split(read_source(path))]
        texts = [passage.embedded_text for passage in passages]
        model = Bare()
        began = time.perf_counter()
        vectors = model.embed_documents(texts)
        seconds = time.perf_counter() - began
        collection = _client(index).create_collection("floor", embedding_function=None)
        collection.add(
            ids=[str(i) for i in range(len(texts))],
            embeddings=np.array(vectors, dtype=np.float32),
            documents=[passage.text for passage in passages],
            metadatas=[{"start": passage.start, "end": passage.end} for passage in passages],
        )
        return Ingested(seconds, len(texts), model.count(texts))

    def open(self, index: Path) -> Ask:
        model = Bare()
        if self._in_ours:
            passages = _client(_chroma_of(index)).get_collection("passages", embedding_function=None)

            def ask_for_ids(question: str) -> list[Found]:
                near = [model.embed_query(question)]
                passages.query(query_embeddings=near, n_results=_NEAREST, include=["distances"])
                return []  # of ids and vectors, there is no text

            return ask_for_ids
        collection = _client(index).get_collection("floor", embedding_function=None)

        def ask(question: str) -> list[Found]:
            rows: Any = collection.query(
                query_embeddings=[model.embed_query(question)],
                n_results=_NEAREST,
                include=["documents", "metadatas"],
            )
            found = zip(rows["documents"][0], rows["metadatas"][0], strict=True)
            return [Found(metadata["start"], metadata["end"], text) for text, metadata in found]

        return ask


def _chroma_of(index: Path) -> Path:
    from ingest.snapshots import FolderStore

    store = FolderStore(index)
    pointer = store.read_pointer()
    assert pointer
    return store.path(pointer.snapshot) / "chroma"


def _client(index: Path) -> Any:
    return chromadb.PersistentClient(str(index), settings=Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    run(Floor)
