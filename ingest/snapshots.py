"""The index folder, apart from Chroma: snapshots, the manifest of each, and the pointer to the current one.

    INDEX/current.json              the pointer, replaced in one step
    INDEX/snapshots/NAME/           one build; never renamed, never changed once the pointer has named it
        manifest.json  sources/  chroma/  questions.jsonl  questions.npz  lexicon/  ids.npy  above.npy  tokens.npy
        readings.npz

Whatever kills a build, the pointer still names the snapshot from before. The previous snapshot is kept for
readers that opened it; older ones and what a killed build left are cleared by the next build.
"""

import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import IndexProblem
from ingest.lexicon import Lexicon
from ingest.passages import Passage
from ingest.questions import QuestionIndex, load_questions
from ingest.readings import Readings
from ingest.sources import QUESTIONS_SUFFIX, Source
from ingest.table import Table

FORMAT = 2  # of the folder as a whole; raise it when an older release could not read the index any more


class SourceRecord(BaseModel):
    """A source of the index: the file it came from (as `from_root` writes it) and what its text was.

    `original` is the digest of a file that was converted.
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
    dimension: int
    splitter: int
    lexicon: int
    sources: tuple[SourceRecord, ...]
    passages: int
    passed_over: dict[str, str] = {}  # names of documents that could not be read, with the digest of the file
    files: dict[str, str] = {}  # SHA-256 of each file beside the manifest, but for Chroma's
    digest: str  # SHA-256 over ids, texts and vectors


class Pointer(BaseModel):
    """Which snapshot is current, and the paths that the index was given (as `from_root` writes them)."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    previous: str | None = None
    paths: tuple[str, ...]


def read_pointer(index: Path) -> Pointer | None:
    """The pointer of the index folder; `None` where the folder is missing or empty.

    Raises `IndexProblem` where the folder is something else or the pointer is damaged.
    """
    try:
        return Pointer.model_validate_json((index / "current.json").read_bytes())
    except FileNotFoundError:
        if index.exists() and any(child.name not in _OURS for child in index.iterdir()):
            raise IndexProblem(f"{index} is not an index. Set BPO_KPO_INDEX to an empty folder.") from None
        return None
    except NotADirectoryError:
        raise IndexProblem(f"{index} is a file, not an index. Set BPO_KPO_INDEX to a folder.") from None
    except (ValidationError, OSError) as error:
        raise IndexProblem(
            f"The index at {index} is damaged ({_short(error)}). Delete that folder, then run: bpo-kpo ingest"
        ) from None


_OURS = frozenset({"current.json", "current.json.new", "snapshots", "publish.lock"})


def read_manifest(index: Path, snapshot: str) -> Manifest:
    """The manifest of a snapshot. Raises `IndexProblem` where it is damaged or of another release."""
    with _damage_named(index):
        fields = json.loads((_folder(index, snapshot) / "manifest.json").read_bytes())
        if isinstance(fields, dict) and fields.get("format") != FORMAT:
            raise IndexProblem(
                f"The index at {index} has format {fields.get('format')}, this release reads {FORMAT}. "
                "Run: bpo-kpo ingest"
            )
        return Manifest.model_validate(fields)


def read_source_of(index: Path, snapshot: str, record: SourceRecord) -> Source:
    """A document as it was indexed. Raises `IndexProblem` where it is damaged."""
    text = _folder(index, snapshot) / "sources" / f"{record.digest}.txt"
    questions = text.with_suffix(QUESTIONS_SUFFIX)
    with _damage_named(index):
        beside = _decode(questions.read_bytes()) if questions.exists() else ""
        return Source(record.name, record.title, _decode(text.read_bytes()), beside, record.original)


def read_questions(index: Path, snapshot: str) -> QuestionIndex:
    """The questions that the sources answer. Raises `IndexProblem` where they are damaged."""
    with _damage_named(index):
        return load_questions(_folder(index, snapshot))


def read_lexicon(index: Path, snapshot: str) -> Lexicon:
    """The words of the passages. Raises `IndexProblem` where they are damaged."""
    with _damage_named(index):
        return Lexicon.load(_folder(index, snapshot) / "lexicon")


def read_readings(index: Path, snapshot: str) -> Readings:
    """The passages as they were read closely, where they are few. Raises `IndexProblem` where they are damaged."""
    with _damage_named(index):
        return Readings.load(_folder(index, snapshot))


def read_table(index: Path, snapshot: str) -> Table:
    """The table of the passages. Raises `IndexProblem` where it is damaged."""
    with _damage_named(index):
        return Table.load(_folder(index, snapshot))


@contextmanager
def _damage_named(index: Path) -> Iterator[None]:
    """What goes wrong with the files of a snapshot as one line."""
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise IndexProblem(f"The index at {index} is damaged ({_short(error)}). Run: bpo-kpo ingest") from None


@contextmanager
def new_snapshot(index: Path) -> Iterator[str]:
    """A fresh snapshot folder under its final name, held against clearing while the block runs."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    folder = _folder(index, name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with FileLock(index / "publish.lock"):  # so that nobody clears the folder before it is held
            folder.mkdir()
            held.enter_context(FileLock(folder / "building.lock"))
        yield name


@dataclass(frozen=True)
class Contents:
    """All that a new snapshot is made of; passages and their vectors, of length 1, by id."""

    manifest: Manifest
    sources: list[Source]
    questions: QuestionIndex
    lexicon: Lexicon
    readings: Readings
    passages: dict[str, Passage]
    vectors: dict[str, np.ndarray]


def write_snapshot(index: Path, name: str, contents: Contents) -> None:
    """Writes the texts, the questions and, last, the manifest; what Chroma holds is not written here."""
    folder = _folder(index, name)
    contents.questions.save(folder)
    contents.lexicon.save(folder / "lexicon")
    contents.readings.save(folder)
    Table.of(contents.passages).save(folder)
    (folder / "sources").mkdir()
    for source in contents.sources:
        (folder / "sources" / f"{source.digest}.txt").write_bytes(_encode(source.text))
        if source.questions:
            path = folder / "sources" / f"{source.digest}{QUESTIONS_SUFFIX}"
            path.write_text(source.questions, encoding="utf-8", newline="")
    manifest = contents.manifest.model_copy(update={"files": _digests(folder)})
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def damaged_files(index: Path, snapshot: str) -> list[str]:
    """The files of a snapshot that are not as they were written, but for Chroma's; empty where it is whole."""
    now, written = _digests(_folder(index, snapshot)), read_manifest(index, snapshot).files
    return sorted(name for name in written.keys() | now.keys() if written.get(name) != now.get(name))


def _digests(folder: Path) -> dict[str, str]:
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if name not in ("manifest.json", "building.lock") and not name.startswith("chroma/")
    }


def publish(index: Path, pointer: Pointer, expected: Pointer | None) -> bool:
    """Makes `pointer` the current one, if `expected` still is; says whether it did."""
    with FileLock(index / "publish.lock"):
        if read_pointer(index) != expected:
            return False
        part = index / "current.json.new"
        with part.open("w", encoding="utf-8") as file:
            file.write(pointer.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        part.replace(index / "current.json")
    return True


def clear_old(index: Path) -> None:
    """Deletes the snapshots that are neither current nor previous nor being built, where it may."""
    with suppress(OSError), FileLock(index / "publish.lock"):  # nothing is published or begun meanwhile
        pointer = read_pointer(index)
        for folder in (index / "snapshots").iterdir():
            if pointer is None or folder.name in (pointer.snapshot, pointer.previous):
                continue
            try:
                with FileLock(folder / "building.lock", timeout=0):
                    pass
            except (Timeout, OSError):
                continue
            shutil.rmtree(folder, ignore_errors=True)


def chroma_folder(index: Path, snapshot: str) -> Path:
    """Where a snapshot's Chroma database is."""
    return _folder(index, snapshot) / "chroma"


def writable_copy(folder: Path) -> Path:
    """A temporary copy of `folder`, for Chroma, which writes when it opens a database.

    Raises `IndexProblem` where there is no room for it.
    """
    try:
        place = Path(tempfile.mkdtemp(prefix="bpo-kpo-"))
        try:
            copy = shutil.copytree(folder, place / folder.name)
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            raise
    except OSError as error:
        raise IndexProblem(
            f"{folder} cannot be written, and {tempfile.gettempdir()} takes no copy. Make room on either."
        ) from error
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copy


def _folder(index: Path, snapshot: str) -> Path:
    return index / "snapshots" / snapshot


def _encode(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


def _decode(content: bytes) -> str:
    return content.decode("utf-8", errors="surrogatepass")


def _short(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
