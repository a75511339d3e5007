"""An index on a Chroma server, or in Chroma Cloud, that several machines share (`CHROMA_URL`).

A snapshot NAME is two collections there: NAME holds the passages' vectors, NAME-files the files of a snapshot's
folder, packed and cut into pieces; a folder on each machine is the cache of those files. The pointers are rows of
a third collection, numbered from 1 on. Chroma leaves a row alone whose id is there already, so that of
two machines that publish the same number at once one wins, and both can see which.
"""

import base64
import contextlib
import io
import re
import shutil
import tempfile
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
from pydantic import ValidationError

from ingest import chroma
from ingest.chroma import SERVER_ROWS, PassageVectors
from ingest.database import Contents
from ingest.errors import IndexProblem
from ingest.settings import IngestSettings
from ingest.snapshots import SNAPSHOT_TIME, FolderStore, Manifest, Pointer

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_POINTERS, _FILES = "bpo-kpo-pointers", "-files"
_PIECE, _PIECES = 12_000, 100  # characters of a row, of which Chroma Cloud takes 16 kB; rows at once
_POINTERS_KEPT = 5
_BUILDING = timedelta(hours=1)  # so long after it was begun a snapshot without a pointer may still get one


class ServerStore(FolderStore):
    """An index on a Chroma server, or in Chroma Cloud; its folder is the cache of its files on this machine."""

    def __init__(self, settings: IngestSettings) -> None:
        super().__init__(_cache_of(settings))
        self._settings = settings
        self.place = re.sub(r"//[^/]*@", "//", str(settings.chroma_url))  # without a password
        self._errors = chroma.ChromaErrors(self.place)

    def read_pointer(self) -> Pointer | None:
        """The pointer; `None` where there is no index yet."""
        return self._newest()[1]

    def read_manifest(self, name: str) -> Manifest:
        """The manifest of a snapshot, whose files are on this machine from then on."""
        if not (self.path(name) / "manifest.json").exists():
            self._fetch(name)
        return super().read_manifest(name)

    def open_vectors(self, name: str) -> PassageVectors:
        """The vectors of a snapshot's passages."""
        with self._errors:
            return PassageVectors(self._client, name, SERVER_ROWS, self._errors)

    def write(self, name: str, manifest: Manifest, contents: Contents) -> None:
        """Writes all of a new snapshot."""
        self.write_files(name, manifest, contents)
        packed = _pack(self.path(name))
        with self._errors:
            chroma.add_vectors(self._client, name, contents.vectors, SERVER_ROWS)
            files = self._client.create_collection(name + _FILES, embedding_function=None)
            for at in range(0, len(packed), _PIECES):
                pieces = packed[at : at + _PIECES]
                _add_rows(files, _piece_ids(at)[: len(pieces)], pieces)

    def publish(self, pointer: Pointer, expected: Pointer | None) -> bool:
        """Makes `pointer` the current one, if `expected` still is; says whether it did."""
        number, current = self._newest()
        if current != expected:
            return False
        with self._errors:
            rows, id_, mine = self._pointers(), f"{number + 1:012}", pointer.model_dump_json()
            _add_rows(rows, [id_], [mine])
            won = rows.get(ids=[id_], include=["documents"])["documents"] == [mine]
            if won and number > _POINTERS_KEPT:
                rows.delete(ids=[f"{number - _POINTERS_KEPT:012}"])
        return won

    def clear_old(self) -> None:
        """Deletes the snapshots that nobody needs any more, on the server and in the cache."""
        pointer = self.read_pointer()
        kept = {pointer.snapshot, pointer.previous} if pointer else set()
        with self._errors:
            for collection in self._client.list_collections():
                name = collection.name.removesuffix(_FILES)
                if name not in kept and _is_old(name):
                    with contextlib.suppress(Exception):  # another machine deletes it at the same time
                        self._client.delete_collection(collection.name)
        for folder in (self.folder / "snapshots").glob("*"):
            if folder.name not in kept and _is_old(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    @cached_property
    def _client(self) -> "ClientAPI":
        return chroma.server_client(self._settings)

    def _pointers(self) -> "Collection":
        return self._client.get_or_create_collection(_POINTERS, embedding_function=None)

    def _newest(self) -> tuple[int, Pointer | None]:
        """The pointer with the highest number; 0 where there is none."""
        with self._errors:
            rows = self._pointers().get(include=["documents"])
            found = max(zip(rows["ids"], rows["documents"] or [], strict=True), default=None)
        try:
            return (int(found[0]), Pointer.model_validate_json(found[1])) if found else (0, None)
        except (ValidationError, ValueError):
            raise IndexProblem(
                f"The index on the Chroma server at {self.place} is damaged. Delete the collection {_POINTERS}."
            ) from None

    def _fetch(self, snapshot: str) -> None:
        """Brings a snapshot's files into the cache, in one step."""
        pieces: list[str] = []
        with self._errors:
            files = self._client.get_collection(snapshot + _FILES, embedding_function=None)
            for at in range(0, files.count(), _PIECES):
                rows = files.get(ids=_piece_ids(at), include=["documents"])
                pieces += [piece for _, piece in sorted(zip(rows["ids"], rows["documents"] or [], strict=True))]
        target = self.path(snapshot)
        target.parent.mkdir(parents=True, exist_ok=True)
        packed = io.BytesIO(base64.b64decode("".join(pieces)))
        with tempfile.TemporaryDirectory(dir=self.folder) as part, zipfile.ZipFile(packed) as archive:
            archive.extractall(Path(part) / snapshot)
            with contextlib.suppress(OSError):  # another process has fetched it meanwhile
                (Path(part) / snapshot).rename(target)


def _cache_of(settings: IngestSettings) -> Path:
    """A folder of its own for each database of each server."""
    place = f"{settings.chroma_url}\n{settings.chroma_tenant}\n{settings.chroma_database}"
    return platformdirs.user_cache_path("bpo-kpo") / "servers" / uuid.uuid5(uuid.NAMESPACE_URL, place).hex


def _is_old(snapshot: str) -> bool:
    try:
        begun = datetime.strptime(snapshot.partition("-")[0], SNAPSHOT_TIME).replace(tzinfo=UTC)
    except ValueError:  # no snapshot
        return False
    return datetime.now(UTC) - begun > _BUILDING


def _add_rows(collection: "Collection", ids: list[str], texts: list[str]) -> None:
    """Rows that are only text: every row of Chroma has a vector."""
    collection.add(ids=ids, documents=texts, embeddings=np.ones((len(ids), 1), dtype=np.float32))


def _piece_ids(first: int) -> list[str]:
    return [f"{first + i:09}" for i in range(_PIECES)]


def _pack(folder: Path) -> list[str]:
    """The files of a snapshot's folder in pieces of text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("manifest.json", "passages.sqlite"):
            archive.write(folder / name, name)
    text = base64.b64encode(packed.getvalue()).decode()
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
