"""Passage vectors in Chroma, in a folder or on a server: the only module that imports it."""

import os
import shutil
import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from ingest.errors import IndexProblem, first_line
from ingest.settings import IngestSettings

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client

Vectors = dict[str, np.ndarray]  # by passage id, of length 1

# rows that are written or read at once: a folder's database refuses more than some 30,000, Chroma Cloud over 300
# (https://docs.trychroma.com/cloud/quotas-limits)
FOLDER_ROWS, SERVER_ROWS = 10_000, 300

_ROOM = 1_000_000  # bytes that are left where Chroma can open a folder: it writes when it does

_opening = threading.RLock()  # Chroma caches clients by path, and hands one out before it is open
_failures: Counter[Path] = Counter()


class ChromaErrors(AbstractContextManager[None]):
    """What goes wrong in the block with Chroma as one line: an `IndexProblem`."""

    def __init__(self, index: Path | str) -> None:
        """`index`: its folder, or the address of its server."""
        self._index = index

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        known = isinstance(error, (ChromaError, HTTPError, FileNotFoundError, KeyError, ValueError))
        # a panic of Chroma's Rust is no Exception, and its class has no module to import it from
        if error and (known or type(error).__name__ == "PanicException"):
            raise IndexProblem(self._in_words(first_line(error))) from error

    def _in_words(self, reason: str) -> str:
        if isinstance(self._index, str):
            return (
                f"The index on the Chroma server at {self._index} cannot be used ({reason}). "
                "Start the server, or check CHROMA_URL, and run: bpo-kpo ingest"
            )
        if "disk is full" in reason:
            return f"The disk of the index at {self._index} is full. Make room, then run it again."
        return f"The index at {self._index} is damaged ({reason}). Run: bpo-kpo ingest"


class PassageVectors:
    """The vectors of a finished snapshot, by the ids of their passages. Errors come as one line."""

    def __init__(
        self,
        client: "ClientAPI",
        collection: str,
        rows_at_once: int,
        errors: ChromaErrors,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`close` is called when nobody holds these any more."""
        self._errors, self._rows_at_once = errors, rows_at_once
        weakref.finalize(self, close)
        with errors:
            self._collection = client.get_collection(collection, embedding_function=None)

    def __len__(self) -> int:
        with self._errors:
            return self._collection.count()

    def nearest(self, vector: np.ndarray, k: int, among: list[str] | None = None) -> list[tuple[str, float]]:
        """The ids of the `k` passages nearest to a vector of length 1, with cosine similarity, best first.

        `among`: the ids of the passages that are looked at; all where there are none.
        """
        with self._errors:
            found: Any = self._collection.query(
                query_embeddings=vector[None], ids=among, n_results=k, include=["distances"]
            )
        return [(id_, 1.0 - far) for id_, far in zip(found["ids"][0], found["distances"][0], strict=True)]

    def all(self) -> Vectors:
        """Every vector."""
        vectors: Vectors = {}
        with self._errors:
            for at in range(0, self._collection.count(), self._rows_at_once):
                page: Any = self._collection.get(include=["embeddings"], limit=self._rows_at_once, offset=at)
                vectors |= zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True)
        return vectors


def add_vectors(client: "ClientAPI", name: str, vectors: Vectors, rows_at_once: int) -> None:
    """Makes a collection of these vectors, so many of them at once."""
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "ip"}})
    ids, size = list(vectors), min(rows_at_once, client.get_max_batch_size())
    for at in range(0, len(ids), size):
        batch = ids[at : at + size]
        collection.add(ids=batch, embeddings=np.stack([vectors[id_] for id_ in batch]))


def open_vectors(folder: Path, collection: str, errors: ChromaErrors) -> PassageVectors:
    """The vectors of a finished snapshot in a folder; of a copy where that cannot be written."""
    with errors:
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is missing")
        copy = None if _writable(folder) else _writable_copy(folder)
        client = folder_client(copy or folder)

    def close() -> None:
        with _opening:
            client.close()
        if copy is not None:
            shutil.rmtree(copy.parent, ignore_errors=True)

    return PassageVectors(client, collection, FOLDER_ROWS, errors, close)


def folder_client(folder: Path) -> "Client":
    """A client for the database in a folder."""
    import chromadb
    from chromadb.config import Settings

    with _opening:
        # one that failed to open a path is handed out for it again, so that the next try takes another way there
        path = folder.joinpath(*["..", folder.name] * _failures[folder])
        _failures[folder] += 1  # until it is open: Chroma can also end in what is no `Exception`
        client = chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
        _failures[folder] -= 1
    return cast("Client", client)


def server_client(settings: IngestSettings) -> "ClientAPI":
    """A client for the server at `settings.chroma_url`. Raises what `ChromaErrors` makes one line of."""
    import chromadb
    from chromadb.config import Settings

    url = urlsplit(settings.chroma_url or "")
    key = settings.chroma_api_key
    return chromadb.HttpClient(
        host=url.hostname or "",
        port=url.port or (443 if url.scheme == "https" else 80),
        ssl=url.scheme == "https",
        headers={"x-chroma-token": key.get_secret_value()} if key else None,
        settings=Settings(anonymized_telemetry=False),
        tenant=settings.chroma_tenant,
        database=settings.chroma_database,
    )


def _writable(folder: Path) -> bool:
    permitted = all(os.access(path, os.W_OK) for path in [folder, folder / "chroma.sqlite3"])
    return permitted and shutil.disk_usage(folder).free >= _ROOM


def _writable_copy(folder: Path) -> Path:
    """A temporary copy of a folder. Raises `IndexProblem` where there is no room for it."""
    place = Path(tempfile.mkdtemp(prefix="bpo-kpo-"))
    try:
        copy = shutil.copytree(folder, place / folder.name)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise IndexProblem(
            f"{folder} cannot be written, and {tempfile.gettempdir()} takes no copy. Make room on either."
        ) from error
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copy
