"""A corpus with its index, for the tests of a build."""

from pathlib import Path
from typing import Any

import pytest

from ingest.build import BuildReport, build
from ingest.errors import UserError
from ingest.index import CurrentIndex, Index
from ingest.snapshots import FolderStore, Pointer
from tests.ingest.processes import WordHash, pointer_of, settings_of

# Three passages: of a preface and of two sections.
GUIDE = "# Guide\n\nA preface.\n\n## One\n\nFirst words.\n\n## Two\n\nSecond words.\n"


class Library:
    """A corpus, its index, and what was embedded since the last build."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_of(folder)
        self.corpus = self.settings.corpus
        self.corpus.mkdir()
        self.model: Any = WordHash()  # notes the `texts` that it embeds

    def write(self, name: str, text: str) -> Path:
        path = self.corpus.parent / name if "/" in name else self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def build(self, *paths: Path, remove: tuple[Path, ...] = ()) -> BuildReport:
        self.model.texts.clear()
        return build(self.settings, paths, remove, embeddings=self.model)

    def index(self) -> Index:
        return CurrentIndex(self.settings).get()

    def texts(self) -> list[str]:
        return [passage.text for passage in self.index().passages]

    def files(self) -> list[str]:
        return [Path(name).name for name in self.index().sources]

    def pointer(self) -> Pointer:
        return pointer_of(self.settings)

    def snapshot_folder(self) -> Path:
        return FolderStore(self.settings.index).path(self.pointer().snapshot)


def refused(library: Library, error: type[UserError], message: str, *paths: Path) -> None:
    """The build fails in one line with this message, and the index is as it was."""

    def contents() -> object:
        pointer = library.settings.index / "current.json"
        return (pointer.read_bytes(), library.index().contents().digest()) if pointer.exists() else None

    before = contents()
    with pytest.raises(error, match=message) as caught:
        library.build(*paths)
    assert "\n" not in str(caught.value)
    assert contents() == before
