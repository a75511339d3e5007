"""Passages as the model reads them closely, token by token (see `assistant/reading_model/`).

To read those that may answer a question takes half a second, so that a small index keeps all of its passages as
they were read: a process that answers one question need not read them again. A large one keeps none, since each
takes about 100 kB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from ingest.text import Span, key_of

if TYPE_CHECKING:
    from ingest.embeddings import MiniLM, TokenVectors

SMALL = 100  # passages of an index that keeps them

_FILE = "readings.npz"
_LONGEST_SECTION = 160  # characters


def heading_above(section: str) -> str:
    """The end of the headings above a passage, as a line: with it is read what the passage is about."""
    return f"{section[-_LONGEST_SECTION:]}\n"


@dataclass(frozen=True)
class Readings:
    """Texts with the vectors of their tokens, which stand one after another."""

    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))  # (texts,)
    lengths: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (texts,), in tokens
    spans: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int32))  # (tokens, 2)
    vectors: np.ndarray = field(default_factory=lambda: np.zeros((0, 384), dtype=np.float16))  # (tokens, 384)

    @classmethod
    def of(cls, texts: Sequence[str], model: "MiniLM", known: "Readings") -> "Readings":
        """These texts, read; those that are `known` are taken from there."""
        new = [text for text in texts if known.get(text) is None]
        made = dict(zip(new, model.embed_tokens(new), strict=True))
        read = [made[text] if text in made else known.get(text) for text in texts]
        every = [one for one in read if one is not None]
        if not every:
            return cls()
        return cls(
            keys=np.array([key_of(text) for text in texts], dtype=np.uint64),
            lengths=np.array([len(one.spans) for one in every]),
            spans=np.array([span for one in every for span in one.spans], dtype=np.int32).reshape(-1, 2),
            vectors=np.concatenate([one.vectors for one in every]).astype(np.float16),
        )

    def get(self, text: str) -> "TokenVectors | None":
        """A text as it was read; `None` for one that was not."""
        from ingest.embeddings import TokenVectors

        (found,) = np.nonzero(self.keys == key_of(text))
        if not len(found):
            return None
        end = int(self.lengths[: found[0] + 1].sum())
        rows = slice(end - int(self.lengths[found[0]]), end)
        return TokenVectors(
            self.vectors[rows].astype(np.float32), [Span(*span) for span in self.spans[rows].tolist()]
        )

    def save(self, folder: Path) -> None:
        """Writes them into a snapshot's folder; nothing where there are none."""
        if len(self.keys):
            np.savez(folder / _FILE, keys=self.keys, lengths=self.lengths, spans=self.spans, vectors=self.vectors)

    @classmethod
    def load(cls, folder: Path) -> "Readings":
        """What `save` wrote into a snapshot's folder. Raises `OSError` or `ValueError` where it is damaged."""
        if not (folder / _FILE).exists():
            return cls()
        try:
            with np.load(folder / _FILE, allow_pickle=False) as arrays:
                read = cls(arrays["keys"], arrays["lengths"], arrays["spans"], arrays["vectors"])
        except (
            BadZipFile,
            EOFError,
            KeyError,
            RuntimeError,
        ) as error:  # how NumPy and zipfile say that it is damaged
            raise ValueError(f"{_FILE}: {error}") from None
        if len(read.keys) != len(read.lengths) or not read.lengths.sum() == len(read.spans) == len(read.vectors):
            raise ValueError(f"{_FILE}: texts and vectors do not fit")
        return read
