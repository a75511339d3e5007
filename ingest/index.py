"""The index, open for reading: that of the settings, as the pointer names it at the moment."""

import threading
from collections.abc import Sequence
from copy import copy

import numpy as np

from ingest.chroma import Vectors
from ingest.database import Contents, Passages, Sources
from ingest.errors import IndexProblem
from ingest.lexicon import Lexicon
from ingest.passages import Passage
from ingest.server import ServerStore
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore, Manifest


def open_store(settings: IngestSettings) -> FolderStore:
    """Where these settings keep the index; nothing is opened yet."""
    return ServerStore(settings) if settings.chroma_url else FolderStore(settings.index)


def check_settings(manifest: Manifest, settings: IngestSettings) -> None:
    """Raises `IndexProblem` where the snapshot was not built with these settings."""
    if manifest.embeddings != settings.embeddings:
        raise IndexProblem(
            f"The index was built with {manifest.embeddings}, the settings say {settings.embeddings}. "
            "Run: bpo-kpo ingest"
        )


class Index:
    """One snapshot, open for reading. It never changes; `passages` are in the order of their documents.

    Its files are closed when nobody holds it, its passages or its documents any more.
    """

    def __init__(self, store: FolderStore, snapshot: str) -> None:
        self.snapshot = snapshot
        self.manifest = store.read_manifest(snapshot)
        self._database = database = store.open_database(snapshot)
        self._vectors = store.open_vectors(snapshot)
        count = self.manifest.passages
        self.tokens = database.tokens()  # (passages,): how many each has, counted with tiktoken
        if not len(self._vectors) == len(self.tokens) == count:
            raise self._incomplete()
        self.passages = Passages(database, range(count))
        self.sources = Sources(database)
        self.lexicon = Lexicon(database.rows, count, database.acronyms())
        self.token_vectors = database.token_vectors()
        self.questions = database.questions()
        self._among: dict[str, int] | None = None  # positions in `passages` by id, where these are not all

    def within(self, documents: Sequence[str]) -> "Index":
        """The same for a question that is asked of some documents: it has only these, and their passages.

        How rare a word is, and which there are, it knows from all.
        """
        within = self._database.positions_within(documents)
        positions, limited = list(within.values()), copy(self)
        limited._among = {id_: at for at, id_ in enumerate(within)}
        limited.passages = Passages(self._database, positions)
        limited.sources = Sources(self._database, documents)
        limited.tokens = self.tokens[positions]
        limited.lexicon = self.lexicon.within(positions)
        return limited

    @property
    def ids(self) -> list[str]:
        """The id of each passage."""
        return self._database.ids()

    def passages_of(self, source: str, most: int) -> list[Passage]:
        """The first passages of a document, `most` of them, in the order of the text."""
        return self._database.passages("source = ? order by position limit ?", source, most)

    def section(self, source: str, path: str) -> list[Passage]:
        """All passages of a section and of those below it, in the order of the text."""
        return self._database.passages(
            "source = ? and instr(section || ' > ', ?) = 1 order by position", source, f"{path} > "
        )

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """The `k` passages nearest to `vector`: positions in `passages` with cosine similarity, best first."""
        if len(vector) != self.manifest.dimension:
            raise IndexProblem(
                f"The index has {self.manifest.dimension} dimensions, the embedding model gives {len(vector)}. "
                "Run: bpo-kpo ingest"
            )
        query = np.asarray(vector, dtype=np.float32)
        query /= max(float(np.linalg.norm(query)), 1e-12)  # as those stored
        among = None if self._among is None else list(self._among)
        found = self._vectors.nearest(query, min(k, len(self.passages)), among)
        positions = self._among or self._database.positions([id_ for id_, _ in found])
        if len(positions) < len(found):
            raise self._incomplete()
        return [(positions[id_], score) for id_, score in found]

    def vectors(self) -> Vectors:
        """Every vector, by passage id."""
        return self._vectors.all()

    def contents(self) -> Contents:
        """All of it in memory, for a build to take over. Raises `IndexProblem` where a passage has no vector."""
        passages, vectors = dict(zip(self.ids, self.passages, strict=True)), self.vectors()
        if passages.keys() != vectors.keys():
            raise self._incomplete()
        return Contents(list(self.sources.values()), passages, self.questions, self.token_vectors, vectors)

    def _incomplete(self) -> IndexProblem:
        return IndexProblem(f"The index at {self._database.place} is incomplete. Run: bpo-kpo ingest")


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
                with self._lock:
                    if self._open is None or self._open.snapshot != pointer.snapshot:
                        check_settings(self._store.read_manifest(pointer.snapshot), self._settings)
                        self._open = Index(self._store, pointer.snapshot)
                    return self._open
            except IndexProblem:
                if self._store.read_pointer() == pointer:
                    raise
                # else builds have replaced and cleared it since the pointer was read
