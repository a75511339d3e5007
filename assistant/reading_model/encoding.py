"""Questions, claims and passages as the embedding model reads them, with what is needed to compare their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.injection import only_evidence
from assistant.units import PassageLike, Unit, units
from ingest.embeddings import MiniLM, TokenVectors
from ingest.lexicon import STOP_WORDS, Lexicon
from ingest.passages import heading_above, text_as_read
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


@dataclass(frozen=True, eq=False)
class EncodedPassage:
    """A passage and its units, a row for each."""

    section: str
    text: str
    units: tuple[Unit, ...]
    vectors: np.ndarray  # (tokens, 384)
    content: np.ndarray  # (tokens,), bool
    ranges: np.ndarray  # (units, 2): the tokens of each unit, half-open
    unit_terms: tuple[frozenset[str], ...]
    heading_terms: frozenset[str]
    terms: frozenset[str]  # of all units and the heading

    @cached_property
    def mean(self) -> np.ndarray:
        """One vector of length 1 for the whole."""
        return mean_of(self.vectors)

    @cached_property
    def means(self) -> list[np.ndarray]:
        """One for each unit."""
        return [mean_of(self.vectors[first:last]) for first, last in self.ranges]


class Encoder:
    """Encodes texts with one embedding model and the words of one index. Threads may share it."""

    def __init__(
        self, model: MiniLM, lexicon: Lexicon, token_vectors: Mapping[str, TokenVectors] | None = None
    ) -> None:
        """`token_vectors`: of passages that were read by their tokens when they were indexed."""
        self.lexicon = lexicon
        self._model = model
        self._token_vectors = token_vectors or {}
        self._kept: dict[tuple[str, str], EncodedPassage] = {}  # never changed, but replaced, as threads share it

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
        keys = [(passage.section, passage.text) for passage in passages]
        kept = self._kept
        new = [key for key in dict.fromkeys(keys) if key not in kept]
        made = dict(zip(new, self._encoded(new), strict=True))
        found = {key: kept.get(key) or made[key] for key in keys}
        older = [(key, one) for key, one in kept.items() if key not in found]
        self._kept = dict([*older, *found.items()][-PASSAGES_KEPT:])
        return [found[key] for key in keys]

    def _encoded(self, passages: Sequence[tuple[str, str]]) -> list[EncodedPassage]:
        """Passages, each with its section; read by their tokens as the index has it, else by the model."""
        # an order to an assistant is no evidence, and colours no word around it
        texts = [text_as_read(section, only_evidence(text)) for section, text in passages]
        unread = [text for text in texts if text not in self._token_vectors]
        made = dict(zip(unread, self._model.embed_tokens(unread), strict=True))
        read = [made.get(text) or self._token_vectors[text] for text in texts]
        return [self._of_tokens(*passage, tokens) for passage, tokens in zip(passages, read, strict=True)]

    def _of_tokens(self, section: str, text: str, tokens: TokenVectors) -> EncodedPassage:
        found, heading = units(text), heading_above(section)
        starts = np.array([span.start - len(heading) for span in tokens.spans], dtype=np.int64)
        ends = np.array([span.end - len(heading) for span in tokens.spans], dtype=np.int64)
        firsts = np.searchsorted(starts, [unit.span.start for unit in found])
        lasts = np.searchsorted(ends, [unit.span.end for unit in found], side="right")
        terms, of_heading = self._terms_of(found), frozenset(self.lexicon.terms(section))
        return EncodedPassage(
            section=section,
            text=text,
            units=found,
            vectors=tokens.vectors,
            content=_content(heading + text, tokens.spans),
            ranges=np.stack([firsts, lasts], axis=1),
            unit_terms=terms,
            heading_terms=of_heading,
            terms=of_heading.union(*terms),
        )

    def _terms_of(self, units_of_passage: Sequence[Unit]) -> tuple[frozenset[str], ...]:
        """The terms of each unit; of a table's row also those of its head, which name its cells."""
        own = [frozenset(self.lexicon.terms(unit.text)) for unit in units_of_passage]
        rows = [(unit, terms) for unit, terms in zip(units_of_passage, own, strict=True) if unit.kind == "row"]
        heads = {unit.list: terms for unit, terms in rows if unit.leads_list}
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
