"""A file becomes a `Source`: its name, its title and its decoded text."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.errors import SourceError
from ingest.formats import CONVERTED
from ingest.formats.encodings import Unreadable, decode
from ingest.formats.sandbox import LARGEST, LONGEST, Converter
from ingest.language import ENGLISH, language_of
from ingest.settings import ROOT, UPLOADS
from ingest.titles import body_start, title_of

KINDS = {".md": "Markdown", ".markdown": "Markdown", ".txt": "text", **CONVERTED}  # by suffix
SUFFIXES = tuple(KINDS)
_KNOWN = (*SUFFIXES, ".jsonl")  # question sets are known, but no documents
QUESTIONS_SUFFIX = ".questions.jsonl"  # of the file beside a document with questions that it answers


@dataclass(frozen=True)
class Source:
    """A document. Offsets everywhere are code points into `text`, which keeps its markup; newlines are LF.

    `questions` is what stands in the file of questions beside it (see `known_questions.py`), unread; `original`
    is the digest of both files (see `original_digest`); `language` is its ISO 639 code.
    """

    name: str
    title: str
    text: str
    questions: str = ""
    original: str = ""
    language: str = ENGLISH

    @cached_property
    def digest(self) -> str:
        """SHA-256 of name, text and questions."""
        content = "\0".join([self.name, self.text, *filter(None, [self.questions])])
        return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()

    @cached_property
    def body_start(self) -> int:
        """Where the text begins, after the front matter."""
        return body_start(self.text)


def make_source(name: str, text: str, questions: str = "", original: str = "") -> Source:
    """A source from text at hand; its title is the front matter's, else the first heading, else the name.

    Its language is found out here, once.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    title = title_of(text) or " ".join(Path(name).stem.split())
    return Source(name, title, text, questions, original, language_of(text[body_start(text) :]))


def read_source(path: Path, converter: Converter | None = None, name: str = "") -> Source:
    """Reads one document, with a `converter` where one is at hand and needed; `name`: where that is not its path.

    Raises `SourceError` where it is missing or cannot be read, or its name is not UTF-8.
    """
    name, original = name or source_name(path), original_digest(path)
    questions = _read_text(beside) if (beside := questions_file(path)).is_file() else ""
    if path.suffix.lower() not in CONVERTED:
        return make_source(name, _read_text(path), questions, original)
    with contextlib.nullcontext(converter) if converter else Converter() as opened:
        return make_source(name, opened.convert(path), questions, original)


def original_digest(path: Path) -> str:
    """SHA-256 of a file and of the questions beside it, so that neither is read in vain."""
    digest = hashlib.sha256(_read_bytes(path))
    if (beside := questions_file(path)).is_file():
        digest.update(b"\0" + _read_bytes(beside))
    return digest.hexdigest()


def original_digests(files: Iterable[Path]) -> dict[str, str]:
    """The digests of files by the names of their documents, of those that can be read."""
    found: dict[str, str] = {}
    for file in sorted(files):
        with contextlib.suppress(SourceError):
            found.setdefault(source_name(file), original_digest(file))
    return found


def questions_file(path: Path) -> Path:
    """Where the questions beside the document at `path` stand.

    Of several documents `a.md`, `a.pdf` the first kind has `a.questions.jsonl`, others `a.pdf.questions.jsonl`.
    """
    first = next((one for suffix in SUFFIXES if (one := path.with_suffix(suffix)).exists()), path)
    return path.with_suffix(QUESTIONS_SUFFIX) if first == path else path.with_name(path.name + QUESTIONS_SUFFIX)


def _read_text(path: Path) -> str:
    try:
        text = decode(_read_bytes(path))
    except Unreadable as error:
        raise SourceError(f"{path} cannot be read ({error}). Save it as UTF-8 and run ingest again.") from None
    if len(text) > LONGEST:
        raise SourceError(f"{path} has more than {LONGEST:,} characters. Divide it and run ingest again.")
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise SourceError(f"{path} is larger than {LARGEST // 1_000_000} MB. Divide it and run ingest again.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}). Check it and run ingest again.") from None


def find_files(path: Path) -> Iterator[Path]:
    """The readable documents at `path`: the file itself, or those below the folder, sorted, hidden ones left out.

    Raises `SourceError` where `path` does not exist or is a file of another kind, and for a folder that cannot
    be read.
    """
    from_root(path)
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise SourceError(f"{path} is not a {', '.join(SUFFIXES)} file. Convert it to one of these first.")
        yield path
    elif path.is_dir():
        yield from (found for found in _below(path) if found.suffix.lower() in SUFFIXES and not found.is_dir())
    else:
        raise SourceError(f"{path} does not exist. Give a file or a folder.")


def find_others(path: Path) -> Iterator[Path]:
    """What is not read below a folder: files of other kinds, and folders that a link leads to."""
    if path.is_dir():
        yield from (found for found in _below(path) if found.is_dir() or found.suffix.lower() not in _KNOWN)


def _below(path: Path) -> Iterator[Path]:
    """All files below a folder, sorted, and the linked folders there, hidden ones left out."""
    for folder, folders, files in os.walk(path, onerror=_refuse):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (found for name in folders if (found := Path(folder, name)).is_symlink())
        for file in sorted(files):
            found = Path(folder, file)
            if not file.startswith(".") and (found.is_file() or found.is_symlink()):  # a pipe is read without end
                yield found


def _refuse(error: OSError) -> None:
    raise SourceError(
        f"The folder {error.filename} cannot be read ({error.strerror}). Check it and run ingest again."
    ) from None


def files_below(paths: Sequence[Path], index: Path) -> set[Path]:
    """The documents at `paths`, without the index's own files where it lies among them, but for uploaded ones."""
    files = {file for path in paths for file in find_files(path)}
    own = index.resolve()
    return {file for file in files if file.is_relative_to(own / UPLOADS) or not file.is_relative_to(own)}


def is_under(file: Path, paths: Sequence[Path]) -> bool:
    """Whether a file is one of these paths or lies below one."""
    return any(file.is_relative_to(path) for path in paths)


def source_name(path: Path) -> str:
    """What names the document at `path`, whatever links lead there."""
    from_root(path)
    return from_root(Path(os.path.realpath(path)))  # which a link that leads to itself does not trouble


def from_root(path: Path) -> str:
    """The path from the checkout where it lies inside, else as it is; always with forward slashes.

    So an index that is moved with its checkout still knows its documents. Raises `SourceError` for a name that
    neither Chroma nor JSON can hold.
    """
    name = (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = name.encode(errors="backslashreplace").decode()
        raise SourceError(f"The name {shown} is not UTF-8. Rename it and run ingest again.") from None
    return name


def at_root(path: str) -> Path:
    """The path that `from_root` wrote down."""
    return ROOT / path


def shown_name(name: str, among: Iterable[str]) -> str:
    """What people see of a document's name, `among` those that it is named beside.

    The path within the checkout; of others the file, behind as many of its folders as tell it apart.
    """
    if not (Path(name).is_absolute() or name.startswith(".")):  # where the index is by itself
        return name
    parts, others = name.split("/"), [f"/{one}" for one in among if one != name]
    tails = ("/".join(parts[at:]) for at in range(len(parts) - 1, 0, -1))
    return next((tail for tail in tails if not any(one.endswith(f"/{tail}") for one in others)), name)
