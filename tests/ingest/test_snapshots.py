"""Snapshots: whatever kills a build or races with it, an index is whole."""

import os
import signal
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.build import build
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore
from tests.ingest.library import Library
from tests.ingest.processes import (
    PATIENCE,
    WordHash,
    build_and_die,
    folders,
    has_only_what_is_needed,
    next_version,
    pointer_of,
    processes,
    settings_of,
    version_now,
    version_of,
    write_version,
)

# --- killed


def killed(settings: IngestSettings, step: str) -> None:
    """Builds in a process that is killed at this step."""
    process = processes().Process(target=build_and_die, args=(settings, step))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "published"),
    [
        ("chroma.add_vectors", False),
        ("bm25.write", False),  # with the database half written
        ("os.fsync", False),  # with the manifest half written
        ("Path.replace", False),  # with the new pointer beside the old one
        ("FolderStore.clear_old", True),
    ],
)
def test_a_killed_build_leaves_the_old_index_or_the_new(
    settings: IngestSettings, step: str, published: bool
) -> None:
    next_version(settings, 1)  # so that there is a snapshot to clear
    write_version(settings.corpus, 2)
    killed(settings, step)
    assert version_now(settings) == (2 if published else 1)
    build(settings, embeddings=WordHash())  # also where there is nothing left to do but to clear
    assert version_now(settings) == 2 and has_only_what_is_needed(settings)


@pytest.mark.slow
def test_the_very_first_build_can_be_killed_too(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert FolderStore(settings.index).read_pointer() is None
    write_version(settings.corpus, 1)
    killed(settings, "Path.replace")
    assert FolderStore(settings.index).read_pointer() is None
    with pytest.raises(IndexProblem, match=r"There is no index at .*index\. Run: bpo-kpo ingest"):
        CurrentIndex(settings).get()
    build(settings, embeddings=WordHash())
    assert version_now(settings) == 1 and has_only_what_is_needed(settings)


# --- racing


class MeetingWordHash(WordHash):
    """Goes on only when another one embeds as well, so that two builds begin on the same ground."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__()
        self.barrier = barrier

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if not self.texts:
            self.barrier.wait(PATIENCE)
        return super().embed_documents(texts)


@pytest.mark.parametrize("ground", [[], ["Ground."]], ids=["both the first", "over another"])
def test_of_two_builds_at_once_the_second_goes_on_from_the_first(library: Library, ground: list[str]) -> None:
    for text in ground:
        library.write("a.md", text)
        library.build()
    paths = [library.write(f"{name}/{name}.md", f"Words of {name}.") for name in ("one", "two")]
    barrier = threading.Barrier(2)
    models = [MeetingWordHash(barrier) for _ in paths]
    with ThreadPoolExecutor(2) as pool:
        builds = [
            pool.submit(build, library.settings, [path], embeddings=model)
            for path, model in zip(paths, models, strict=True)
        ]
        reports = sorted(str(one.result(PATIENCE)) for one in builds)
    had = len(ground)
    assert reports == [f"{had + n} passages: 1 embedded, {had + n - 1} kept, 0 removed" for n in (1, 2)]
    assert library.texts() == [*ground, "Words of one.", "Words of two."]
    assert [len(model.texts) for model in models] == [1, 1]
    assert has_only_what_is_needed(library.settings)


# --- kept and cleared


def test_the_previous_snapshot_is_kept_and_older_ones_are_cleared(settings: IngestSettings) -> None:
    history = [pointer_of(settings).snapshot]
    for version in (1, 2):
        next_version(settings, version)
        history.append(pointer_of(settings).snapshot)
        assert pointer_of(settings).previous == history[-2]
        assert folders(settings) == set(history[-2:])
    assert len(set(history)) == 3
    assert version_of(Index(FolderStore(settings.index), history[-2])) == 1


def test_a_snapshot_that_is_being_built_is_not_cleared(settings: IngestSettings) -> None:
    with FolderStore(settings.index).new_snapshot() as name:
        next_version(settings, 1)
        next_version(settings, 2)
        assert name in folders(settings)
    build(settings, embeddings=WordHash())
    assert has_only_what_is_needed(settings)


def test_a_build_that_clears_late_spares_the_newer_one(
    settings: IngestSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear, newer = FolderStore.clear_old, [2, 3]

    def late(store: FolderStore) -> None:
        if newer:
            next_version(settings, newer.pop(0))
        clear(store)

    monkeypatch.setattr(FolderStore, "clear_old", late)
    next_version(settings, 1)
    assert version_now(settings) == 3 and has_only_what_is_needed(settings)


# --- where the snapshot cannot be written


def test_a_snapshot_that_cannot_be_written_is_read_through_a_copy_that_is_cleared(
    settings: IngestSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access

    def denied(path: Any, mode: int) -> bool:
        """As for a user who may only read; root, who runs tests in containers, may everything."""
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(settings.index))

    def files() -> dict[Path, tuple[bytes, int]]:
        found = [path for path in (settings.index / "snapshots").rglob("*") if path.is_file()]
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(os, "access", denied)
    before = files()
    index = CurrentIndex(settings).get()
    assert index.digest() == index.manifest.digest and len(list(temporary.iterdir())) == 1
    del index
    assert list(temporary.iterdir()) == [] and files() == before
