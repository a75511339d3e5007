"""BM25: how well the words of each text fit a question, from lists of which texts have which term.

A row of SQLite for each term, so that a question reads the lists of its own terms alone (docs/architecture.md says
why not SQLite's full-text index).
"""

import math
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

SCHEMA = "create table terms (term text primary key, texts integer, positions blob, scores blob)"

_K1, _B = 1.5, 0.75  # Robertson and Zaragoza 2009

Query = Callable[[str, Sequence[object]], list[Any]]  # SQL with its values to rows


def write(database: sqlite3.Connection, texts: Iterable[Sequence[str]]) -> None:
    """Writes the lists for texts that are given as their terms; a text's number is its position."""
    # of each term: a text, how often that has it, the next text, ...
    having: dict[str, array[int]] = defaultdict(lambda: array("I"))
    lengths = array("I")
    for position, terms in enumerate(texts):
        lengths.append(len(terms))
        for term, count in Counter(terms).items():
            having[term].extend((position, count))
    relative = np.array(lengths, dtype=np.float32) / max(sum(lengths) / max(len(lengths), 1), 1e-9)
    for term in sorted(having):
        at, counts = np.array(having[term], dtype=np.uint32).reshape(-1, 2).T
        scores = idf(len(at), len(lengths)) * counts / (counts + _K1 * (1 - _B + _B * relative[at]))
        row = term, len(at), at.tobytes(), scores.astype(np.float32).tobytes()
        database.execute("insert into terms values (?, ?, ?, ?)", row)


def idf(having: int, texts: int) -> float:
    """The inverse document frequency of a term that so many of the texts have, as Lucene has it."""
    return math.log(1 + (texts - having + 0.5) / (having + 0.5))


def rank(
    query: Query, texts: int, terms: Sequence[str], k: int, among: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """The `k` of so many texts, as positions, that share a term with these, with their scores, best first.

    With `among`, only these texts are ranked, and a position is one in `among`.
    """
    scores = np.zeros(texts, dtype=np.float32)
    for term in terms:
        for at, added in query("select positions, scores from terms where term = ?", [term]):
            scores[np.frombuffer(at, dtype=np.uint32)] += np.frombuffer(added, dtype=np.float32)
    if among is not None:
        scores = scores[np.asarray(among, dtype=np.int64)]
    some = np.flatnonzero(scores)
    best = some[np.argsort(-scores[some], kind="stable")[:k]]
    return [(int(position), float(scores[position])) for position in best]
