"""Building where something is wrong: what is refused and loses nothing, and what a build mends."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.build import build
from ingest.chroma import ChromaErrors
from ingest.errors import IndexProblem, SourceError
from ingest.index import CurrentIndex
from ingest.up_to_date import ensure_index
from tests.ingest.library import GUIDE, Library, refused

# --- what is refused, and loses nothing


def test_documents_without_text_and_paths_that_are_none_are_refused(library: Library) -> None:
    no_text = r"There is no text in .*documents\. Give a file or folder with \.md, .* documents"
    blank = library.write("blank.md", "---\ntitle: Blank\n---\n \n<!-- only a comment -->\n")
    refused(library, SourceError, no_text)
    blank.unlink()
    refused(library, SourceError, no_text)
    nowhere, image = library.corpus / "nowhere", library.write("more/image.png", "")
    refused(library, SourceError, r"nowhere does not exist\. Give a file or a folder\.", nowhere)
    refused(library, SourceError, r"image\.png is not a \.md, .*, \.pdf file\. Convert it to one of", image)


def test_a_full_disk_loses_nothing(indexed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    indexed.write("a.md", "B.")
    with monkeypatch.context() as patch:
        patch.setattr("ingest.database.write", full)
        refused(indexed, IndexProblem, r"cannot be written \(database or disk is full\)")
    assert indexed.texts() == ["A."]
    indexed.build()
    assert indexed.texts() == ["B."]


def test_a_place_that_is_no_index_is_refused_and_left_as_it_is(library: Library) -> None:
    library.write("a.md", "A.")
    place = library.settings.index
    place.symlink_to(library.corpus / "nowhere")
    refused(library, IndexProblem, r"cannot be written \(File exists\)\. Mend that, or set BPO_KPO_INDEX\.")
    place.unlink()
    place.write_text("a file")
    refused_by_all(library, r"is a file, not an index\. Set BPO_KPO_INDEX to a folder\.")
    place.unlink()
    (place / "snapshots").mkdir(parents=True)
    (place / "thesis.doc").touch()
    refused_by_all(library, r"index is not an index\. Set BPO_KPO_INDEX to an empty folder\.")
    assert sorted(path.name for path in place.iterdir()) == ["snapshots", "thesis.doc"]


def refused_by_all(library: Library, message: str) -> None:
    """Whoever opens or builds the index is told so."""
    for use in (library.build, library.index, lambda: ensure_index(library.settings)):
        with pytest.raises(IndexProblem, match=message):
            use()  # type: ignore[operator]


# --- an index of another release, or of other settings


def test_an_index_of_other_settings_is_refused_with_the_remedy_which_mends_it(guide: Library) -> None:
    other = guide.settings.model_copy(update={"embeddings": "openai:text-embedding-3-small"})
    message = (
        r"The index was built with minilm, the settings say openai:text-embedding-3-small\. Run: bpo-kpo ingest"
    )
    for use in (CurrentIndex(other).get, lambda: ensure_index(other)):
        with pytest.raises(IndexProblem, match=message):
            use()
    assert str(build(other, embeddings=guide.model)) == "3 passages: 3 embedded, 0 kept, 0 removed"
    assert CurrentIndex(other).get().manifest.embeddings == "openai:text-embedding-3-small"


def test_an_index_of_another_release_is_refused_with_the_remedy_which_mends_it(guide: Library) -> None:
    manifest = guide.snapshot_folder() / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 4', '"format": 3'))
    with pytest.raises(IndexProblem, match=r"has format 3, this release reads 4\. Run: bpo-kpo ingest$"):
        guide.index()
    assert guide.build().embedded == 3
    assert guide.index().manifest.format == 4


# --- damage


GARBAGE = random.Random(7).randbytes(100_000)

DAMAGE: dict[str, Callable[[Path], object]] = {
    "a manifest of garbage": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\x00 garbage"),
    "garbage for the passages": lambda folder: (folder / "passages.sqlite").write_bytes(GARBAGE),
    "garbage for the vectors": lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(GARBAGE),
    "no vectors": lambda folder: (folder / "chroma" / "chroma.sqlite3").unlink(),
    "no snapshot": lambda folder: folder.rename(folder.parent.parent.parent / "elsewhere"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_one_line_and_a_build_mends_it(guide: Library, damage: Callable[[Path], object]) -> None:
    damage(guide.snapshot_folder())
    for _ in range(2):  # a second attempt in the same process says the same
        with pytest.raises(IndexProblem, match=r"^[^\n]*(damaged|has format)[^\n]*Run: bpo-kpo ingest$"):
            guide.index()
    assert str(guide.build()) == "3 passages: 3 embedded, 0 kept, 0 removed"
    index = guide.index()
    assert index.contents().digest() == index.manifest.digest
    assert len(index.nearest(guide.model.embed_query("words"), 2)) == 2


def test_an_index_with_the_vectors_of_other_passages_is_built_anew(guide: Library) -> None:
    before = guide.snapshot_folder()
    guide.write("guide.md", GUIDE.replace("words", "terms"))
    guide.build()
    vectors = guide.snapshot_folder() / "chroma"
    shutil.rmtree(vectors)
    shutil.copytree(before / "chroma", vectors)
    assert str(guide.build()) == "3 passages: 3 embedded, 0 kept, 0 removed"


def test_a_damaged_pointer_is_refused_and_mended_and_loses_no_uploaded_document(guide: Library) -> None:
    guide.settings.uploads.mkdir()
    (guide.settings.uploads / "given.md").write_text("Given.")
    guide.build(guide.settings.uploads)
    pointer = guide.settings.index / "current.json"
    pointer.write_bytes(b'{"snapshot": ')
    refused_by_all(guide, r"damaged.*Delete current\.json there, and nothing else, then run: bpo-kpo ingest")
    pointer.unlink()
    guide.build()
    assert sorted(guide.files()) == ["given.md", "guide.md"] and len(guide.texts()) == 4


def test_what_is_not_as_it_was_written_is_noticed_by_a_build_and_made_again(guide: Library) -> None:
    path = guide.snapshot_folder() / "passages.sqlite"
    path.write_bytes(path.read_bytes().replace(b"First words.", b"Other words."))
    assert guide.texts()[1] == "## One\n\nOther words."  # what SQLite cannot know
    guide.build()
    assert guide.texts()[1] == "## One\n\nFirst words."


def test_a_panic_of_chroma_is_damage_and_any_other_bug_is_not() -> None:
    panic = type("PanicException", (BaseException,), {})
    message = r"damaged \(malformed\)\. Run: bpo-kpo ingest"
    with pytest.raises(IndexProblem, match=message), ChromaErrors(Path("index")):
        raise panic("malformed\nbacktrace")
    for bug in (KeyboardInterrupt, ZeroDivisionError):
        with pytest.raises(bug), ChromaErrors(Path("index")):
            raise bug
