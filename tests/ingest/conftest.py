"""A library for builds, empty and with an index."""

from pathlib import Path

import pytest

from tests.ingest.library import GUIDE, Library


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """An empty one, which also `ensure_index` builds with the model of the tests."""
    made = Library(tmp_path)
    monkeypatch.setattr("ingest.build.open_embeddings", lambda settings: made.model)
    return made


@pytest.fixture
def guide(library: Library) -> Library:
    """One with the guide in its index."""
    library.write("guide.md", GUIDE)
    library.build()
    return library


@pytest.fixture
def indexed(library: Library) -> Library:
    """One with a document of one passage, "A.", in its index."""
    library.write("a.md", "A.")
    library.build()
    return library
