"""What the tests of ingest share, importable by the processes that they start."""

import multiprocessing
import os
import re
import signal
import zlib
from collections.abc import Sequence
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.build import build
from ingest.embeddings import MiniLM, TokenVectors
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex, Index
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore, Pointer

DIMENSION = 16
PATIENCE = 60  # seconds until a process counts as hanging


class WordHash(Embeddings):
    """A text's vector counts its words, each in the dimension that its checksum names. Notes what it embeds."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.texts += texts
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = [0.0] * DIMENSION
        for word in re.findall(r"\S+", text.casefold()):
            vector[zlib.crc32(word.encode(errors="surrogatepass")) % DIMENSION] += 1.0
        return vector


class NotingMiniLM(MiniLM):
    """The embedded model, with a note of the `texts` that it read token by token."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.texts += texts
        return super().embed_tokens(texts)


def processes() -> BaseContext:
    """Starts real processes that have imported everything: a tenth of a second each."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ingest.processes", "chromadb.api.rust"])
    return context


def settings_of(folder: Path, **changed: Any) -> IngestSettings:
    """Settings that no `.env` of the developer changes: the index and the corpus lie in `folder`."""
    given = {"index": folder / "index", "corpus": folder / "documents", "embeddings": "minilm"}
    return IngestSettings(**{**given, "openai_api_key": None, "openai_base_url": None, **changed})


# --- versions: a corpus whose every paragraph says which version it is of


def write_version(corpus: Path, version: int, files: int = 3, paragraphs: int = 4) -> None:
    corpus.mkdir(exist_ok=True)
    for file in range(files):
        text = [f"Paragraph {p} of file {file} has version {version}, it says. " * 12 for p in range(paragraphs)]
        (corpus / f"{file}.md").write_text(f"# File {file}\n\n" + "\n\n".join(text), encoding="utf-8")


def next_version(settings: IngestSettings, version: int) -> None:
    """Writes this version and indexes it."""
    write_version(settings.corpus, version)
    build(settings, embeddings=WordHash())


def version_of(index: Index) -> int:
    """The one version that an index is of, in its documents and in its passages alike; fails on a mixture."""
    texts = [one.text for one in (*index.sources.values(), *index.passages)]
    (version,) = {version for text in texts for version in re.findall(r"version (\d+)", text)}
    for passage in index.passages:
        assert index.sources[passage.source].text[passage.start : passage.end] == passage.text
    return int(version)


def version_now(settings: IngestSettings) -> int:
    """The version of the current index, which is whole: with the digest of its manifest and the right vectors."""
    index = CurrentIndex(settings).get()
    assert index.contents().digest() == index.manifest.digest
    fresh = np.array(WordHash().embed_documents([passage.embedded_text for passage in index.passages]))
    stored = index.vectors()
    assert np.allclose([stored[id_] for id_ in index.ids], fresh / np.linalg.norm(fresh, axis=1, keepdims=True))
    return version_of(index)


def pointer_of(settings: IngestSettings) -> Pointer:
    pointer = FolderStore(settings.index).read_pointer()
    assert pointer
    return pointer


def folders(settings: IngestSettings) -> set[str | None]:
    """The snapshots that there are."""
    return {path.name for path in (settings.index / "snapshots").iterdir()}


def has_only_what_is_needed(settings: IngestSettings) -> bool:
    pointer = pointer_of(settings)
    return folders(settings) == {pointer.snapshot, pointer.previous} - {None}


# --- what the processes run


def build_and_die(settings: IngestSettings, step: str) -> None:
    """Builds, and is killed at `step`, a function by its whole name."""
    with mock.patch(step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
        build(settings, embeddings=WordHash())


def read_until(settings: IngestSettings, stop: Any, results: Any, running: CurrentIndex | None = None) -> None:
    """Opens the current index again and again, and reports the versions seen and the faults.

    A running one is only asked for what is current.
    """
    seen: list[int] = []
    faults: list[str] = []
    while not stop.is_set():
        try:
            index = (running or CurrentIndex(settings)).get()
            seen.append(version_of(index))
            index.nearest(WordHash().embed_query("version"), 3)
            assert index.contents().digest() == index.manifest.digest
        except IndexProblem as problem:  # no fault where it was cleared while it was read
            pointer = pointer_of(settings)
            if not seen or index.snapshot in (pointer.snapshot, pointer.previous):
                faults.append(repr(problem))
        except Exception as error:
            faults.append(repr(error))
    results.put((seen, faults))
