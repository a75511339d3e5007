"""Documents that are added or removed in the window: kept in the index's own folder, and indexed from there."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from ingest.sources import at_root, find_files, read_source
from ui.web.jobs import Job, Jobs

_LONGEST_NAME = 120  # bytes, without what the kind adds


class Intake(Jobs[Job]):
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

    def can_remove(self, record: SourceRecord) -> bool:
        """Whether a document was given here, or by its own path; others lie in a folder that is indexed."""
        path = at_root(record.path)
        return path.is_relative_to(self._settings.uploads) or path in self._known()

    def _add(self, files: Sequence[Path]) -> str:
        try:
            return self._add_good(files)
        finally:
            for file in files:  # nothing stays where it was uploaded
                file.unlink(missing_ok=True)

    def _add_good(self, files: Sequence[Path]) -> str:
        """Reads each file first, so that a broken one is named, and the others go in."""
        good = []
        with Converter() as converter:
            for number, file in enumerate(files):
                self._step(number, len(files))
                try:
                    list(find_files(file))  # raises for a kind that is not read
                    read_source(file, converter)
                    good.append(file)
                except SourceError as error:
                    self._say(str(error).replace(str(file), file.name).replace("run ingest again", "add it again"))
        if not good:
            return ""
        self._now(doing=f"Indexing {len(good)} {_documents(len(good))}", done=0, whole=0)
        with self._in_place(good) as placed:
            build(self._settings, [self._settings.uploads], progress=self._step)
        self._assistant.warm_up()
        return f"Added {', '.join(path.name for path in placed)}."

    @contextmanager
    def _in_place(self, files: Sequence[Path] = (), gone: Sequence[Path] = ()) -> Iterator[list[Path]]:
        """Where the files are in the folder, in place of those of the same name and without those that are `gone`;
        for good if the block ends well.
        """
        folder = self._settings.uploads
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".") as aside:  # what is hidden is not read
            placed: list[Path] = []
            whole = False

            def clear(target: Path) -> None:
                if target.exists():
                    target.replace(Path(aside, target.name))

            try:
                for path in gone:
                    clear(path)
                for file in files:
                    target = _free(folder / safe_name(file.name), placed)
                    clear(target)
                    placed.append(target)
                    shutil.move(file, target)
                yield placed
                whole = True
            finally:
                for target in () if whole else placed:
                    target.unlink(missing_ok=True)
                for target in () if whole else (*placed, *gone):
                    if (before := Path(aside, target.name)).exists():
                        before.replace(target)

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
            with self._in_place(gone=[path]):
                rest = any(find_files(folder))
                build(self._settings, [folder] if rest else [], [] if rest else [folder])
        self._assistant.warm_up()
        return f"Removed {records[name].title}."

    def _known(self) -> list[Path]:
        return known_paths(open_store(self._settings).read_pointer())


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
