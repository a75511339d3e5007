"""What a snapshot holds; all but the passages' vectors is in one SQLite file, written once and then only read.

No process keeps all passages or documents in memory: they are read where they are asked for.
"""

import hashlib
import json
import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np

from ingest import bm25
from ingest.chroma import Vectors
from ingest.embeddings import TokenVectors
from ingest.errors import damaged
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.lexicon import Acronyms, find_acronyms, terms_of
from ingest.passages import Passage
from ingest.sources import Source
from ingest.text import Span, count_tokens

_SCHEMA = """
create table documents (name text primary key, title text, text text, questions text, original text,
    language text);

-- in the order of their documents
create table passages (position integer primary key, id text unique, source text, section text,
    starts integer, ends integer, text text, tokens integer);
create index counted on passages (position, tokens);

-- passages of a small index as the embedding model reads them: a row of 16-bit floats for each token
create table token_vectors (text text primary key, spans text, vectors blob);

-- questions whose answers are known, read in the same way; their spans are places of the document
create table questions (position integer primary key, question text, source text, spans text, vectors blob,
    mean blob);

create table acronyms (name text primary key, acronym text);
"""

_DOCUMENTS_KEPT = 32  # in memory: a document is asked for at each of its citations


@dataclass(frozen=True)
class Contents:
    """All that a snapshot holds: passages and their vectors by id, token vectors by their text."""

    sources: Sequence[Source] = ()
    passages: Mapping[str, Passage] = field(default_factory=dict)
    questions: QuestionIndex = field(default_factory=QuestionIndex)
    token_vectors: Mapping[str, TokenVectors] = field(default_factory=dict)
    vectors: Vectors = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 over ids, texts and vectors, whatever the order and the files they are stored in."""
        digest = hashlib.sha256()
        for id_ in sorted(self.passages):
            digest.update(id_.encode())
            digest.update(self.passages[id_].text.encode(errors="surrogatepass"))
            digest.update(self.vectors[id_].tobytes())
        return digest.hexdigest()


def write(path: Path, contents: Contents) -> None:
    """Makes the file, of all but the vectors. Raises `sqlite3.Error` where it cannot be written."""
    texts = [passage.embedded_text for passage in contents.passages.values()]
    acronyms, questions = find_acronyms(texts), contents.questions
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(_SCHEMA + bm25.SCHEMA)
        file.executemany("insert into documents values (?, ?, ?, ?, ?, ?)", map(astuple, contents.sources))
        for position, (id_, p) in enumerate(contents.passages.items()):
            row: tuple[object, ...] = position, id_, *astuple(p), count_tokens(p.text)
            file.execute("insert into passages values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for text, read in contents.token_vectors.items():
            row = text, json.dumps(read.spans), _packed(read.vectors)
            file.execute("insert into token_vectors values (?, ?, ?)", row)
        read_questions = zip(questions.questions, questions.vectors, questions.means, strict=True)
        for position, (one, vectors, mean) in enumerate(read_questions):
            row = position, one.question, one.source, json.dumps(one.spans), _packed(vectors), mean.tobytes()
            file.execute("insert into questions values (?, ?, ?, ?, ?, ?)", row)
        for name, acronym in acronyms.items():
            file.execute("insert into acronyms values (?, ?)", (" ".join(name), acronym))
        bm25.write(file, (list(terms_of(text, acronyms)) for text in texts))


def _packed(vectors: np.ndarray) -> bytes:
    return vectors.astype(np.float16).tobytes()


def _unpacked(vectors: bytes) -> np.ndarray:
    return np.frombuffer(vectors, dtype=np.float16).reshape(-1, 384)


def _spans(written: str) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in json.loads(written))


class Database:
    """The file of a finished snapshot. Threads may share it; it is closed when nobody holds it any more.

    Raises `IndexProblem`, here and whenever it is read, where it is missing or damaged.
    """

    def __init__(self, path: Path, place: str) -> None:
        """`place` is what errors name: the folder or server of the index."""
        self.place, self._lock = place, threading.Lock()
        with damaged(place):
            # it never changes: SQLite locks nothing, and writes nothing beside it
            address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            self._file = sqlite3.connect(address, uri=True, check_same_thread=False)
        weakref.finalize(self, self._file.close)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a query."""
        with self._lock, damaged(self.place):
            return self._file.execute(sql, values).fetchall()

    def passages(self, condition: str, *values: object) -> list[Passage]:
        """Those for which a condition of SQL holds, in order."""
        sql = f"select source, section, starts, ends, text from passages where {condition}"  # noqa: S608 - our own
        return [Passage(*row) for row in self.rows(sql, values)]

    def ids(self) -> list[str]:
        """The id of each passage, in order."""
        return [id_ for (id_,) in self.rows("select id from passages order by position")]

    def positions(self, ids: Sequence[str]) -> dict[str, int]:
        """Where the passages with these ids stand, of those that there are."""
        sql = "select id, position from passages where id in (select value from json_each(?))"
        return dict(self.rows(sql, [json.dumps(ids)]))

    def positions_within(self, documents: Sequence[str]) -> dict[str, int]:
        """Where the passages of these documents stand, by id, in order."""
        sql = "select id, position from passages where source in (select value from json_each(?))"
        return dict(self.rows(f"{sql} order by position", [json.dumps(documents)]))

    def tokens(self) -> np.ndarray:
        """How many tokens each passage has, counted with tiktoken: (passages,)."""
        rows = self.rows("select tokens from passages indexed by counted order by position")
        return np.array([count for (count,) in rows], dtype=np.int64)

    def acronyms(self) -> Acronyms:
        """What acronyms stand for."""
        return {tuple(name.split()): short for name, short in self.rows("select * from acronyms")}

    def token_vectors(self) -> dict[str, TokenVectors]:
        """The passages as they were read closely; none of a large index."""
        rows = self.rows("select text, spans, vectors from token_vectors")
        with damaged(self.place):
            return {
                text: TokenVectors(_unpacked(vectors).astype(np.float32), list(_spans(spans)))
                for text, spans, vectors in rows
            }

    def questions(self) -> QuestionIndex:
        """The questions whose answers are known."""
        rows = self.rows("select question, source, spans, vectors, mean from questions order by position")
        with damaged(self.place):
            return QuestionIndex(
                [IndexedQuestion(question, source, _spans(spans)) for question, source, spans, _, _ in rows],
                [_unpacked(vectors) for *_, vectors, _ in rows],
                np.frombuffer(b"".join(mean for *_, mean in rows), dtype=np.float32).reshape(-1, 384),
            )


class Passages(Sequence[Passage]):
    """The passages of a snapshot, or of some of its documents, in the order of their documents."""

    def __init__(self, database: Database, positions: Sequence[int]) -> None:
        """`positions`: those in the snapshot, in order."""
        self._database, self._positions = database, positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, at: int) -> Passage: ...
    @overload
    def __getitem__(self, at: slice) -> list[Passage]: ...
    def __getitem__(self, at: int | slice) -> Passage | list[Passage]:
        chosen = range(len(self))[at]
        return self.at(chosen) if isinstance(chosen, range) else self.at([chosen])[0]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self[:])

    def at(self, positions: Sequence[int]) -> list[Passage]:
        """The passages at these positions, counted in these passages, in their order."""
        wanted = [self._positions[position] for position in positions]
        once = sorted(set(wanted))
        condition = "position in (select value from json_each(?)) order by position"
        found = self._database.passages(condition, json.dumps(once))
        with damaged(self._database.place):
            by_position = dict(zip(once, found, strict=True))
        return [by_position[position] for position in wanted]


class Sources(Mapping[str, Source]):
    """The documents of a snapshot by name, as they were indexed: spans point into these, whatever has become of
    the files.
    """

    def __init__(self, database: Database, only: Collection[str] | None = None) -> None:
        names = [name for (name,) in database.rows("select name from documents order by rowid")]
        self._names = dict.fromkeys(name for name in names if only is None or name in only)

        def read(name: str) -> Source:
            with damaged(database.place):
                (row,) = database.rows("select * from documents where name = ?", [name])
            return Source(*row)

        self._read = lru_cache(maxsize=_DOCUMENTS_KEPT)(read)  # holds the database, but not this object

    def __getitem__(self, name: str) -> Source:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
