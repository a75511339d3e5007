"""Building the index: what is embedded, what is recorded, and which paths it remembers."""

import re
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.build import BuildReport, build, ensure_index
from ingest.errors import IndexProblem, SourceError
from ingest.index import CurrentIndex, digest_of
from ingest.passages import split
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore
from ingest.sources import read_source
from tests.ingest.library import GUIDE, Library, refused
from tests.ingest.processes import MeetingWordHash, WordHash, settings_of

# --- what is embedded


def test_the_first_build_embeds_every_passage_and_records_what_it_was_made_from(library: Library) -> None:
    path = library.write("guide.md", GUIDE)
    assert str(library.build()) == "3 passages: 3 embedded, 0 kept, 0 removed"
    index, source = library.index(), read_source(path)
    assert [p.text for p in index.passages] == [
        "# Guide\n\nA preface.",
        "## One\n\nFirst words.",
        "## Two\n\nSecond words.",
    ]
    assert list(index.passages) == split(source)
    assert sorted(library.fake.texts) == sorted(p.embedded_text for p in index.passages)
    manifest = index.manifest
    assert (manifest.format, manifest.embeddings, manifest.dimension, manifest.splitter) == (3, "minilm", 16, 3)
    assert [(r.name, r.title, r.path, r.digest) for r in manifest.sources] == [
        (source.name, "Guide", str(path), source.digest)
    ]


def test_a_second_build_embeds_only_what_is_new_and_writes_nothing_where_nothing_is(guide: Library) -> None:
    before = guide.snapshot_folder()
    assert guide.build() == BuildReport(passages=3, embedded=0, kept=3, removed=0)
    assert guide.snapshot_folder() == before
    guide.write("guide.md", GUIDE.replace("First words.", "Other words."))
    assert str(guide.build()) == "3 passages: 1 embedded, 2 kept, 1 removed"
    assert guide.fake.texts == ["One\n## One\n\nOther words."]
    assert guide.texts()[1] == "## One\n\nOther words."


def test_a_section_inserted_above_moves_the_offsets_but_embeds_only_itself(guide: Library) -> None:
    before = list(guide.index().passages)
    inserted = "## Zero\n\nNew words.\n\n"
    guide.write("guide.md", GUIDE.replace("## One", inserted + "## One"))
    assert str(guide.build()) == "4 passages: 1 embedded, 3 kept, 0 removed"
    assert guide.fake.texts == ["Zero\n## Zero\n\nNew words."]
    index = guide.index()
    assert [p.start - q.start for p, q in zip(index.passages[2:], before[1:], strict=True)] == [len(inserted)] * 2
    (source,) = index.sources.values()
    assert all(source.text[p.start : p.end] == p.text for p in index.passages)


def test_passages_that_occur_twice_are_two(library: Library) -> None:
    twice = "## Same\n\nThe same words.\n\n## Same\n\nThe same words.\n"
    library.write("a.md", twice)
    library.write("b.md", twice)
    assert str(library.build()) == "4 passages: 4 embedded, 0 kept, 0 removed"
    index = library.index()
    assert len(set(index.ids)) == 4
    assert [(Path(p.source).name, p.start) for p in index.passages] == [
        ("a.md", 0),
        ("a.md", 26),
        ("b.md", 0),
        ("b.md", 26),
    ]
    assert str(library.build()) == "4 passages: 0 embedded, 4 kept, 0 removed"
    library.write("b.md", "## Same\n\nThe same words.\n")
    assert str(library.build()) == "3 passages: 0 embedded, 3 kept, 1 removed"


def test_progress_counts_up_to_the_passages_to_embed(library: Library) -> None:
    library.write("guide.md", "".join(f"## {i}\n\nWords.\n\n" for i in range(40)))
    steps: list[tuple[int, int]] = []
    build(library.settings, progress=lambda *step: steps.append(step), embeddings=library.fake)
    assert steps == [(0, 40), (32, 40), (40, 40)]
    steps.clear()
    build(library.settings, progress=lambda *step: steps.append(step), embeddings=library.fake)
    assert steps == []


SECTIONS = st.lists(
    st.sampled_from(["## A\n\nOne.\n\n", "## B\n\nTwo.\n\n", "## A\n\nThree.\n\n"]), min_size=1, max_size=5
)


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(SECTIONS.map("".join), min_size=1, max_size=3),
    st.lists(SECTIONS.map("".join), min_size=1, max_size=3),
)
def test_ids_and_digest_depend_on_what_is_indexed_and_not_on_how(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], then: list[str]
) -> None:
    grown = Library(tmp_path_factory.mktemp("library"))
    for texts in (first, then):
        for path in grown.corpus.iterdir():
            path.unlink()
        for i, text in enumerate(texts):
            grown.write(f"{i}.md", text)
        grown.build()
    at_once = grown.settings.model_copy(update={"index": grown.settings.index.with_name("other")})
    build(at_once, embeddings=WordHash())
    fresh, index = CurrentIndex(at_once).get(), grown.index()
    assert (index.ids, list(index.passages)) == (fresh.ids, list(fresh.passages))
    assert index.manifest == fresh.manifest
    assert index.digest() == fresh.digest() == index.manifest.digest
    assert grown.build().embedded == 0


def test_the_digest_is_that_of_what_is_stored_also_where_chroma_keeps_vectors_in_files(library: Library) -> None:
    library.write("guide.md", "".join(f"## {i}\n\nWords {i % 7}.\n\n" for i in range(1_200)))  # its limit is 1,000
    library.build()
    index = library.index()
    assert index.digest() == index.manifest.digest
    passages = dict(zip(index.ids, index.passages, strict=True))
    vectors = index.vectors()
    assert digest_of(passages, vectors) == index.manifest.digest
    assert digest_of(passages, vectors | {index.ids[0]: vectors[index.ids[1]] * 2}) != index.manifest.digest


def test_vectors_are_stored_with_length_one_and_the_nearest_come_first(library: Library) -> None:
    library.write("guide.md", "## A\n\nred red blue\n\n## B\n\nred red red\n\n## C\n\ngreen\n")
    library.build()
    index = library.index()
    assert np.linalg.norm(np.stack(list(index.vectors().values())), axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    (first, best), *others = index.nearest(library.fake.embed_query("B\n## B\n\nred red red"), 3)
    assert (index.passages[first].section, best) == ("B", pytest.approx(1, abs=1e-5))
    assert [score for _, score in others] == sorted((score for _, score in others), reverse=True)
    assert len(index.nearest(library.fake.embed_query("red"), 99)) == 3
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


def test_a_folder_takes_the_place_of_the_files_in_it(library: Library) -> None:
    a = library.write("a.md", "A.")
    library.build(a)
    assert library.pointer().paths == (str(a),)
    assert str(library.build(library.corpus)) == "1 passages: 0 embedded, 1 kept, 0 removed"
    assert library.pointer().paths == (str(library.corpus),)  # though nothing is new
    library.write("b.md", "B.")
    library.build()
    assert library.files() == ["a.md", "b.md"]


def test_a_relative_path_and_a_way_round_are_the_same_path(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = library.write("a.md", "A.")
    monkeypatch.chdir(library.corpus)
    library.build(Path("a.md"))
    library.build(Path("../documents/a.md"))
    assert library.pointer().paths == (str(a),)


def test_all_paths_that_are_gone_are_named_with_the_one_command_that_forgets_them(library: Library) -> None:
    library.write("a.md", "A.")
    gone = [library.write(f"more/{name}.md", name) for name in ("one", "two words")]
    library.build(library.corpus, *gone)
    for path in gone:
        path.unlink()
    one, two = map(str, gone)
    refused(
        library,
        SourceError,
        re.escape(f"{one}, {two} are gone. Put them back, or run: bpo-kpo ingest --remove {one} --remove '{two}'"),
    )
    library.build(remove=(gone[0],))  # reads nothing, so it misses nothing
    assert library.files() == ["a.md", "two words.md"]
    library.build(remove=(gone[1],))
    assert library.files() == ["a.md"]


def test_the_only_path_that_is_gone_is_forgotten_for_another(library: Library) -> None:
    a = library.write("a.md", "A.")
    library.build(a)
    a.unlink()
    message = rf"^{a} is gone\. Put it back, or run, with another PATH to index: bpo-kpo ingest PATH --remove {a}$"
    refused(library, SourceError, message)
    other = library.write("other.md", "Other.")
    library.build(other, remove=(a,))
    assert (library.texts(), library.pointer().paths) == (["Other."], (str(other),))


def test_remove_forgets_a_path_and_reads_nothing(library: Library) -> None:
    a = library.write("a.md", "A one.")
    other = library.write("more/other.md", "Other.")
    library.build(library.corpus, other)
    a.write_text("A two.", encoding="utf-8")
    assert str(library.build(remove=(other,))) == "1 passages: 0 embedded, 1 kept, 1 removed"
    assert (library.texts(), library.pointer().paths) == (["A one."], (str(library.corpus),))


# --- an index that moves with its checkout


def move(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout, documents and index included, is moved; what runs then is the one at the new place."""
    old = library.corpus.parent
    new = old.with_name(f"{old.name}-moved")
    old.rename(new)
    monkeypatch.setattr("ingest.sources.ROOT", new)
    library.settings, library.corpus = settings_of(new), new / "documents"


def test_an_index_that_was_moved_with_its_checkout_knows_its_documents(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.ROOT", library.corpus.parent)
    library.write("guide.md", GUIDE)
    ensure_index(library.settings)
    assert library.pointer().paths == ("documents",)
    assert [record.path for record in library.index().manifest.sources] == ["documents/guide.md"]

    move(library, monkeypatch)
    assert ensure_index(library.settings) is None
    library.write("guide.md", GUIDE.replace("First", "Changed"))
    assert str(ensure_index(library.settings)) == "3 passages: 1 embedded, 2 kept, 1 removed"
    assert library.pointer().paths == ("documents",)
    assert library.texts()[1] == "## One\n\nChanged words."


def test_a_link_to_a_document_is_not_another_document(library: Library) -> None:
    path = library.write("a.md", "A.")
    (library.corpus / "b.md").symlink_to(path)
    assert library.build().passages == 1
    assert library.files() == ["a.md"]
    assert ensure_index(library.settings) is None


def test_an_unknown_path_cannot_be_removed(indexed: Library) -> None:
    with pytest.raises(SourceError, match=r"does not know .*nowhere\. It knows: .*documents\."):
        indexed.build(remove=(indexed.corpus / "nowhere",))
    with pytest.raises(SourceError, match=r"does not know .*a\.md\. It knows"):
        indexed.build(remove=(indexed.corpus / "a.md",))  # not a path that was given


def test_the_index_may_lie_in_a_folder_that_it_indexes(library: Library) -> None:
    library.write("a.md", "A.")
    library.settings = library.settings.model_copy(update={"index": library.corpus / "index"})
    for text in ("A.", "B.", "C."):
        library.write("a.md", text)
        library.build()
        assert library.texts() == [text]
        assert ensure_index(library.settings) is None


# --- ensure_index


def test_ensure_index_builds_what_is_missing_refreshes_what_changed_and_leaves_the_rest(library: Library) -> None:
    library.write("guide.md", GUIDE)
    assert str(ensure_index(library.settings)) == "3 passages: 3 embedded, 0 kept, 0 removed"
    before = library.snapshot_folder()

    assert ensure_index(library.settings) is None
    assert library.snapshot_folder() == before

    library.write("guide.md", GUIDE + "\n## Three\n\nThird words.\n")
    library.write("new.md", "A new file.")
    assert str(ensure_index(library.settings)) == "5 passages: 2 embedded, 3 kept, 0 removed"

    (library.corpus / "new.md").unlink()
    assert str(ensure_index(library.settings)) == "4 passages: 0 embedded, 4 kept, 1 removed"


def test_ensure_index_refreshes_the_paths_that_are_left(library: Library) -> None:
    library.write("a.md", "A.")
    other = library.write("more/other.md", "Other.")
    library.build(library.corpus, other)
    other.unlink()
    assert ensure_index(library.settings) is None
    library.write("b.md", "B.")
    assert str(ensure_index(library.settings)) == "3 passages: 1 embedded, 2 kept, 0 removed"
    assert library.files() == ["a.md", "b.md", "other.md"]


# --- a running reader


def test_a_running_index_takes_the_new_snapshot_at_its_next_get(guide: Library) -> None:
    running = CurrentIndex(guide.settings)
    old = running.get()
    assert running.get() is old
    guide.write("guide.md", GUIDE.replace("First", "Changed"))
    guide.build()
    new = running.get()
    assert new is not old
    assert running.get() is new
    assert new.passages[1].text == "## One\n\nChanged words."
    # and what was opened before can still be asked
    assert old.passages[1].text == "## One\n\nFirst words."
    assert len(old.nearest(guide.fake.embed_query("words"), 3)) == 3
    assert old.digest() == old.manifest.digest


def test_a_snapshot_that_is_cleared_between_pointer_and_opening_is_no_fault(
    indexed: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = indexed.pointer()
    for text in ("B.", "C."):
        indexed.write("a.md", text)
        indexed.build()
    real, answers = FolderStore.read_pointer, [stale]
    monkeypatch.setattr(FolderStore, "read_pointer", lambda store: answers.pop() if answers else real(store))
    assert indexed.texts() == ["C."]


# --- two builds at once in one process


def test_a_build_that_was_overtaken_goes_on_from_there_and_embeds_nothing_twice(library: Library) -> None:
    library.write("a.md", "Ground.")
    library.build()
    paths = [library.write(f"{name}/{name}.md", f"Words of {name}.") for name in ("one", "two")]
    barrier = threading.Barrier(2)
    fakes = [MeetingWordHash(barrier) for _ in paths]
    reports: list[BuildReport] = []

    def run(path: Path, fake: WordHash) -> None:
        reports.append(build(library.settings, [path], embeddings=fake))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(paths, fakes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, reports)) == [
        "2 passages: 1 embedded, 1 kept, 0 removed",
        "3 passages: 1 embedded, 2 kept, 0 removed",
    ]
    assert library.texts() == ["Ground.", "Words of one.", "Words of two."]
    assert [len(fake.texts) for fake in fakes] == [1, 1]
    assert len(list((library.settings.index / "snapshots").iterdir())) == 2


def test_settings_are_frozen_and_found_from_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert IngestSettings(_env_file=None).corpus.name == "corpus"
    assert (IngestSettings(_env_file=None).corpus / "bpo-vs-kpo.md").is_file()
    with pytest.raises(ValueError, match="frozen"):
        settings_of(tmp_path).index = tmp_path  # type: ignore[misc]


# --- a large index


def test_rows_are_written_and_read_some_at_a_time(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.snapshots.FOLDER_ROWS", 4)
    monkeypatch.setattr("ingest.chroma.FOLDER_ROWS", 4)
    for number in range(6):
        library.write(f"{number}.md", f"Words of {number}.")
    library.build()
    index = library.index()
    assert library.texts() == [f"Words of {number}." for number in range(6)]
    assert len(index.vectors()) == 6 and index.digest() == index.manifest.digest
