"""The index, open for reading, and the writing of one: the only module that knows Chroma."""

import contextlib
import hashlib
import os
import shutil
import threading
import weakref
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ingest import snapshots
from ingest.errors import IndexProblem
from ingest.passages import SPLITTER_VERSION, Passage
from ingest.questions import QuestionIndex
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest
from ingest.sources import Source

if TYPE_CHECKING:
    from chromadb.api.client import Client

Vectors = dict[str, np.ndarray]  # by passage id

_COLLECTION = "passages"
_opening = threading.RLock()  # Chroma caches clients by path, and hands one out before it is open


class Index:
    """One snapshot, open for reading. It never changes; `passages` are in the order of their documents."""

    def __init__(self, folder: Path, snapshot: str) -> None:
        self._folder = folder
        self.snapshot = snapshot
        self.manifest = snapshots.read_manifest(folder, snapshot)
        self.sources: dict[str, Source] = snapshots.read_sources(folder, snapshot, self.manifest)
        self.questions: QuestionIndex = snapshots.read_questions(folder, snapshot)
        with chroma_errors(folder):
            self._client = _open_client(snapshots.chroma_folder(folder, snapshot), self)
            self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
            rows = self._collection.get(include=["documents", "metadatas"])
        stored: list[Any] = list(zip(rows["ids"], rows["documents"] or [], rows["metadatas"] or [], strict=True))
        stored.sort(key=lambda row: row[2]["position"])
        self.ids: list[str] = [id_ for id_, _, _ in stored]
        self.passages: list[Passage] = [_passage(metadata, text) for _, text, metadata in stored]
        if len(self.passages) != self.manifest.passages:
            raise IndexProblem(f"The index at {folder} is incomplete. Run: bpo-kpo ingest")

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
        with chroma_errors(self._folder):
            found = self._collection.query(
                query_embeddings=query / max(float(np.linalg.norm(query)), 1e-12),  # as those stored
                n_results=min(k, len(self.passages)),
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        return [(self._position[i], 1.0 - d) for i, d in zip(found["ids"][0], distances, strict=True)]

    def vectors(self) -> Vectors:
        """Every vector, by passage id."""
        with chroma_errors(self._folder):
            rows = self._collection.get(include=["embeddings"])
        return dict(zip(rows["ids"], np.asarray(rows["embeddings"], dtype=np.float32), strict=True))

    def digest(self) -> str:
        """SHA-256 over the ids, texts and vectors as they are stored; equals `manifest.digest` where intact."""
        return digest_of(dict(zip(self.ids, self.passages, strict=True)), self.vectors())


class CurrentIndex:
    """The index that the pointer names at the moment it is asked for. Safe to share between threads."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._open: Index | None = None

    def get(self) -> Index:
        """The current snapshot, opened anew only where the pointer has moved.

        Raises `IndexProblem` where there is none, or where it was built with other settings.
        """
        folder = self._settings.index
        while True:
            pointer = snapshots.read_pointer(folder)
            if pointer is None:
                raise IndexProblem(f"There is no index at {folder}. Run: bpo-kpo ingest")
            try:
                return self._get(folder, pointer.snapshot)
            except IndexProblem:
                if snapshots.read_pointer(folder) == pointer:
                    raise
                # else builds have replaced and cleared it since the pointer was read

    def _get(self, folder: Path, snapshot: str) -> Index:
        with self._lock:
            if self._open is None or self._open.snapshot != snapshot:
                check_settings(snapshots.read_manifest(folder, snapshot), self._settings)
                self._open = Index(folder, snapshot)
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


def write_passages(folder: Path, snapshot: str, passages: dict[str, Passage], vectors: Vectors) -> None:
    """Writes passages and vectors (of length 1), both by id, into the Chroma database of a new snapshot."""
    rows = [
        (id_, p.text, _metadata(p, position), vectors[id_]) for position, (id_, p) in enumerate(passages.items())
    ]
    with chroma_errors(folder), contextlib.closing(_client(snapshots.chroma_folder(folder, snapshot))) as client:
        collection = client.create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "ip"}}
        )
        size = client.get_max_batch_size()
        for at in range(0, len(rows), size):
            ids, texts, metadatas, embeddings = zip(*rows[at : at + size], strict=True)
            collection.add(
                ids=list(ids),
                documents=list(texts),
                metadatas=list(metadatas),
                embeddings=np.stack(embeddings),
            )


def _metadata(passage: Passage, position: int) -> dict[str, str | int]:
    return {
        "source": passage.source,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "position": position,
    }


def _passage(metadata: Any, text: str) -> Passage:
    return Passage(metadata["source"], metadata["section"], metadata["start"], metadata["end"], text)


def _open_client(folder: Path, owner: object) -> "Client":
    """A client for a finished snapshot, closed with its owner; of a copy where the folder cannot be written."""
    copy = None
    if not all(os.access(path, os.W_OK) for path in [folder, folder / "chroma.sqlite3"]):
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is missing")
        folder = copy = snapshots.writable_copy(folder)
    client = _client(folder)
    weakref.finalize(owner, _close, client, copy)
    return client


def _close(client: "Client", copy: Path | None) -> None:
    with _opening:
        client.close()
    if copy is not None:
        shutil.rmtree(copy.parent, ignore_errors=True)


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient as Shared
    from chromadb.config import Settings

    path, settings = str(folder), Settings(anonymized_telemetry=False)
    with _opening:
        try:
            return cast("Client", chromadb.PersistentClient(path, settings=settings))
        finally:
            if path not in Shared._identifier_to_refcount:  # it failed, and would be handed out at the next try
                Shared._identifier_to_system.pop(path, None)


@contextlib.contextmanager
def chroma_errors(folder: Path) -> Iterator[None]:
    """Chroma's errors as one line that says what to do."""
    from chromadb.errors import ChromaError

    try:
        yield
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"  # how Rust's come; not an Exception
        if not panic and not isinstance(error, (ChromaError, FileNotFoundError, KeyError, ValueError)):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise IndexProblem(f"The index at {folder} is damaged or full ({reason}). Run: bpo-kpo ingest") from error
