"""What a snapshot holds is read where it is asked for, once, and the last used is kept."""

import gc
import shutil
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.stored import StoredPassages, StoredSources

from ingest.errors import IndexProblem
from ingest.passages import Passage
from ingest.sources import Source
from ingest.text import count_tokens
from tests.ingest.library import Library


class Shelf:
    """Passages 0, 1, … and a note of each time that some were fetched."""

    def __init__(self, count: int) -> None:
        self.all = [Passage("a.md", "A", at, at + 1, str(at)) for at in range(count)]
        self.fetched: list[list[str]] = []
        self.passages = StoredPassages(np.array([f"id-{at}".encode() for at in range(count)]), self.fetch)

    def fetch(self, ids: list[str]) -> dict[str, Passage]:
        self.fetched.append(ids)
        return {id_: self.all[int(id_.removeprefix("id-"))] for id_ in reversed(ids)}


def test_passages_are_fetched_together_and_once() -> None:
    shelf = Shelf(9)
    assert shelf.fetched == []
    assert shelf.passages.at([5, 2, 5]) == [shelf.all[5], shelf.all[2], shelf.all[5]]
    assert shelf.passages.at([2, 7]) == [shelf.all[2], shelf.all[7]]
    assert shelf.passages[-2] == shelf.all[7]
    assert shelf.fetched == [["id-5", "id-2"], ["id-7"]]
    assert shelf.passages.at([]) == []


@given(st.integers(0, 9), st.slices(9))
def test_they_are_a_sequence_like_a_list(count: int, some: slice) -> None:
    shelf = Shelf(count)
    assert list(shelf.passages) == shelf.all
    assert shelf.passages[some] == shelf.all[some]
    assert len(shelf.passages) == count
    with pytest.raises(IndexError):
        shelf.passages[count]


def test_no_more_are_kept_than_were_used_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.stored._PASSAGES_KEPT", 3)
    shelf = Shelf(9)
    assert shelf.passages.at(range(9)) == shelf.all
    assert len(shelf.passages._kept) == 3
    assert list(shelf.passages) == shelf.all  # which leaves those that are kept alone
    shelf.fetched.clear()
    shelf.passages.at([8, 6, 0])  # 7 was used longest ago
    shelf.passages.at([8, 6, 0])
    shelf.passages.at([7])
    assert shelf.fetched == [["id-0"], ["id-7"]]


def test_threads_may_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.stored._PASSAGES_KEPT", 2)
    shelf = Shelf(50)
    wrong: list[int] = []

    def look(seed: int) -> None:
        for at in np.random.default_rng(seed).integers(50, size=300).tolist():
            if shelf.passages.at([at, (at + 1) % 50]) != [shelf.all[at], shelf.all[(at + 1) % 50]]:
                wrong.append(at)

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(shelf.passages._kept) == 2


def test_a_document_is_read_where_it_is_asked_for_and_once() -> None:
    read: list[str] = []

    def source(name: str) -> Source:
        read.append(name)
        return Source(name, name, "Words.")

    sources = StoredSources(["b.md", "a.md"], source)
    assert list(sources) == ["b.md", "a.md"] and len(sources) == 2 and "a.md" in sources
    assert read == []
    assert sources["a.md"] is sources["a.md"] and sources.get("c.md") is None
    with pytest.raises(KeyError):
        sources["c.md"]
    assert read == ["a.md"]


# --- of a real index


def test_an_index_that_is_opened_has_fetched_no_passage(library: Library) -> None:
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.")
    library.build()
    index = library.index()
    assert len(index.passages) == 2 and not index.passages._kept
    ((best, _),) = index.nearest(library.fake.embed_query("More words."), 1)
    assert not index.passages._kept
    assert index.passages[best].section == "B"
    assert index.tokens.tolist() == [count_tokens(passage.text) for passage in index.passages]


def test_the_headings_right_below_a_section_are_found_without_its_document(library: Library) -> None:
    library.write(
        "a.md", "# A\n\nIt.\n\n## B\n\nIt.\n\n### C\n\nIt.\n\n#### No\n\nIt.\n\n### D\n\nIt.\n\n## B\n\n### E"
    )
    library.write("b.md", "# A\n\n## B\n\n### Other\n\nIt.")
    library.build()
    index = library.index()
    (name,) = [name for name in index.sources if name.endswith("a.md")]
    text = index.sources[name].text
    below = index.headings_below(name, "B", 3)
    assert [heading.text for heading in below] == ["### C", "### D", "### E"]
    assert all(text[one.start : one.end] == one.text and one.source == name for one in below)
    assert [heading.text for heading in index.headings_below(name, "B > C", 9)] == ["#### No"]
    assert index.headings_below(name, "B > D", 9) == index.headings_below("c.md", "B", 9) == []


def test_more_headings_than_would_be_used_are_not_even_fetched(library: Library) -> None:
    library.write("a.md", "## B\n\nIt.\n\n### C\n\nIt.\n\n### D\n\nIt.")
    library.build()
    index = library.index()
    (name,) = index.sources
    assert index.headings_below(name, "B", 1) == [] and not index.passages._kept


def test_documents_that_are_held_are_there_when_the_snapshot_is_cleared(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.stored._DOCUMENTS_KEPT", 1)
    library.write("a.md", "A.")
    library.write("b.md", "B.")
    library.build()
    sources = library.index().sources
    a, b = sources
    held = sources.holding([a])
    assert sources[b].text == "B."  # and "A." is kept no longer, but by those who hold it
    shutil.rmtree(library.snapshot_folder())
    assert held[a].text == "A." and len(held) == 2
    assert sources[b].text == "B."
    with pytest.raises(IndexProblem):
        sources[a]


def test_an_index_that_nobody_holds_is_closed_at_once(library: Library) -> None:
    library.write("a.md", "A.")
    library.build()
    gc.disable()  # nothing looks for circles
    try:
        index = library.index()
        passages, gone = index.passages, weakref.ref(index)
        del index
        assert gone() is None
        assert passages[0].text == "A."  # whoever holds these can still read them
        rows = weakref.ref(passages._fetch.__self__)  # type: ignore[attr-defined]
        del passages
        assert rows() is None
    finally:
        gc.enable()
