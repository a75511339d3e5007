"""What a snapshot holds is read where it is asked for, by any thread, and closed when nobody holds it any more."""

import contextlib
import gc
import shutil
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

from ingest.database import Contents, Database, Passages, write
from ingest.known_questions import QuestionIndex
from ingest.passages import Passage, heading_above
from ingest.text import count_tokens
from tests.ingest.library import Library
from tests.ingest.processes import NotingMiniLM


def test_passages_are_a_sequence_like_a_list(tmp_path: Path) -> None:
    folder = tmp_path / "50% of it? #1"  # has what an address may not
    folder.mkdir()
    every = [Passage("a.md", "A", at, at + 1, str(at)) for at in range(9)]
    write(folder / "passages.sqlite", Contents([], {p.text: p for p in every}, QuestionIndex(), {}))
    passages = Passages(Database(folder / "passages.sqlite", "the index"), range(9))
    assert list(passages) == every and len(passages) == 9
    assert passages[-2] == every[7] and passages[2:-1:3] == every[2:-1:3] and passages[9:] == []
    assert passages.at([5, 2, 5]) == [every[5], every[2], every[5]]


# --- of a real index


def test_an_index_tells_what_a_section_holds_and_how_many_tokens_a_passage_has(library: Library) -> None:
    library.write("a.md", "# A\n\n## B\n\nOne.\n\n### C\n\nTwo.\n\n#### D\n\n### E\n\n## B more\n\n### F")
    library.write("b.md", "# A\n\n## B\n\n### Other\n\nIt.")
    library.build()
    index = library.index()
    assert index.tokens.tolist() == [count_tokens(passage.text) for passage in index.passages]
    name = next(name for name in index.sources if name.endswith("a.md"))
    assert [passage.text.split()[-1] for passage in index.section(name, "B")] == ["One.", "Two.", "D", "E"]


def open_files(folder: Path) -> list[Path]:
    """The files of a folder that this process has open."""
    found: list[Path] = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of this very list is closed
            found.append(descriptor.readlink())
    return [file for file in found if file.is_relative_to(folder)]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="elsewhere nobody tells which files are open")
def test_an_index_is_read_though_cleared_and_closed_when_nobody_holds_it(indexed: Library) -> None:
    gc.disable()  # nothing looks for circles
    try:
        index = indexed.index()
        shutil.rmtree(indexed.snapshot_folder())
        assert [source.text for source in index.sources.values()] == ["A."]
        passages, gone = index.passages, weakref.ref(index)
        del index
        assert gone() is None
        assert passages[0].text == "A."  # whoever holds these can still read them
        assert open_files(indexed.settings.index)
        del passages
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
