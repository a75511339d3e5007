"""Chroma's clients, of a folder and of a server, and its errors as one line: the only module that imports it."""

import contextlib
import os
import shutil
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

import numpy as np

from ingest import snapshots
from ingest.errors import IndexProblem
from ingest.passages import Passage
from ingest.settings import IngestSettings

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

Vectors = dict[str, np.ndarray]  # by passage id
Field = Literal["documents", "metadatas", "embeddings"]

# rows that are written or read at once: a folder's database refuses more than some 30,000, Chroma Cloud over 300
# (https://docs.trychroma.com/cloud/quotas-limits)
FOLDER_ROWS, SERVER_ROWS = 10_000, 300

_ROOM = 1_000_000  # bytes that are left where Chroma can open a folder: it writes when it does

_opening = threading.RLock()  # Chroma caches clients by path, and hands one out before it is open


def open_client(folder: Path, owner: object) -> "Client":
    """A client for a finished snapshot, closed with its owner; of a copy where the folder cannot be written."""
    copy = None
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing")
    writable = all(os.access(path, os.W_OK) for path in [folder, folder / "chroma.sqlite3"])
    if not writable or shutil.disk_usage(folder).free < _ROOM:
        folder = copy = snapshots.writable_copy(folder)
    client = folder_client(folder)
    weakref.finalize(owner, _close, client, copy)
    return client


def _close(client: "Client", copy: Path | None) -> None:
    with _opening:
        client.close()
    if copy is not None:
        shutil.rmtree(copy.parent, ignore_errors=True)


def folder_client(folder: Path) -> "Client":
    """A client for the database in a folder."""
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


def server_client(settings: IngestSettings) -> "ClientAPI":
    """A client for the server at `settings.chroma_url`. Raises what `server_errors` makes one line of."""
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


@contextlib.contextmanager
def server_errors(url: str) -> Iterator[None]:
    """What goes wrong with a server as one line that says what to do."""
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, KeyError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise IndexProblem(
            f"The index on the Chroma server at {url} cannot be used ({reason}). "
            "Start the server, or check CHROMA_URL, and run: bpo-kpo ingest"
        ) from error


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
        if "disk is full" in reason:
            raise IndexProblem(
                f"The disk of the index at {folder} is full. Make room, then run it again."
            ) from error
        raise IndexProblem(f"The index at {folder} is damaged ({reason}). Run: bpo-kpo ingest") from error


def add_passages(
    client: "ClientAPI", name: str, passages: dict[str, Passage], vectors: Vectors, at_once: int
) -> None:
    """Makes a collection of these passages, so many of them `at_once`."""
    rows = [(id_, p.text, _metadata(p), vectors[id_]) for id_, p in passages.items()]
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "ip"}})
    size = min(at_once, client.get_max_batch_size())
    for at in range(0, len(rows), size):
        ids, texts, metadatas, embeddings = zip(*rows[at : at + size], strict=True)
        collection.add(
            ids=list(ids), documents=list(texts), metadatas=list(metadatas), embeddings=np.stack(embeddings)
        )


def all_rows(collection: "Collection", fields: Sequence[Field], at_once: int) -> list[tuple[Any, ...]]:
    """Every row of a collection: its id, and these fields of it; so many are asked for `at_once`."""
    rows: list[tuple[Any, ...]] = []
    while len(rows) % at_once == 0:
        page: Any = collection.get(include=list(fields), limit=at_once, offset=len(rows))
        rows += zip(page["ids"], *(page[field] for field in fields), strict=True)
        if not page["ids"]:
            break
    return rows


def rows_of(collection: "Collection", ids: Sequence[str], at_once: int) -> dict[str, Passage]:
    """The passages with these ids; one that is missing is left out. So many are asked for `at_once`."""
    found: dict[str, Passage] = {}
    for at in range(0, len(ids), at_once):
        page: Any = collection.get(ids=list(ids[at : at + at_once]), include=["documents", "metadatas"])
        rows = zip(page["ids"], page["documents"], page["metadatas"], strict=True)
        found |= {
            id_: Passage(row["source"], row["section"], row["start"], row["end"], text) for id_, text, row in rows
        }
    return found


def _metadata(passage: Passage) -> dict[str, str | int]:
    return {
        "source": passage.source,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
    }
