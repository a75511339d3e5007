"""Documents that are added or removed in the window: kept in the index's own folder, and indexed from there."""

import re
import shutil
import time
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.chain import Assistant
from ingest.build import build
from ingest.documents import known_paths
from ingest.errors import SourceError, UserError
from ingest.formats.sandbox import Converter
from ingest.index import open_store
from ingest.settings import IngestSettings
from ingest.snapshots import SourceRecord
from ingest.sources import Source, at_root, find_files, read_source, source_name
from ui.web.jobs import Job, Jobs

_LONGEST_NAME = 120  # bytes, without what the kind adds
_ASIDE = ".aside-"  # begins the names of folders for files on their way: what is hidden is not read
_A_DAY = 24 * 60 * 60  # seconds


class Intake(Jobs):
    """Adds documents to the index of an assistant, and removes them."""

    def __init__(self, assistant: Assistant, settings: IngestSettings) -> None:
        super().__init__("change", stopped="Stopped. The documents are what they were before.")
        self._assistant, self._settings = assistant, settings

    def add(self, files: Sequence[Path]) -> None:
        """Begins to add these files, which are moved from where they are. Raises `UserError` where one may not."""
        reading = Job(f"Reading {len(files)} {_documents(len(files))}", can_stop=True)
        self._begin(reading, lambda: self._add(files))

    def remove(self, name: str) -> None:
        """Begins to remove a document."""
        self._begin(Job("Removing a document"), lambda: self._remove(name))

    def removable(self, records: Iterable[SourceRecord]) -> set[str]:
        """The names of those that were given here, or by their own path; others lie in an indexed folder."""
        known = known_paths(open_store(self._settings).read_pointer())
        return {
            one.name
            for one in records
            if (path := at_root(one.path)).is_relative_to(self._settings.uploads) or path in known
        }

    def _add(self, files: Sequence[Path]) -> str:
        try:
            return self._add_good(files)
        finally:
            for file in files:  # nothing stays where it was uploaded
                file.unlink(missing_ok=True)

    def _add_good(self, files: Sequence[Path]) -> str:
        """Reads each file, so that a broken one is named, and the others go in.

        They come into the folder when they are indexed: where this is killed, none is there that nobody has added.
        """
        folder = self._settings.uploads
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_ASIDE}*"):  # by a process that was killed; a younger one may be at work
            if time.time() - left.stat().st_mtime > _A_DAY:
                shutil.rmtree(left, ignore_errors=True)
        read: dict[Path, Source] = {}
        with TemporaryDirectory(dir=folder, prefix=_ASIDE) as aside:
            with Converter() as converter:
                for number, file in enumerate(files):
                    self._step(number, len(files))
                    try:
                        list(find_files(file))  # raises for a kind that is not read
                        target = _free(folder / safe_name(file.name), list(read))
                        read[target] = read_source(file, converter, source_name(target))
                        shutil.move(file, Path(aside, target.name))
                    except SourceError as error:
                        said = str(error).replace(str(file), file.name)
                        self._now(said.replace("run ingest again", "add it again"))
            if not read:
                return ""
            self._now(doing=f"Indexing {len(read)} {_documents(len(read))}", done=0, whole=0)
            build(self._settings, [folder], progress=self._step, at_hand=read)
            added = [target.name for target in read if self._kept(Path(aside, target.name), target)]
            if len(added) < len(read):
                self._index_folder()  # as it is: what cannot be kept is not in the index, or as it was before
        self._assistant.warm_up()
        return f"Added {', '.join(added)}." if added else ""

    def _kept(self, file: Path, target: Path) -> bool:
        """Whether the file could be moved to where it is kept; a line says why not."""
        try:
            file.replace(target)
        except OSError as error:
            self._now(f"{target} cannot be written ({error.strerror}). Mend that, and add {target.name} again.")
            return False
        return True

    def _index_folder(self) -> None:
        folder = self._settings.uploads
        rest = any(find_files(folder))
        build(self._settings, [folder] if rest else [], [] if rest else [folder])

    def _remove(self, name: str) -> str:
        records = {one.name: one for one in self._assistant.index().manifest.sources}
        if name not in records:
            return ""  # somebody else was quicker
        if len(records) == 1:
            raise UserError("This is the only document. Add another one first.")
        path, folder = at_root(records[name].path), self._settings.uploads
        if not path.is_relative_to(folder):
            build(self._settings, remove=[path])
        else:
            self._remove_file(path)
        self._assistant.warm_up()
        return f"Removed {records[name].title}."

    def _remove_file(self, path: Path) -> None:
        """Removes one that was given here; it stays where it cannot be taken out of the index."""
        with TemporaryDirectory(dir=self._settings.uploads, prefix=_ASIDE) as aside:
            kept = path.replace(Path(aside, path.name)) if path.exists() else None
            try:
                self._index_folder()
            except Exception:
                if kept:
                    kept.replace(path)
                raise


def safe_name(name: str) -> str:
    """A file's name that is one anywhere: letters, digits, blanks and `._-()` of what it was called."""
    one_way = unicodedata.normalize("NFC", name).replace("\\", "/")  # some systems write "é" as two characters
    bare = re.sub(r"[^\w .()-]", "_", Path(one_way).name).strip(". ")
    path = Path(bare or "document")
    stem = path.stem.encode(errors="replace")[:_LONGEST_NAME].decode(errors="ignore")
    return f"{stem}{path.suffix.lower()[:20]}"


def _free(target: Path, placed: Sequence[Path]) -> Path:
    """The path itself; with a number where one of the files that are added together has it already."""
    free, number = target, 1
    while free in placed or (number > 1 and free.exists()):
        number += 1
        free = target.with_stem(f"{target.stem}-{number}")
    return free


def _documents(count: int) -> str:
    return "document" if count == 1 else "documents"
