"""An index on a Chroma server, which several machines share: a real `chroma run`, a cache for each machine."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import chromadb
import numpy as np
import pytest

from ingest.build import BuildReport, build
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex
from ingest.server import ServerStore
from ingest.settings import IngestSettings
from tests.ingest.chroma_server import ChromaServer, chroma_server
from tests.ingest.processes import WordHash, settings_of

pytestmark = [pytest.mark.xdist_group("chroma server"), pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running


Machines = Callable[[str], IngestSettings]  # by a name; each is a computer with a cache of its own


def ingest(machine: IngestSettings, *paths: Path) -> BuildReport:
    return build(machine, paths, embeddings=WordHash())


@pytest.fixture
def machine(server: ChromaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    """Makes machines that see the same documents and the same database of the server, one of this test."""
    database = tmp_path.name.replace("_", "-")[-40:].strip("-")
    place = {"chroma_server_host": "127.0.0.1", "chroma_server_http_port": server.port}
    api = chromadb.Settings(chroma_api_impl="chromadb.api.fastapi.FastAPI", **place)
    chromadb.AdminClient(api).create_database(database)
    # the folder that a machine alone would have is where its cache is
    monkeypatch.setattr("ingest.server._cache_of", lambda settings: settings.index)
    corpus = tmp_path / "documents"
    corpus.mkdir()
    (corpus / "a.md").write_text("# A\n\nFirst words.\n\n## B\n\nSecond words.\n")
    (corpus / "a.questions.jsonl").write_text('{"question": "What is first?", "evidence": ["First words."]}\n')

    def make(name: str) -> IngestSettings:
        return settings_of(tmp_path, index=tmp_path / name, chroma_url=server.url, chroma_database=database)

    return make


def test_what_one_machine_ingests_another_reads(machine: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.server.SERVER_ROWS", 1)
    one, other = machine("one"), machine("other")
    with pytest.raises(IndexProblem, match=r"There is no index at http://127.*Run: bpo-kpo ingest"):
        CurrentIndex(other).get()
    assert ingest(one).embedded == 2
    here, there = CurrentIndex(one).get(), CurrentIndex(other).get()
    assert list(there.passages) == list(here.passages) and there.sources == here.sources
    assert there.contents().digest() == here.contents().digest() == here.manifest.digest
    assert [question.question for question in there.questions.questions] == ["What is first?"]
    assert np.array_equal(there.questions.vectors, here.questions.vectors)
    vector = here.vectors()[here.ids[1]]
    assert there.nearest(vector.tolist(), 1) == [(1, pytest.approx(1.0, abs=1e-5))]


def test_a_running_reader_sees_the_new_snapshot_and_a_second_ingest_makes_none(machine: Machines) -> None:
    one, other = machine("one"), machine("other")
    ingest(one)
    running = CurrentIndex(other)
    first = running.get()
    assert ingest(other).embedded == 0
    assert running.get() is first
    (one.corpus / "b.md").write_text("# C\n\nThird words.\n")
    assert ingest(one).embedded == 1
    assert len(running.get().passages) == 3


def test_machines_that_ingest_different_files_at_once_leave_both(machine: Machines, tmp_path: Path) -> None:
    def add(name: str) -> None:
        path = tmp_path / f"{name}.md"
        path.write_text(f"Words of {name}.")
        ingest(machine(name), path)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(add, ["one", "other", "third"]))
    index = CurrentIndex(machine("fourth")).get()
    assert [Path(name).stem for name in index.sources] == ["one", "other", "third"]
    assert index.contents().digest() == index.manifest.digest


def test_of_two_machines_that_publish_over_the_same_pointer_one_wins(machine: Machines) -> None:
    one, other = machine("one"), machine("other")
    ingest(one)
    first, second = ServerStore(one), ServerStore(other)
    before = first.read_pointer()
    assert before
    seen = second._newest()
    second._newest = lambda: seen  # type: ignore[method-assign]  # read before the first has published
    mine, theirs = (before.model_copy(update={"paths": (path,)}) for path in ("mine", "theirs"))
    assert first.publish(mine, before)
    assert not second.publish(theirs, before)
    assert first.read_pointer() == mine


def test_what_nobody_needs_goes_from_server_and_cache(
    machine: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    for text in ("One.", "Two.", "Three."):
        (one.corpus / "a.md").write_text(text)
        ingest(one)
    opened = ServerStore(one)
    # one that was begun just now may still be published
    assert len(opened._client.list_collections()) == 2 * 3 + 1
    monkeypatch.setattr("ingest.server._BUILDING", timedelta(0))
    (one.corpus / "a.md").write_text("Four.")
    ingest(one)
    assert len(opened._client.list_collections()) == 2 * 2 + 1
    assert len(list((tmp_path / "one" / "snapshots").iterdir())) == 2


def test_a_server_away_is_one_line_and_its_reader_goes_on_later(machine: Machines, server: ChromaServer) -> None:
    one = machine("one")
    ingest(one)
    running = CurrentIndex(one)
    index = running.get()
    vector = index.vectors()[index.ids[0]].tolist()
    server.stop()
    try:
        message = (
            r"^The index on the Chroma server at http://127\S+ cannot be used \([^\n]+\)\. Start the server[^\n]+$"
        )
        for use in (running.get, lambda: index.nearest(vector, 1), lambda: ingest(one)):
            with pytest.raises(IndexProblem, match=message):
                use()
    finally:
        server.start()
    assert running.get() is index
    assert index.nearest(vector, 1)[0][0] == 0
