"""Questions, claims and passages as the embedding model reads them, with what is needed to compare their words.

What a passage alone decides is worked out once for each passage and kept; a question or claim is small.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

import numpy as np

from assistant.injection import without_orders
from assistant.units import PassageLike, Unit, units
from ingest.embeddings import MiniLM, TokenVectors
from ingest.lexicon import STOP_WORDS, Lexicon
from ingest.passages import heading_above, plain_headings
from ingest.text import Span

PASSAGES_KEPT = 400  # passages that are kept in memory; about 300 kB each


@dataclass(frozen=True, eq=False)
class EncodedText:
    """A question or a claim; the questions before it, if there are any, are read beside it and compared with it.

    `vectors` has a row of length 1 for each token, (tokens, 384), first those of the questions before it;
    `content` says which tokens carry a subject.
    """

    text: str
    vectors: np.ndarray
    content: np.ndarray  # (tokens,), bool
    terms: tuple[str, ...]  # stems of the content words, misspelt ones corrected
    begins: int = 0  # where its own tokens begin

    @cached_property
    def mean(self) -> np.ndarray:
        """One vector of length 1 for the whole."""
        return mean_of(self.vectors)


@dataclass(frozen=True)
class EncodedPassage:
    """A passage and its units, a row for each."""

    section: str
    text: str
    units: tuple[Unit, ...]
    vectors: np.ndarray  # (tokens, 384)
    content: np.ndarray  # (tokens,), bool
    ranges: np.ndarray  # (units, 2): the tokens of each unit, half-open
    means: np.ndarray  # (units, 384)
    mean: np.ndarray  # (384,)
    unit_terms: tuple[frozenset[str], ...]
    heading_terms: frozenset[str]
    terms: frozenset[str]

    def only(self, chosen: Sequence[int]) -> "EncodedPassage":
        """The same with no other units than these."""
        kept = [np.arange(*self.ranges[i]) for i in chosen]
        tokens = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
        ends = np.cumsum([len(one) for one in kept], dtype=np.int64)
        units = tuple(self.units[i] for i in chosen)
        return replace(
            self,
            text=" ".join(unit.text for unit in units),
            units=units,
            vectors=self.vectors[tokens],
            content=self.content[tokens],
            ranges=np.array([ends - [len(one) for one in kept], ends], dtype=np.int64).T.reshape(-1, 2),
            means=self.means[list(chosen)],
            mean=mean_of(self.vectors[tokens]),
            unit_terms=tuple(self.unit_terms[i] for i in chosen),
        )


class Encoder:
    """Encodes texts with one embedding model and the words of one index. Threads may share it."""

    def __init__(
        self, model: MiniLM, lexicon: Lexicon, token_vectors: Mapping[str, TokenVectors] | None = None
    ) -> None:
        """`token_vectors`: of passages that were read by their tokens when they were indexed."""
        self.lexicon = lexicon
        self._model = model
        self._token_vectors = token_vectors or {}
        self._kept: OrderedDict[tuple[str, str], EncodedPassage] = OrderedDict()
        self._lock = Lock()

    def text(self, text: str) -> EncodedText:
        """A claim, or a question with those before it, a line each (see `conversation`)."""
        turns = text.split("\n")
        read = [self._model.embed_tokens([turn])[0] for turn in turns]
        terms = dict.fromkeys(term for turn in turns for term in self.lexicon.asked_terms(turn))
        return EncodedText(
            text=" ".join(turns),
            vectors=np.concatenate([one.vectors for one in read]),
            content=np.concatenate([_content(turn, one.spans) for turn, one in zip(turns, read, strict=True)]),
            terms=tuple(terms),
            begins=sum(len(one.spans) for one in read[:-1]),
        )

    def passages(self, passages: Sequence[PassageLike]) -> list[EncodedPassage]:
        """These passages; those that were encoded of late are not read again."""
        keys = [(p.section, p.text) for p in passages]
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
        new = {key: p for key, p in zip(keys, passages, strict=True) if key not in known}
        # an order to an assistant is no evidence, and colours no word around it
        read = self._read(
            [heading_above(p.section) + plain_headings(without_orders(p.text)) for p in new.values()]
        )
        for (key, passage), (vectors, spans) in zip(new.items(), read, strict=True):
            known[key] = self._encoded(passage, vectors, spans)
        with self._lock:
            for key in keys:
                self._kept[key] = known[key]
                self._kept.move_to_end(key)
            while len(self._kept) > PASSAGES_KEPT:
                self._kept.popitem(last=False)
        return [known[key] for key in keys]

    def _read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text by its tokens, as the index has it, else as the model reads it."""
        kept = {text: self._token_vectors.get(text) for text in texts}
        unread = [text for text, read in kept.items() if read is None]
        made = dict(zip(unread, self._model.embed_tokens(unread), strict=True))
        return [kept[text] or made[text] for text in texts]

    def _encoded(self, passage: PassageLike, vectors: np.ndarray, spans: Sequence[Span]) -> EncodedPassage:
        found, before = units(passage.text), len(heading_above(passage.section))
        starts = np.array([span.start - before for span in spans], dtype=np.int64)
        ends = np.array([span.end - before for span in spans], dtype=np.int64)
        firsts = [int(np.searchsorted(starts, unit.span.start)) for unit in found]
        lasts = [int(np.searchsorted(ends, unit.span.end, side="right")) for unit in found]
        ranges = np.array([firsts, lasts], dtype=np.int64).T.reshape(-1, 2)
        terms = self._terms_of(found)
        heading = frozenset(self.lexicon.terms(passage.section))
        return EncodedPassage(
            section=passage.section,
            text=passage.text,
            units=found,
            vectors=vectors,
            content=_content(heading_above(passage.section) + passage.text, spans),
            ranges=ranges,
            means=np.stack([mean_of(vectors[a:b]) for a, b in ranges])
            if found
            else np.zeros((0, vectors.shape[1])),
            mean=mean_of(vectors),
            unit_terms=terms,
            heading_terms=heading,
            terms=heading.union(*terms),
        )

    def _terms_of(self, units_of_passage: Sequence[Unit]) -> tuple[frozenset[str], ...]:
        """The terms of each unit; of a table's row also those of its head, which name its cells."""
        own = [frozenset(self.lexicon.terms(unit.text)) for unit in units_of_passage]
        heads = {
            unit.list: terms
            for unit, terms in zip(units_of_passage, own, strict=True)
            if unit.kind == "row" and unit.announces
        }
        return tuple(
            terms | heads.get(unit.list, frozenset()) if unit.kind == "row" else terms
            for unit, terms in zip(units_of_passage, own, strict=True)
        )


def _content(text: str, spans: Sequence[Span]) -> np.ndarray:
    tokens = [text[span.start : span.end].casefold() for span in spans]
    return np.array([token.isalnum() and token not in STOP_WORDS for token in tokens], dtype=bool)


def mean_of(vectors: np.ndarray) -> np.ndarray:
    """The mean of vectors, (n, 384), brought to length 1; zeros where there are none."""
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)
    length = float(np.linalg.norm(mean))
    return mean / length if length else mean
