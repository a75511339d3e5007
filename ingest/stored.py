"""What a snapshot holds, read where it is asked for: no process keeps all passages or documents in memory."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import overload

import numpy as np

from ingest.passages import Passage
from ingest.sources import Source

_PASSAGES_KEPT = 2_000  # about 2 kB each
_DOCUMENTS_KEPT = 32

Fetch = Callable[[list[str]], dict[str, Passage]]


class StoredPassages(Sequence[Passage]):
    """The passages of a snapshot in the order of their documents; those used last are kept.

    Threads may share it. Raises what `fetch` raises.
    """

    def __init__(self, ids: np.ndarray, fetch: Fetch) -> None:
        self._ids = ids  # of every passage, in that order; bytes
        self._fetch = fetch
        self._kept: OrderedDict[int, Passage] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, at: int) -> Passage: ...
    @overload
    def __getitem__(self, at: slice) -> list[Passage]: ...
    def __getitem__(self, at: int | slice) -> Passage | list[Passage]:
        chosen = range(len(self))[at]
        return self.at(chosen) if isinstance(chosen, range) else self.at([chosen])[0]

    def __iter__(self) -> Iterator[Passage]:
        for begin in range(0, len(self), _PASSAGES_KEPT):  # past those that are kept, which questions use
            ids = [id_.decode() for id_ in self._ids[begin : begin + _PASSAGES_KEPT].tolist()]
            fetched = self._fetch(ids)
            yield from (fetched[id_] for id_ in ids)

    def at(self, positions: Sequence[int]) -> list[Passage]:
        """The passages at these positions, which are fetched together."""
        with self._lock:
            found = {at: self._kept[at] for at in positions if at in self._kept}
        new = {at: self._ids[at].decode() for at in positions if at not in found}
        if new:
            fetched = self._fetch(list(new.values()))
            found |= {at: fetched[id_] for at, id_ in new.items()}
        with self._lock:
            for at in positions:
                self._kept[at] = found[at]
                self._kept.move_to_end(at)
            while len(self._kept) > _PASSAGES_KEPT:
                self._kept.popitem(last=False)
        return [found[at] for at in positions]


class StoredSources(Mapping[str, Source]):
    """The documents of a snapshot by name, as they were indexed; each is read where it is asked for.

    Spans point into these, whatever has become of the files. The last few are kept.
    """

    def __init__(self, names: Sequence[str], read: Callable[[str], Source]) -> None:
        self._names = dict.fromkeys(names)
        self._read = lru_cache(maxsize=_DOCUMENTS_KEPT)(read)

    def holding(self, names: Iterable[str]) -> "StoredSources":
        """The same documents, these of them already read: they are there also when the snapshot is cleared."""
        held = {name: self[name] for name in names}
        return StoredSources(list(self._names), lambda name: held.get(name) or self._read(name))

    def __getitem__(self, name: str) -> Source:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
