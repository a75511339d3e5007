"""Building the index: what is embedded, what is recorded, and which paths it remembers."""

import re
from pathlib import Path

import numpy as np
import pytest

from ingest.build import BuildReport, build
from ingest.errors import IndexProblem, SourceError
from ingest.index import CurrentIndex
from ingest.passages import split
from ingest.sources import read_source
from ingest.up_to_date import ensure_index
from tests.ingest.library import GUIDE, Library, refused
from tests.ingest.processes import WordHash, settings_of

# --- what is embedded


def test_the_first_build_embeds_every_passage_and_records_what_it_was_made_from(library: Library) -> None:
    path = library.write("guide.md", GUIDE)
    assert str(library.build()) == "3 passages: 3 embedded, 0 kept, 0 removed"
    index, source = library.index(), read_source(path)
    assert list(index.passages) == split(source)
    assert sorted(library.model.texts) == sorted(p.embedded_text for p in index.passages)
    manifest = index.manifest
    assert (manifest.format, manifest.embeddings, manifest.dimension) == (4, "minilm", 16)
    assert [(r.name, r.title, r.path, r.digest) for r in manifest.sources] == [
        (source.name, "Guide", str(path), source.digest)
    ]


def test_a_second_build_embeds_only_what_is_new_and_writes_nothing_where_nothing_is(guide: Library) -> None:
    before = guide.snapshot_folder()
    assert guide.build() == BuildReport(passages=3, embedded=0, kept=3, removed=0)
    assert guide.snapshot_folder() == before
    guide.write("guide.md", GUIDE.replace("First words.", "Many more words."))  # which moves the section below
    assert str(guide.build()) == "3 passages: 1 embedded, 2 kept, 1 removed"
    assert guide.model.texts == ["One\n## One\n\nMany more words."]
    assert guide.texts()[1] == "## One\n\nMany more words."


def test_ids_and_digest_depend_on_what_is_indexed_and_not_on_how(library: Library) -> None:
    for text in ("## A\n\nOne.\n\n", "## B\n\nTwo.\n\n## A\n\nOne.\n\n"):
        library.write("a.md", text * 2)
        library.build()
    at_once = library.settings.model_copy(update={"index": library.settings.index.with_name("other")})
    build(at_once, embeddings=WordHash())
    fresh, index = CurrentIndex(at_once).get(), library.index()
    assert (index.ids, list(index.passages)) == (fresh.ids, list(fresh.passages))
    assert index.manifest.digest == fresh.manifest.digest == index.contents().digest()


def test_progress_counts_up_to_the_passages_to_embed(library: Library) -> None:
    library.write("guide.md", "".join(f"## {i}\n\nWords.\n\n" for i in range(40)))
    steps: list[tuple[int, int]] = []
    for _ in range(2):  # the second has nothing to embed
        build(library.settings, progress=lambda *step: steps.append(step), embeddings=library.model)
    assert steps == [(0, 40), (32, 40), (40, 40)]


def test_a_large_index_holds_what_its_digest_says_and_is_written_and_read_some_rows_at_a_time(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.chroma.FOLDER_ROWS", 500)
    library.write("guide.md", "".join(f"## {i}\n\nWords {i % 7}.\n\n" for i in range(1_200)))
    library.build()  # Chroma keeps more than 1,000 vectors in files of their own
    index = library.index()
    assert list(index.vectors()) == index.ids and index.contents().digest() == index.manifest.digest


def test_vectors_are_stored_with_length_one_and_the_nearest_come_first(library: Library) -> None:
    library.write("guide.md", "## A\n\nred red blue\n\n## B\n\nred red red\n\n## C\n\ngreen\n")
    library.build()
    index = library.index()
    assert np.linalg.norm(np.stack(list(index.vectors().values())), axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    (first, best), *others = index.nearest(library.model.embed_query("B\n## B\n\nred red red"), 99)
    assert (index.passages[first].section, best) == ("B", pytest.approx(1, abs=1e-5))
    assert len(others) == 2 and best > others[0][1] >= others[1][1]
    message = r"has 16 dimensions, the embedding model gives 3\. Run: bpo-kpo ingest"
    with pytest.raises(IndexProblem, match=message):
        index.nearest([1.0, 0.0, 0.0], 1)


# --- which paths it remembers


def test_a_path_is_added_and_the_others_are_left_alone(library: Library) -> None:
    guide = library.write("guide.md", GUIDE)
    library.build()
    guide.write_text("## Changed\n\nMeanwhile.\n", encoding="utf-8")
    other = library.write("more/other.md", "## Other\n\nOther words.\n")
    assert str(library.build(other)) == "4 passages: 1 embedded, 3 kept, 0 removed"
    assert library.files() == ["guide.md", "other.md"]
    assert "## One\n\nFirst words." in library.texts()
    assert library.pointer().paths == (str(library.corpus), str(other))
    assert str(library.build()) == "2 passages: 1 embedded, 1 kept, 3 removed"


def test_a_path_is_remembered_once_or_by_its_folder(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    a = library.write("a.md", "A.")
    monkeypatch.chdir(library.corpus)
    for same in (a, Path("../documents/a.md")):
        library.build(same)
        assert library.pointer().paths == (str(a),)
    assert str(library.build(library.corpus)) == "1 passages: 0 embedded, 1 kept, 0 removed"
    assert library.pointer().paths == (str(library.corpus),)  # though nothing is new


def test_all_paths_that_are_gone_are_named_with_the_one_command_that_forgets_them(library: Library) -> None:
    library.write("a.md", "A.")
    gone = [library.write(f"more/{name}.md", name) for name in ("one", "two words")]
    library.build(library.corpus, *gone)
    for path in gone:
        path.unlink()
    one, two = map(str, gone)
    message = f"at {one}, {two} is gone. Put it back, or run: bpo-kpo ingest --remove {one} --remove '{two}'"
    refused(library, SourceError, re.escape(message))
    library.build(remove=tuple(gone))
    assert library.files() == ["a.md"]


def test_remove_forgets_a_path_that_was_given_but_not_the_last_and_reads_nothing(library: Library) -> None:
    a = library.write("a.md", "A one.")
    other = library.write("more/other.md", "Other.")
    library.build(library.corpus, other)
    a.write_text("A two.", encoding="utf-8")
    with pytest.raises(SourceError, match=rf"does not know {a}\. It knows: .*documents, .*other\.md\."):
        library.build(remove=(a,))
    assert str(library.build(remove=(other,))) == "1 passages: 0 embedded, 1 kept, 1 removed"
    assert (library.texts(), library.pointer().paths) == (["A one."], (str(library.corpus),))
    with pytest.raises(SourceError, match=r"^Without \S*documents the index would be empty\. Give"):
        library.build(remove=(library.corpus,))
    library.build(other, remove=(library.corpus,))
    assert (library.texts(), library.pointer().paths) == (["Other."], (str(other),))


def test_an_index_moved_with_its_checkout_is_known(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    old = library.corpus.parent
    monkeypatch.setattr("ingest.sources.ROOT", old)
    library.write("guide.md", GUIDE)
    ensure_index(library.settings)
    new = old.rename(old.with_name(f"{old.name}-moved"))
    monkeypatch.setattr("ingest.sources.ROOT", new)
    library.settings, library.corpus = settings_of(new), new / "documents"
    assert ensure_index(library.settings) is None
    library.write("guide.md", GUIDE.replace("First", "Changed"))
    assert str(ensure_index(library.settings)) == "3 passages: 1 embedded, 2 kept, 1 removed"


# --- what is done before a question


def test_a_missing_index_is_built_a_changed_one_is_refreshed_and_another_left_as_it_is(library: Library) -> None:
    library.write("guide.md", GUIDE)
    assert str(ensure_index(library.settings)) == "3 passages: 3 embedded, 0 kept, 0 removed"
    assert ensure_index(library.settings) is None
    library.write("guide.md", GUIDE + "\n## Three\n\nThird words.\n")
    new = library.write("new.md", "A new file.")
    assert str(ensure_index(library.settings)) == "5 passages: 2 embedded, 3 kept, 0 removed"
    new.unlink()
    assert str(ensure_index(library.settings)) == "4 passages: 0 embedded, 4 kept, 1 removed"


def test_a_remembered_path_that_has_gone_stays_as_it_was_indexed(library: Library) -> None:
    library.write("a.md", "A.")
    other = library.write("more/other.md", "Other.")
    library.build(library.corpus, other)
    other.unlink()
    assert ensure_index(library.settings) is None
    library.write("b.md", "B.")
    assert str(ensure_index(library.settings)) == "3 passages: 1 embedded, 2 kept, 0 removed"
    assert library.files() == ["a.md", "b.md", "other.md"]
