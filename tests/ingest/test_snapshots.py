"""Snapshots: whatever kills a build, races with it or reads meanwhile, an index is whole."""

import os
import queue
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingest.build import build
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex, Index, open_store
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore, Pointer
from tests.ingest.processes import (
    MeetingWordHash,
    WordHash,
    build_and_die,
    processes,
    read_until,
    settings_of,
    version_now,
    version_of,
    write_version,
)

PATIENCE = 60  # seconds until a process counts as hanging


@pytest.fixture
def settings(tmp_path: Path) -> IngestSettings:
    """An index of version 0."""
    settings = settings_of(tmp_path)
    write_version(settings.corpus, 0)
    build(settings, embeddings=WordHash())
    return settings


def next_version(settings: IngestSettings, version: int) -> None:
    write_version(settings.corpus, version)
    build(settings, embeddings=WordHash())


def pointer_of(settings: IngestSettings) -> Pointer:
    pointer = FolderStore(settings.index).read_pointer()
    assert pointer
    return pointer


def folders(settings: IngestSettings) -> set[str | None]:
    return {path.name for path in (settings.index / "snapshots").iterdir()}


# --- killed


@pytest.mark.parametrize(
    ("step", "published"),
    [
        ("snapshots.add_vectors", False),
        ("bm25.write", False),  # with the database half written
        ("os.fsync", False),  # with the manifest half written
        ("Path.replace", False),  # with the new pointer beside the old one
        ("FolderStore.clear_old", True),
        ("shutil.rmtree", True),
    ],
)
def test_a_build_killed_at_this_step_leaves_the_old_index_or_the_new_one(
    settings: IngestSettings, step: str, published: bool
) -> None:
    next_version(settings, 1)  # so that there is a snapshot to clear
    write_version(settings.corpus, 2)
    process = processes().Process(target=build_and_die, args=(settings, step))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL
    assert version_now(settings) == (2 if published else 1)

    build(settings, embeddings=WordHash())
    assert version_now(settings) == 2
    pointer = pointer_of(settings)
    assert folders(settings) == {pointer.snapshot, pointer.previous}


def test_the_very_first_build_can_be_killed_too(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    write_version(settings.corpus, 1)
    process = processes().Process(target=build_and_die, args=(settings, "Path.replace"))
    process.start()
    process.join(PATIENCE)
    assert FolderStore(settings.index).read_pointer() is None
    with pytest.raises(IndexProblem, match="There is no index"):
        CurrentIndex(settings).get()
    build(settings, embeddings=WordHash())
    assert version_now(settings) == 1
    assert folders(settings) == {pointer_of(settings).snapshot}


# --- racing


def test_two_first_builds_that_add_different_folders_at_once_leave_both(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    context = processes()
    barrier = context.Barrier(2)
    started = []
    for name in ("left", "right"):
        write_version(tmp_path / name, 0)
        fake = MeetingWordHash(barrier)  # neither goes on before the other has begun
        started.append(
            context.Process(target=build, args=(settings, [tmp_path / name]), kwargs={"embeddings": fake})
        )
        started[-1].start()
    for process in started:
        process.join(PATIENCE)
    assert [process.exitcode for process in started] == [0, 0]
    pointer = pointer_of(settings)
    assert pointer.paths == (str(tmp_path / "left"), str(tmp_path / "right"))
    assert len(CurrentIndex(settings).get().sources) == 6
    assert version_now(settings) == 0
    assert folders(settings) == {pointer.snapshot, pointer.previous}


def test_a_pointer_is_published_only_over_the_one_expected(settings: IngestSettings) -> None:
    first = pointer_of(settings)
    second = Pointer(snapshot="second", previous=first.snapshot, paths=())
    assert not FolderStore(settings.index).publish(second, None)
    assert pointer_of(settings) == first
    assert FolderStore(settings.index).publish(second, first)
    assert not FolderStore(settings.index).publish(first, first)
    assert pointer_of(settings) == second


# --- read meanwhile


def test_readers_in_five_processes_never_fail_never_wait_and_never_see_a_mixture(settings: IngestSettings) -> None:
    context = processes()
    stop, results = context.Event(), context.Queue()
    readers = [context.Process(target=read_until, args=(settings, stop, results)) for _ in range(5)]
    for reader in readers:
        reader.start()
    try:
        last = 0
        began = time.monotonic()
        while last < 6 or time.monotonic() - began < 5:
            last += 1
            next_version(settings, last)
    finally:
        stop.set()
    reports = [results.get(timeout=PATIENCE) for _ in readers]
    for reader in readers:
        reader.join(PATIENCE)

    assert [faults for _, _, faults in reports] == [[]] * 5
    assert len({version for seen, _, _ in reports for version in seen}) > 1
    for seen, slowest, _ in reports:
        assert seen == sorted(seen)  # never back to an older one
        assert set(seen) <= set(range(last + 1))
        assert slowest < 15


def test_threads_that_share_one_running_index_never_fail_either(settings: IngestSettings) -> None:
    running, stop, results = CurrentIndex(settings), threading.Event(), queue.Queue[Any]()
    arguments = (settings, stop, results, running)
    threads = [threading.Thread(target=read_until, args=arguments) for _ in range(5)]
    for thread in threads:
        thread.start()
    for version in range(1, 5):
        next_version(settings, version)
    stop.set()
    for _ in threads:
        seen, _, faults = results.get(timeout=PATIENCE)
        assert faults == []
        assert seen == sorted(seen)
    assert version_of(running.get()) == 4


def test_threads_that_open_one_snapshot_at_once_each_get_it_whole(settings: IngestSettings) -> None:
    for _ in range(2):
        barrier = threading.Barrier(5)

        def open_it(barrier: threading.Barrier = barrier) -> int:
            barrier.wait(PATIENCE)
            return version_now(settings)

        with ThreadPoolExecutor(5) as pool:
            opened = [pool.submit(open_it) for _ in range(5)]
        assert [each.result() for each in opened] == [0] * 5


def test_a_reader_waits_for_no_lock(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot(), FileLock(settings.index / "publish.lock"):
        began = time.monotonic()
        assert version_now(settings) == 0
        assert time.monotonic() - began < 10


# --- kept and cleared


def test_the_previous_snapshot_is_kept_and_older_ones_are_cleared(settings: IngestSettings) -> None:
    history = [pointer_of(settings).snapshot]
    folder = settings.index / "snapshots" / history[0]
    written = {folder / name: (folder / name).read_bytes() for name in ("manifest.json", "passages.sqlite")}
    next_version(settings, 1)
    history.append(pointer_of(settings).snapshot)
    assert {path: path.read_bytes() for path in written} == written  # what is published is never written again
    for version in (2, 3):
        next_version(settings, version)
        history.append(pointer_of(settings).snapshot)
        assert pointer_of(settings).previous == history[-2]
        assert folders(settings) == set(history[-2:])
    assert len(set(history)) == 4
    assert version_of(Index(open_store(settings), history[-2])) == 2


def test_a_snapshot_that_is_being_built_is_not_cleared(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot() as name:
        next_version(settings, 1)
        next_version(settings, 2)
        assert name in folders(settings)
    next_version(settings, 3)
    assert name not in folders(settings)


def test_a_build_that_comes_late_to_its_clearing_spares_the_newer_one(
    settings: IngestSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear, newer = FolderStore.clear_old, [2, 3]

    def late(store: FolderStore) -> None:
        if newer:
            next_version(settings, newer.pop(0))
        clear(store)

    monkeypatch.setattr(FolderStore, "clear_old", late)
    next_version(settings, 1)
    assert version_now(settings) == 3
    pointer = pointer_of(settings)
    assert folders(settings) == {pointer.snapshot, pointer.previous}


def test_a_build_with_nothing_to_do_clears_what_a_killed_one_left(settings: IngestSettings) -> None:
    (settings.index / "snapshots" / "left" / "chroma").mkdir(parents=True)
    build(settings, embeddings=WordHash())
    assert folders(settings) == {pointer_of(settings).snapshot}


# --- where the snapshot cannot be written


def deny_writing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user who may only read; root, who runs tests in containers, may everything."""
    access = os.access

    def denied(path: Any, mode: int, **options: Any) -> bool:
        return access(path, mode, **options) and not (mode & os.W_OK and Path(path).is_relative_to(folder))

    monkeypatch.setattr(os, "access", denied)


def test_a_snapshot_that_cannot_be_written_is_read_through_a_copy_that_is_cleared(
    settings: IngestSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    deny_writing(settings.index, monkeypatch)
    files = [path for path in (settings.index / "snapshots").rglob("*") if path.is_file()]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    index = CurrentIndex(settings).get()
    assert len(list(temporary.iterdir())) == 1
    assert version_of(index) == 0
    assert len(index.nearest(WordHash().embed_query("version"), 3)) == 3
    assert index.digest() == index.manifest.digest

    del index
    assert list(temporary.iterdir()) == []
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == before
    after = [path for path in (settings.index / "snapshots").rglob("*") if path.is_file()]
    assert sorted(after) == sorted(files)


# --- the folder


def test_there_is_no_pointer_in_a_missing_an_empty_or_a_begun_index(tmp_path: Path) -> None:
    assert FolderStore(tmp_path / "index").read_pointer() is None
    (tmp_path / "index").mkdir()
    assert FolderStore(tmp_path / "index").read_pointer() is None
    (tmp_path / "index" / "snapshots").mkdir()
    (tmp_path / "index" / "publish.lock").touch()
    (tmp_path / "index" / "current.json.new").touch()
    assert FolderStore(tmp_path / "index").read_pointer() is None
