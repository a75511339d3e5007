"""What is read of the documents below a path: what cannot be read is named, and costs nothing else."""

import os
import re
from pathlib import Path

import pytest

from ingest.build import build
from ingest.errors import SourceError
from ingest.formats.sandbox import Converter
from ingest.sources import read_source, source_name
from ingest.up_to_date import ensure_index
from tests.ingest.library import Library, refused


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were converted."""
    names: list[str] = []
    convert = Converter.convert

    def noted(self: Converter, path: Path) -> str:
        names.append(path.name)
        return convert(self, path)

    monkeypatch.setattr(Converter, "convert", noted)
    return names


def test_what_cannot_be_read_is_named_stays_as_it_was_and_is_not_tried_again(
    library: Library, converted: list[str]
) -> None:
    library.write("a.md", "A.")
    page = library.write("b.html", "<p>B.")
    library.write("c.html", "<p>C.")
    library.write("broken.pdf", "no PDF")
    (told,) = library.build().skipped
    assert told.endswith("broken.pdf cannot be read (it is no PDF). Mend or convert it, and run ingest again.")
    page.write_text("")
    library.write("a.md", "A new.")
    converted.clear()
    assert len(library.build().skipped) == 2
    assert library.texts() == ["A new.", "B.", "C."]
    assert ensure_index(library.settings) is None
    assert converted == ["b.html", "broken.pdf"]  # c.html is as it was


def test_a_document_at_hand_is_not_read_its_file_may_come_later(library: Library, converted: list[str]) -> None:
    library.write("a.md", "A.")
    library.build()
    uploads = library.settings.uploads
    uploads.mkdir()
    page = uploads / "b.html"
    given = library.write("given/any.html", "<p>B.")
    at_hand = {page: read_source(given, name=source_name(page))}
    build(library.settings, [uploads], embeddings=library.model, at_hand=at_hand)
    assert library.texts() == ["A.", "B."] and library.files() == ["a.md", "b.html"]
    given.replace(page)
    assert ensure_index(library.settings) is None and converted == ["any.html"]


def test_an_index_whose_only_document_is_damaged_or_gone_answers_all_the_same(library: Library) -> None:
    page = library.write("a.html", "<p>A.")
    library.build()
    page.write_text("")
    report = ensure_index(library.settings)
    assert report and "it has no text" in report.skipped[0]
    page.unlink()
    report = ensure_index(library.settings)
    assert report and "There is no text in" in report.skipped[0]
    assert library.texts() == ["A."]


def test_what_was_uploaded_stays_known_where_the_index_lies_in_the_corpus(library: Library) -> None:
    library.settings = library.settings.model_copy(update={"index": library.corpus / ".index"})
    library.write("a.md", "A.")
    library.build(library.corpus)
    uploads = library.settings.uploads
    uploads.mkdir()
    (uploads / "b.md").write_text("B.")
    library.build(uploads)
    library.build(library.corpus)
    assert sorted(library.texts()) == ["A.", "B."]
    assert ensure_index(library.settings) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipes_and_links_do_not_hold_up_the_rest_and_a_link_is_no_document_of_its_own(library: Library) -> None:
    path = library.write("a.md", "A.")
    (library.corpus / "b.md").symlink_to(path)
    os.mkfifo(library.corpus / "pipe.txt")
    (library.corpus / "loop.md").symlink_to("loop.md")
    (told,) = library.build().skipped
    assert library.files() == ["a.md"] and library.texts() == ["A."]
    assert re.search(r"loop\.md cannot be read \(Too many levels of symbolic links\)\. Check it", told)
    assert ensure_index(library.settings) is None


def test_a_file_whose_name_is_not_utf_8_is_passed_over_and_loses_nothing(indexed: Library) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    try:
        (indexed.corpus / name).write_text("B.")
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    message = r"caf\\udce9\.md is not UTF-8\. Rename it and run ingest again\."
    (told,) = indexed.build().skipped
    assert re.search(message, told) and indexed.texts() == ["A."]
    refused(indexed, SourceError, message, indexed.corpus / name)
