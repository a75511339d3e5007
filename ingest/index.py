"""The index, open for reading."""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ingest import snapshots
from ingest.chroma import Vectors, all_rows
from ingest.errors import IndexProblem
from ingest.passages import SPLITTER_VERSION, Passage
from ingest.questions import QuestionIndex
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest
from ingest.sources import Source
from ingest.store import Store, open_store


class Index:
    """One snapshot, open for reading. It never changes; `passages` are in the order of their documents."""

    def __init__(self, store: Store, snapshot: str) -> None:
        self._store = store
        self.snapshot = snapshot
        self.manifest = store.read_manifest(snapshot)
        self.sources: dict[str, Source] = snapshots.read_sources(store.folder, snapshot, self.manifest)
        self.questions: QuestionIndex = snapshots.read_questions(store.folder, snapshot)
        with store.errors():
            self._collection = store.collection(snapshot, self)
            stored = all_rows(self._collection, ["documents", "metadatas"], store.rows_at_once)
        stored.sort(key=lambda row: row[2]["position"])
        self.ids: list[str] = [id_ for id_, _, _ in stored]
        self.passages: list[Passage] = [_passage(metadata, text) for _, text, metadata in stored]
        if len(self.passages) != self.manifest.passages:
            raise IndexProblem(f"The index at {store.place} is incomplete. Run: bpo-kpo ingest")

    @cached_property
    def _position(self) -> dict[str, int]:
        return {id_: i for i, id_ in enumerate(self.ids)}

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """The `k` passages nearest to `vector`: positions in `passages` with cosine similarity, best first."""
        if len(vector) != self.manifest.dimension:
            raise IndexProblem(
                f"The index has {self.manifest.dimension} dimensions, the embedding model gives {len(vector)}. "
                "Run: bpo-kpo ingest"
            )
        query = np.asarray([vector], dtype=np.float32)
        with self._store.errors():
            found = self._collection.query(
                query_embeddings=query / max(float(np.linalg.norm(query)), 1e-12),  # as those stored
                n_results=min(k, len(self.passages)),
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        return [(self._position[i], 1.0 - d) for i, d in zip(found["ids"][0], distances, strict=True)]

    def vectors(self) -> Vectors:
        """Every vector, by passage id."""
        with self._store.errors():
            rows = all_rows(self._collection, ["embeddings"], self._store.rows_at_once)
        return {id_: np.asarray(vector, dtype=np.float32) for id_, vector in rows}

    def digest(self) -> str:
        """SHA-256 over the ids, texts and vectors as they are stored; equals `manifest.digest` where intact."""
        return digest_of(dict(zip(self.ids, self.passages, strict=True)), self.vectors())


class CurrentIndex:
    """The index that the pointer names at the moment it is asked for. Safe to share between threads."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._store = open_store(settings)
        self._lock = threading.Lock()
        self._open: Index | None = None

    def get(self) -> Index:
        """The current snapshot, opened anew only where the pointer has moved.

        Raises `IndexProblem` where there is none, or where it was built with other settings.
        """
        while True:
            pointer = self._store.read_pointer()
            if pointer is None:
                raise IndexProblem(f"There is no index at {self._store.place}. Run: bpo-kpo ingest")
            try:
                return self._get(pointer.snapshot)
            except IndexProblem:
                if self._store.read_pointer() == pointer:
                    raise
                # else builds have replaced and cleared it since the pointer was read

    def _get(self, snapshot: str) -> Index:
        with self._lock:
            if self._open is None or self._open.snapshot != snapshot:
                check_settings(self._store.read_manifest(snapshot), self._settings)
                self._open = Index(self._store, snapshot)
            return self._open


def digest_of(passages: dict[str, Passage], vectors: Vectors) -> str:
    """SHA-256 over ids, texts and vectors, whatever the order and the files they are stored in."""
    digest = hashlib.sha256()
    for id_ in sorted(passages):
        digest.update(id_.encode())
        digest.update(passages[id_].text.encode(errors="surrogatepass"))
        digest.update(vectors[id_].tobytes())
    return digest.hexdigest()


def check_settings(manifest: Manifest, settings: IngestSettings) -> None:
    """Raises `IndexProblem` where the snapshot was not built with these settings by this release."""
    if manifest.embeddings != settings.embeddings:
        raise IndexProblem(
            f"The index was built with {manifest.embeddings}, the settings say {settings.embeddings}. "
            "Run: bpo-kpo ingest"
        )
    if manifest.splitter != SPLITTER_VERSION:
        raise IndexProblem("The index was cut by another release. Run: bpo-kpo ingest")


def _passage(metadata: Any, text: str) -> Passage:
    return Passage(metadata["source"], metadata["section"], metadata["start"], metadata["end"], text)
