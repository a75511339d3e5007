"""A row for each passage, in the order of the documents; it stays on the disk, and is read as it is needed."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ingest.passages import Passage, heading_of, section_above
from ingest.text import count_tokens, key_of


class Table(NamedTuple):
    """What has to be known of all passages at once.

    `above` says below which section a passage begins with a heading, as `key_of` has it for the
    document's name and the section; 0 where it begins with none.
    """

    ids: np.ndarray  # (passages,), bytes
    above: np.ndarray  # (passages,)
    tokens: np.ndarray  # (passages,): how many tokens a passage has, counted with tiktoken

    @classmethod
    def of(cls, passages: Mapping[str, Passage]) -> "Table":
        """The table of these passages, by id."""
        every = passages.values()
        above = [key_of(p.source, section_above(p.section)) if heading_of(p) else 0 for p in every]
        return cls(
            ids=np.array([id_.encode() for id_ in passages]),
            above=np.array(above, dtype=np.uint64),
            tokens=np.array([count_tokens(passage.text) for passage in every], dtype=np.int64),
        )

    def save(self, folder: Path) -> None:
        """Writes a file for each column."""
        for name, column in self._asdict().items():
            np.save(folder / f"{name}.npy", column)

    @classmethod
    def load(cls, folder: Path) -> "Table":
        """What `save` wrote. Raises `OSError` or `ValueError` where it is damaged."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in cls._fields))
