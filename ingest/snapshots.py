"""An index in a folder: snapshots, and a pointer to the current one.

    INDEX/current.json              the pointer, replaced in one step
    INDEX/documents/                what was given in the chat window
    INDEX/snapshots/NAME/           one build; never renamed, never changed once the pointer has named it
        passages.sqlite             documents, passages and their words (see `database`)
        chroma/                     the passages' vectors
        manifest.json               what it was made from, and how; written last

A build (`build.py`) takes `new_snapshot`, `write`, `publish` and `clear_old`, in this order. A reader (`index.py`)
takes `read_pointer`, `read_manifest`, `open_database` and `open_vectors`, and no lock. Whatever kills a build, the
pointer still names the snapshot from before. The previous snapshot is kept for readers that opened it; older ones
and what a killed build left are cleared by the next build.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest import chroma, database
from ingest.chroma import PassageVectors
from ingest.database import Contents
from ingest.errors import IndexProblem, damaged, first_line
from ingest.settings import UPLOADS

# Raise it whenever the same documents would be read, cut or stored differently, or have other terms. An index of
# another format is built anew.
FORMAT = 4

SNAPSHOT_TIME = "%Y%m%dT%H%M%S"  # UTC, which a snapshot's name begins with
_COLLECTION = "passages"
_OURS = frozenset({"current.json", "current.json.new", "snapshots", "publish.lock", UPLOADS})


class SourceRecord(BaseModel):
    """A source of the index: the file it came from (as `from_root` writes it) and what its text was.

    `original` is the digest of that file and of the questions beside it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    path: str
    digest: str
    original: str = ""


class Manifest(BaseModel):
    """What a snapshot was made from, and how."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    embeddings: str
    sources: tuple[SourceRecord, ...]
    passages: int
    passed_over: dict[str, str] = {}  # names of documents that could not be read, with the digest of the file
    # what is known when all is written
    dimension: int = 0
    database: str = ""  # SHA-256 of `passages.sqlite`
    digest: str = ""  # SHA-256 over ids, texts and vectors

    def is_like(self, other: "Manifest") -> bool:
        """Whether both are of snapshots that are made of the same, in the same way."""
        written = {"dimension", "database", "digest"}
        return self.model_dump(exclude=written) == other.model_dump(exclude=written)


class Pointer(BaseModel):
    """Which snapshot is current, and the paths that the index was given (as `from_root` writes them)."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    previous: str | None = None
    paths: tuple[str, ...]


class FolderStore:
    """The index in a folder of this machine. `place` is how errors name it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, str(folder)

    # --- what readers use

    def read_pointer(self) -> Pointer | None:
        """The pointer; `None` where there is no index yet.

        Raises `IndexProblem` where it is damaged, and for a folder that holds something else.
        """
        try:
            return Pointer.model_validate_json((self.folder / "current.json").read_bytes())
        except FileNotFoundError:
            if self.folder.exists() and any(child.name not in _OURS for child in self.folder.iterdir()):
                raise IndexProblem(
                    f"{self.folder} is not an index. Set BPO_KPO_INDEX to an empty folder."
                ) from None
            return None
        except NotADirectoryError:
            raise IndexProblem(f"{self.folder} is a file, not an index. Set BPO_KPO_INDEX to a folder.") from None
        except (ValidationError, OSError) as error:
            raise IndexProblem(
                f"The index at {self.folder} is damaged ({first_line(error)}). "
                "Delete current.json there, and nothing else, then run: bpo-kpo ingest"
            ) from None

    def read_manifest(self, name: str) -> Manifest:
        """The manifest of a snapshot. Raises `IndexProblem` where it is damaged or of another release."""
        with damaged(self.place):
            fields = json.loads((self.path(name) / "manifest.json").read_bytes())
            if isinstance(fields, dict) and fields.get("format") != FORMAT:
                raise IndexProblem(
                    f"The index at {self.place} has format {fields.get('format')}, this release reads {FORMAT}. "
                    "Run: bpo-kpo ingest"
                )
            return Manifest.model_validate(fields)

    def open_database(self, name: str) -> database.Database:
        """All that a snapshot holds but the vectors."""
        return database.Database(self._database(name), self.place)

    def open_vectors(self, name: str) -> PassageVectors:
        """The vectors of a snapshot's passages."""
        return chroma.open_vectors(self.path(name) / "chroma", _COLLECTION, chroma.ChromaErrors(self.folder))

    def is_whole(self, name: str) -> bool:
        """Whether the database of a snapshot is as it was written."""
        with damaged(self.place):
            return _digest(self._database(name)) == self.read_manifest(name).database

    # --- what a build does, in this order

    @contextmanager
    def new_snapshot(self) -> Iterator[str]:
        """The name of a fresh snapshot, whose folder is held against clearing while the block runs."""
        name = f"{datetime.now(UTC):{SNAPSHOT_TIME}}-{uuid.uuid4().hex[:8]}"
        folder = self.path(name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "building.lock")
        with self._publishing():  # so that nobody clears the folder before it is held
            folder.mkdir()
            lock.acquire()
        try:
            yield name
        finally:
            lock.release()

    def write(self, name: str, manifest: Manifest, contents: Contents) -> None:
        """Writes all of a new snapshot."""
        folder = self.path(name) / "chroma"
        with chroma.ChromaErrors(self.folder), closing(chroma.folder_client(folder)) as client:
            chroma.add_vectors(client, _COLLECTION, contents.vectors, chroma.FOLDER_ROWS)
        self.write_files(name, manifest, contents)

    def write_files(self, name: str, manifest: Manifest, contents: Contents) -> None:
        """Writes all of a new snapshot but the vectors."""
        database.write(self._database(name), contents)
        written = {
            "dimension": len(next(iter(contents.vectors.values()))),
            "database": _digest(self._database(name)),
            "digest": contents.digest(),
        }
        _write(self.path(name) / "manifest.json", manifest.model_copy(update=written).model_dump_json(indent=1))

    def publish(self, pointer: Pointer, expected: Pointer | None) -> bool:
        """Makes `pointer` the current one, if `expected` still is; says whether it did."""
        with self._publishing():
            if self.read_pointer() != expected:
                return False
            part = self.folder / "current.json.new"
            _write(part, pointer.model_dump_json(indent=1))
            part.replace(self.folder / "current.json")
        return True

    def clear_old(self) -> None:
        """Deletes the snapshots that are neither current nor previous nor being built, where it may."""
        with suppress(OSError), self._publishing():  # nothing is published or begun meanwhile
            pointer = self.read_pointer()
            for folder in (self.folder / "snapshots").iterdir():
                if pointer is None or folder.name in (pointer.snapshot, pointer.previous):
                    continue
                try:
                    with FileLock(folder / "building.lock", timeout=0):
                        pass
                except (Timeout, OSError):
                    continue
                shutil.rmtree(folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """The folder of a snapshot."""
        return self.folder / "snapshots" / name

    def _database(self, name: str) -> Path:
        return self.path(name) / "passages.sqlite"

    def _publishing(self) -> FileLock:
        return FileLock(self.folder / "publish.lock")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    """Writes a file whose content is on the disk before the file has another name."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
