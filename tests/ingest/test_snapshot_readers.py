"""An index is read while others build: no reader fails, waits or sees a mixture."""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from filelock import FileLock

from ingest.index import CurrentIndex
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore
from tests.ingest.library import GUIDE, Library
from tests.ingest.processes import PATIENCE, next_version, processes, read_until, version_now, version_of


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
    assert old.digest() == old.manifest.digest


def test_a_snapshot_cleared_unopened_is_no_fault(indexed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = indexed.pointer()
    for text in ("B.", "C."):
        indexed.write("a.md", text)
        indexed.build()
    real, answers = FolderStore.read_pointer, [stale]
    monkeypatch.setattr(FolderStore, "read_pointer", lambda store: answers.pop() if answers else real(store))
    assert indexed.texts() == ["C."]


@pytest.mark.slow
def test_readers_in_two_processes_never_fail_never_wait_and_never_see_a_mixture(settings: IngestSettings) -> None:
    context = processes()
    stop, results = context.Event(), context.Queue()
    readers = [context.Process(target=read_until, args=(settings, stop, results)) for _ in range(2)]
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
    for reader in readers:
        reader.join(PATIENCE)
    assert len({version for seen, _, _ in reports for version in seen}) > 1
    for seen, slowest, faults in reports:
        assert faults == [] and slowest < 15
        assert seen == sorted(seen)  # never back to an older one
        assert set(seen) <= set(range(last + 1))


def test_threads_that_share_one_running_index_never_fail_either(settings: IngestSettings) -> None:
    running, stop, results = CurrentIndex(settings), threading.Event(), queue.Queue[Any]()
    arguments = (settings, stop, results, running)
    threads = [threading.Thread(target=read_until, args=arguments) for _ in range(3)]
    for thread in threads:
        thread.start()
    for version in range(1, 5):
        next_version(settings, version)
    stop.set()
    for _ in threads:
        seen, _, faults = results.get(timeout=PATIENCE)
        assert faults == [] and seen == sorted(seen)
    assert version_of(running.get()) == 4


def test_threads_that_open_one_snapshot_at_once_each_get_it_whole(settings: IngestSettings) -> None:
    barrier = threading.Barrier(5)

    def open_it() -> int:
        barrier.wait(PATIENCE)
        return version_now(settings)

    with ThreadPoolExecutor(5) as pool:
        opened = [pool.submit(open_it) for _ in range(5)]
    assert [each.result() for each in opened] == [0] * 5


def test_a_reader_waits_for_no_lock(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot(), FileLock(settings.index / "publish.lock"):
        assert version_now(settings) == 0  # or it would wait without end
