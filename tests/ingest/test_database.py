"""What a snapshot holds is read where it is asked for, by any thread, and closed when nobody holds it any more."""

import contextlib
import gc
import shutil
import sys
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.database import Contents, Database, Passages, write
from ingest.embeddings import MAX_TOKENS, count_word_pieces
from ingest.known_questions import QuestionIndex
from ingest.passages import Passage, heading_above, split
from ingest.sources import make_source
from ingest.text import count_tokens
from tests.ingest.library import Library
from tests.ingest.processes import NotingMiniLM

PASSAGES = [Passage("a.md", "A", at, at + 1, str(at)) for at in range(9)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Nine passages, in a folder whose name has what an address may not."""
    path = tmp_path_factory.mktemp("50% of it? #1") / "passages.sqlite"
    passages = {f"id-{at}": passage for at, passage in enumerate(PASSAGES)}
    write(path, Contents([], passages, QuestionIndex(), {}))
    return Database(path, "the index")


@given(st.slices(9))
def test_passages_are_a_sequence_like_a_list(database: Database, some: slice) -> None:
    passages = Passages(database, range(9))
    assert list(passages) == PASSAGES and len(passages) == 9
    assert passages[some] == PASSAGES[some]
    assert passages[-2] == PASSAGES[7] and passages.at([5, 2, 5]) == [PASSAGES[5], PASSAGES[2], PASSAGES[5]]


# --- of a real index


def test_a_section_has_all_below_it_and_nothing_of_one_with_a_longer_name(library: Library) -> None:
    library.write(
        "a.md", "# A\n\nIt.\n\n## B\n\nOne.\n\n### C\n\nTwo.\n\n## B more\n\nNo.\n\n## D\n\n### B\n\nNo."
    )
    library.write("b.md", "# A\n\n## B\n\nNo.")
    library.build()
    index = library.index()
    name = next(name for name in index.sources if name.endswith("a.md"))
    assert [passage.text.split()[-1] for passage in index.section(name, "B")] == ["One.", "Two."]


def test_an_index_tells_how_many_tokens_a_passage_has(indexed: Library) -> None:
    index = indexed.index()
    assert index.tokens.tolist() == [count_tokens(passage.text) for passage in index.passages]


@pytest.mark.skipif(sys.platform == "win32", reason="files that are open cannot be deleted there")
def test_an_open_index_reads_its_documents_also_when_its_snapshot_is_cleared(indexed: Library) -> None:
    index = indexed.index()
    shutil.rmtree(indexed.snapshot_folder())
    assert [source.text for source in index.sources.values()] == [index.passages[0].text] == ["A."]


def open_files(folder: Path) -> list[Path]:
    """The files of a folder that this process has open."""
    found: list[Path] = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of this very list is closed
            found.append(descriptor.readlink())
    return [file for file in found if file.is_relative_to(folder)]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="elsewhere nobody tells which files are open")
def test_an_index_that_nobody_holds_is_closed(indexed: Library) -> None:
    gc.disable()  # nothing looks for circles
    try:
        index = indexed.index()
        passages, gone, file = index.passages, weakref.ref(index), weakref.ref(index._database)
        del index
        assert gone() is None
        assert passages[0].text == "A."  # whoever holds these can still read them
        assert open_files(indexed.settings.index)
        del passages
        assert file() is None
        given_up = time.monotonic() + 5  # Chroma closes its own in a thread
        while open_files(indexed.settings.index) and time.monotonic() < given_up:
            time.sleep(0.05)
        assert not open_files(indexed.settings.index), "neither by SQLite nor by Chroma"
    finally:
        gc.enable()


# --- passages of a small index, token by token


def test_a_small_index_keeps_its_passages_as_the_model_reads_them_and_a_build_reads_what_is_new(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = library.model = NotingMiniLM()
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.")
    library.build()
    assert model.texts == ["A\n# A\n\nWords.", "B\n## B\n\nMore words."]
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.\n\n## C\n\nStill more.")
    library.build()
    assert model.texts == ["C\n## C\n\nStill more."]
    index = library.index()
    assert len(index.token_vectors) == 3
    for passage in index.passages:
        text = heading_above(passage.section) + passage.text
        found, (fresh,) = index.token_vectors[text], model.embed_tokens([text])
        assert found.spans == fresh.spans and found.vectors.dtype == np.float32
        assert np.allclose(found.vectors, fresh.vectors, atol=1e-3)  # it keeps 16 bits

    monkeypatch.setattr("ingest.build.SMALL", 2)
    library.write("b.md", "It is a larger one.")
    library.build()
    assert not library.index().token_vectors


def test_the_model_reads_a_passage_to_its_end_below_the_end_of_a_long_section_path() -> None:
    above = "".join(f"{'#' * level} Heading {level} of a text with long headings\n\n" for level in range(1, 7))
    for passage in split(make_source("a.md", above + "The committee meets on Mondays and Fridays. " * 200)):
        assert count_word_pieces(heading_above(passage.section) + passage.text) <= MAX_TOKENS - 2  # its own marks
