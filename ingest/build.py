"""Building the index: what has changed is read, cut and embedded; the rest is taken over.

A build never touches the snapshot that readers use. It writes a new one and then moves the pointer.
"""

import contextlib
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.chroma import Vectors
from ingest.database import Contents
from ingest.documents import Documents, read_documents
from ingest.embeddings import MiniLM, TokenVectors, open_embeddings
from ingest.errors import IndexProblem, SourceError, first_line
from ingest.index import Index, check_settings, open_store
from ingest.known_questions import index_questions
from ingest.notes import LeftOut, left_out, remarks_on
from ingest.passages import Passage, split, text_as_read
from ingest.settings import IngestSettings
from ingest.snapshots import FolderStore, Manifest, Pointer, SourceRecord
from ingest.sources import SUFFIXES, Source, at_root, from_root, original_digests

Progress = Callable[[int, int], None]  # passages embedded so far, passages to embed

_BATCH = 32  # passages embedded between two steps of the progress bar

# An index of at most so many passages keeps them as the embedding model reads them, token by token: to read those
# that may answer a question takes half a second, and a process that answers one question need not. In a large one
# that would be about 100 kB a passage.
SMALL = 100


@dataclass(frozen=True)
class BuildReport:
    """What a build did, in passages; why documents were passed over, and what there is to know, a line each; what
    was left out of new documents, by name.
    """

    passages: int
    embedded: int
    kept: int
    removed: int
    skipped: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    left_out: Mapping[str, Sequence[LeftOut]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.passages} passages: {self.embedded} embedded, {self.kept} kept, {self.removed} removed"


def build(
    settings: IngestSettings,
    paths: Sequence[Path] = (),
    remove: Sequence[Path] = (),
    progress: Progress | None = None,
    embeddings: Embeddings | None = None,
    at_hand: Mapping[Path, Source] | None = None,
) -> BuildReport:
    """Reads `paths` into a new snapshot; all that the index knows, at first the corpus and what was
    uploaded, where nothing is given.

    Other remembered paths stay as they were indexed, those in `remove` are forgotten. Only passages that the
    current snapshot does not hold are embedded. Where another process publishes first, its result is taken as
    the new ground and the work done again on top, without embedding anything twice.
    A document that cannot be read is passed over, or stays as it was indexed, and the report says so. Those
    `at_hand` were read already; their files need not be there before the build has ended.
    Raises `SourceError`, also where none can be read, or `IndexProblem`; the index is then as it was before.
    """
    embeddings = embeddings or open_embeddings(settings)
    known_vectors: Vectors = {}
    store = open_store(settings)
    read = partial(read_documents, settings, paths=paths, remove=remove, at_hand=at_hand or {})
    while True:
        try:
            report = _try_build(store, settings, read, embeddings, known_vectors, progress)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or first_line(error)
            other = "" if settings.chroma_url else ", or set BPO_KPO_INDEX"
            raise IndexProblem(
                f"The index at {store.folder} cannot be written ({reason}). Mend that{other}."
            ) from error
        if report is not None:
            return report


def _try_build(
    store: FolderStore,
    settings: IngestSettings,
    read: Callable[[Pointer | None, Mapping[Path, Source]], Documents],
    embeddings: Embeddings,
    known_vectors: Vectors,
    progress: Progress | None,
) -> BuildReport | None:
    """One attempt; `None` where another process published meanwhile. Adds the vectors made to those known."""
    before = store.read_pointer()
    old_manifest, old = _usable(store, before, settings)
    records = old_manifest.sources if old_manifest else ()
    indexed = {at_root(one.path): source for one, source in zip(records, old.sources, strict=True)}
    documents = read(before, indexed)
    sources = [source for _, source in documents.read]
    passages = _with_ids(_cut(sources, old))
    if not passages:
        where = ", ".join(map(str, documents.paths))
        raise SourceError(
            f"There is no text in {where}. Give a file or folder with {', '.join(SUFFIXES)} documents."
        )
    report = _report(documents, passages, old)
    manifest = Manifest(
        embeddings=settings.embeddings,
        sources=tuple(
            SourceRecord(name=s.name, title=s.title, path=from_root(file), digest=s.digest, original=s.original)
            for file, s in documents.read
        ),
        passages=len(passages),
        passed_over=original_digests(documents.skipped),
    )
    known = tuple(map(from_root, documents.paths))
    if before and old_manifest and manifest.is_like(old_manifest):  # but perhaps there is a path to remember
        pointer = before.model_copy(update={"paths": known})
        store.clear_old()
        return report if pointer == before or store.publish(pointer, before) else None

    known_vectors |= old.vectors
    missing = {id_: p.embedded_text for id_, p in passages.items() if id_ not in known_vectors}
    _embed(embeddings, missing, known_vectors, progress)
    minilm = embeddings if isinstance(embeddings, MiniLM) else MiniLM()  # which readers compare questions with
    contents = Contents(
        sources,
        passages,
        index_questions(sources, minilm, old.questions),
        _token_vectors(passages.values(), embeddings, old.token_vectors),
        vectors={id_: known_vectors[id_] for id_ in passages},
    )
    with store.new_snapshot() as name:
        store.write(name, manifest, contents)
        previous = before.snapshot if before else None
        published = store.publish(Pointer(snapshot=name, previous=previous, paths=known), before)
    store.clear_old()
    return report if published else None


def _report(documents: Documents, passages: Collection[str], old: Contents) -> BuildReport:
    """What becomes of the passages, given by their ids."""
    now, then = set(passages), set(old.passages)
    known = {source.digest for source in old.sources}
    new = [source for _, source in documents.read if source.digest not in known]
    return BuildReport(
        passages=len(now),
        embedded=len(now - then),
        kept=len(now & then),
        removed=len(then - now),
        skipped=tuple(documents.skipped.values()),
        remarks=remarks_on(new, documents.others),
        left_out={source.name: found for source in new if (found := left_out(source))},
    )


def _usable(
    store: FolderStore, pointer: Pointer | None, settings: IngestSettings
) -> tuple[Manifest | None, Contents]:
    """The current snapshot where it can be taken over; nothing of any other, which a build mends."""
    with contextlib.suppress(IndexProblem):
        if pointer:
            check_settings(store.read_manifest(pointer.snapshot), settings)
            index = Index(store, pointer.snapshot)
            whole = store.is_whole(pointer.snapshot)
            if whole and (contents := index.contents()).digest() == index.manifest.digest:
                return index.manifest, contents
    return None, Contents()


def _cut(sources: Sequence[Source], old: Contents) -> list[Passage]:
    """The passages of `sources`; those of a document that has not changed are as they were."""
    digests = {source.name: source.digest for source in old.sources}
    known: dict[str, list[Passage]] = {name: [] for name in digests}
    for passage in old.passages.values():
        known[passage.source].append(passage)
    return [
        passage
        for source in sources
        for passage in (known[source.name] if digests.get(source.name) == source.digest else split(source))
    ]


def _with_ids(passages: list[Passage]) -> dict[str, Passage]:
    """Passages by an id made of source, section and text (and a number where all three occur again)."""
    seen: Counter[str] = Counter()
    identified = {}
    for passage in passages:
        content = f"{passage.source}\0{passage.section}\0{passage.text}"
        key = hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:32]
        identified[f"{key}-{seen[key]}"] = passage
        seen[key] += 1
    return identified


def _embed(embeddings: Embeddings, texts: dict[str, str], into: Vectors, progress: Progress | None) -> None:
    """Embeds `texts` in batches; the longest first, so that no core waits for a long one at the end."""
    ids = sorted(texts, key=lambda id_: -len(texts[id_]))
    if progress and ids:
        progress(0, len(ids))  # the bar is there while the model is loaded
    for at in range(0, len(ids), _BATCH):
        batch = ids[at : at + _BATCH]
        vectors = np.asarray(embeddings.embed_documents([texts[id_] for id_ in batch]), dtype=np.float32)
        # of length 1, so that the inner product, which leaves vectors as they are stored, is the cosine
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.where(np.abs(lengths - 1) < 1e-6, vectors, vectors / np.maximum(lengths, 1e-12))
        into.update(zip(batch, vectors, strict=True))
        if progress:
            progress(min(at + _BATCH, len(ids)), len(ids))


def _token_vectors(
    passages: Collection[Passage], embeddings: Embeddings, known: Mapping[str, TokenVectors]
) -> dict[str, TokenVectors]:
    """The passages of a small index, read closely. With a model of somebody else's, readers do that themselves."""
    if len(passages) > SMALL or not isinstance(embeddings, MiniLM):
        return {}
    texts = list(dict.fromkeys(text_as_read(passage.section, passage.text) for passage in passages))
    new = [text for text in texts if text not in known]
    made = {**known, **dict(zip(new, embeddings.embed_tokens(new), strict=True))}
    return {text: made[text] for text in texts}
