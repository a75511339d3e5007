"""The index, open for reading."""

import hashlib
import threading
from collections.abc import Sequence

import numpy as np

from ingest import snapshots
from ingest.chroma import Vectors, all_rows, rows_of
from ingest.errors import IndexProblem
from ingest.lexicon import LEXICON_VERSION
from ingest.passages import SPLITTER_VERSION, Passage, heading_of, section_above
from ingest.questions import QuestionIndex
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest
from ingest.store import Store, open_store
from ingest.stored import StoredPassages, StoredSources
from ingest.text import key_of


class _Rows:
    """The rows of a snapshot. What they are read from is closed when nobody holds these any more.

    The index holds them and so do its passages, but not they the index: in a circle, files would stay open until
    Python looks for circles.
    """

    def __init__(self, store: Store, snapshot: str) -> None:
        self._store = store
        with store.errors():
            self.collection = store.collection(snapshot, self)

    def fetch(self, ids: list[str]) -> dict[str, Passage]:
        """The passages with these ids."""
        with self._store.errors():
            found = rows_of(self.collection, ids, self._store.rows_at_once)
        if len(found) < len(ids):
            raise _incomplete(self._store)
        return found


class Index:
    """One snapshot, open for reading. It never changes; `passages` are in the order of their documents."""

    def __init__(self, store: Store, snapshot: str) -> None:
        self._store = store
        self.snapshot = snapshot
        self.manifest = store.read_manifest(snapshot)
        records = {record.name: record for record in self.manifest.sources}
        self.sources = StoredSources(
            list(records), lambda name: snapshots.read_source_of(store.folder, snapshot, records[name])
        )
        self.questions: QuestionIndex = snapshots.read_questions(store.folder, snapshot)
        self.lexicon = snapshots.read_lexicon(store.folder, snapshot)
        self.readings = snapshots.read_readings(store.folder, snapshot)
        self._table = snapshots.read_table(store.folder, snapshot)
        self._rows = _Rows(store, snapshot)
        with store.errors():
            stored = self._rows.collection.count()
        if {stored, *map(len, self._table)} != {self.manifest.passages}:
            raise _incomplete(store)
        self.passages = StoredPassages(self._table.ids, self._rows.fetch)
        self._by_id = np.argsort(self._table.ids)
        self.tokens = self._table.tokens  # (passages,): how many each has, counted with tiktoken

    @property
    def ids(self) -> list[str]:
        """The id of each passage."""
        return [id_.decode() for id_ in self._table.ids.tolist()]

    def headings_below(self, source: str, section: str, most: int) -> list[Passage]:
        """The headings that begin the sections right below a section, in the order of the text.

        None where there are more than `most`: they would not all be used.
        """
        at = np.flatnonzero(self._table.above == key_of(source, section))
        if len(at) > most:
            return []
        headings = map(heading_of, self.passages.at(at.tolist()))
        return [one for one in headings if one and (one.source, section_above(one.section)) == (source, section)]

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """The `k` passages nearest to `vector`: positions in `passages` with cosine similarity, best first."""
        if len(vector) != self.manifest.dimension:
            raise IndexProblem(
                f"The index has {self.manifest.dimension} dimensions, the embedding model gives {len(vector)}. "
                "Run: bpo-kpo ingest"
            )
        query = np.asarray([vector], dtype=np.float32)
        with self._store.errors():
            found = self._rows.collection.query(
                query_embeddings=query / max(float(np.linalg.norm(query)), 1e-12),  # as those stored
                n_results=min(k, len(self.passages)),
                include=["distances"],
            )
        ids = np.array([id_.encode() for id_ in found["ids"][0]], dtype=self._table.ids.dtype)
        found_at = np.searchsorted(self._table.ids, ids, sorter=self._by_id).clip(max=len(self._by_id) - 1)
        positions = self._by_id[found_at].tolist()
        if (self._table.ids[positions] != ids).any():
            raise _incomplete(self._store)
        distances = (found["distances"] or [[]])[0]
        return [(at, 1.0 - distance) for at, distance in zip(positions, distances, strict=True)]

    def vectors(self) -> Vectors:
        """Every vector, by passage id."""
        with self._store.errors():
            rows = all_rows(self._rows.collection, ["embeddings"], self._store.rows_at_once)
        return {id_: np.asarray(vector, dtype=np.float32) for id_, vector in rows}

    def digest(self) -> str:
        """SHA-256 over the ids, texts and vectors as they are stored; equals `manifest.digest` where intact."""
        return digest_of(dict(zip(self.ids, self.passages, strict=True)), self.vectors())


def _incomplete(store: Store) -> IndexProblem:
    return IndexProblem(f"The index at {store.place} is incomplete. Run: bpo-kpo ingest")


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
                manifest = self._store.read_manifest(snapshot)
                check_settings(manifest, self._settings)
                if manifest.lexicon != LEXICON_VERSION:
                    raise IndexProblem("The index's words were read by another release. Run: bpo-kpo ingest")
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
