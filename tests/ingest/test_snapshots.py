"""Snapshots: whatever kills a build, races with it or reads meanwhile, an index is whole."""

import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingest.build import build
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore
from tests.ingest.library import GUIDE, Library
from tests.ingest.processes import (
    PATIENCE,
    WordHash,
    build_and_die,
    folders,
    has_only_what_is_needed,
    next_version,
    pointer_of,
    processes,
    read_until,
    settings_of,
    version_now,
    version_of,
    write_version,
)


@pytest.fixture
def settings(tmp_path: Path) -> IngestSettings:
    """An index of version 0."""
    settings = settings_of(tmp_path)
    next_version(settings, 0)
    return settings


# --- killed, or racing with another build


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "published"),
    [
        ("ingest.chroma.add_vectors", False),
        ("ingest.bm25.write", False),  # with the database half written
        ("os.fsync", False),  # with the manifest half written
        ("pathlib.Path.replace", False),  # with the new pointer beside the old one
        ("ingest.snapshots.FolderStore.clear_old", True),
    ],
)
def test_a_killed_build_leaves_the_old_index_or_the_new(
    settings: IngestSettings, step: str, published: bool
) -> None:
    next_version(settings, 1)  # so that there is a snapshot to clear
    write_version(settings.corpus, 2)
    process = processes().Process(target=build_and_die, args=(settings, step))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert version_now(settings) == (2 if published else 1)
    build(settings, embeddings=WordHash())  # also where there is nothing left to do but to clear
    assert version_now(settings) == 2 and has_only_what_is_needed(settings)


def test_a_build_goes_on_from_one_that_was_published_meanwhile(library: Library) -> None:
    mine, theirs = (library.write(f"{name}/{name}.md", f"Words of {name}.") for name in ("one", "two"))

    class Interrupted(WordHash):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            if not self.texts:
                build(library.settings, [theirs], embeddings=WordHash())
            return super().embed_documents(texts)

    model = Interrupted()
    report = build(library.settings, [mine], embeddings=model)
    assert str(report) == "2 passages: 1 embedded, 1 kept, 0 removed"
    assert library.texts() == ["Words of one.", "Words of two."]
    assert len(model.texts) == 1  # nothing is embedded twice
    assert has_only_what_is_needed(library.settings)


# --- kept and cleared


def test_the_previous_snapshot_is_kept_and_older_ones_are_cleared(settings: IngestSettings) -> None:
    history = [pointer_of(settings).snapshot]
    for version in (1, 2):
        next_version(settings, version)
        history.append(pointer_of(settings).snapshot)
        assert pointer_of(settings).previous == history[-2]
        assert folders(settings) == set(history[-2:])
    assert version_of(Index(FolderStore(settings.index), history[-2])) == 1


def test_a_snapshot_that_is_being_built_is_not_cleared(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot() as name:
        next_version(settings, 1)
        next_version(settings, 2)
        assert name in folders(settings)
    build(settings, embeddings=WordHash())
    assert has_only_what_is_needed(settings)


# --- read while others build, or where nothing can be written


def test_a_running_reader_takes_the_new_snapshot_at_its_next_question(guide: Library) -> None:
    running = CurrentIndex(guide.settings)
    old = running.get()
    assert running.get() is old
    guide.write("guide.md", GUIDE.replace("First", "Changed"))
    guide.build()
    assert running.get().passages[1].text == "## One\n\nChanged words."
    # and what was opened before can still be asked
    assert old.passages[1].text == "## One\n\nFirst words."
    assert len(old.nearest(guide.model.embed_query("words"), 3)) == 3
    assert old.contents().digest() == old.manifest.digest


def test_a_snapshot_cleared_unopened_is_no_fault(indexed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = indexed.pointer()
    for text in ("B.", "C."):
        indexed.write("a.md", text)
        indexed.build()
    real, answers = FolderStore.read_pointer, [stale]
    monkeypatch.setattr(FolderStore, "read_pointer", lambda store: answers.pop() if answers else real(store))
    assert indexed.texts() == ["C."]


@pytest.mark.slow
def test_readers_in_processes_and_threads_never_fail_or_see_a_mixture(settings: IngestSettings) -> None:
    context = processes()
    stop, results = context.Event(), context.Queue()
    arguments, running = (settings, stop, results), CurrentIndex(settings)
    readers: list[Any] = [context.Process(target=read_until, args=arguments) for _ in range(2)]
    for shared in (None, running, running):
        readers.append(threading.Thread(target=read_until, args=(*arguments, shared)))
    for reader in readers:
        reader.start()
    try:
        last, began = 0, time.monotonic()
        while last < 6 or time.monotonic() - began < 2:
            last += 1
            next_version(settings, last)
    finally:
        stop.set()
    reports = [results.get(timeout=PATIENCE) for _ in readers]
    assert len({version for seen, _ in reports for version in seen}) > 1
    for seen, faults in reports:
        assert faults == []
        assert seen == sorted(seen)  # never back to an older one


def test_a_reader_waits_for_no_lock(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot(), FileLock(settings.index / "publish.lock"):
        assert version_now(settings) == 0  # or it would wait without end


def test_a_snapshot_that_cannot_be_written_is_read_through_a_copy_that_is_cleared(
    settings: IngestSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access

    def denied(path: Any, mode: int) -> bool:
        """As for a user who may only read; root, who runs tests in containers, may everything."""
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(settings.index))

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(os, "access", denied)
    index = CurrentIndex(settings).get()
    assert index.contents().digest() == index.manifest.digest and len(list(temporary.iterdir())) == 1
    del index
    assert list(temporary.iterdir()) == []
