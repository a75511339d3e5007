"""How well each unit of a passage answers a question: by meaning, by words, and by whose side it is on.

Meaning is compared token by token (late interaction, after ColBERT: Khattab and Zaharia, SIGIR 2020): a passage
is read by the model once and as a whole, so that "these processes" knows which ones, and a unit is the tokens
that stand in it. Where questions are indexed beside a text, a unit is also known by those that it answers.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Lock

import numpy as np

from assistant.alike import AskedBefore
from assistant.confidence import Signals
from assistant.definitions import defines
from assistant.kinds import holds, spells_out
from assistant.question import Question, Side
from assistant.units import OVERVIEW, SIGNPOST, PassageLike, Unit, side_of, units
from ingest.embeddings import MiniLM, TokenVectors
from ingest.lexicon import STOP_WORDS, Lexicon
from ingest.questions import IndexedQuestion, QuestionIndex
from ingest.readings import Readings, heading_above
from ingest.text import Span, words

# Beside the 1 of two equal texts; found on the tuning part of core.jsonl.
_ASKED, _WORDS = 1.0, 0.2
_OTHER_SIDE, _ONLY_A_SIGN = -0.25, -0.15
_DEFINES, _SPELLS_OUT, _IS_AN_EXAMPLE = 0.2, 0.5, 0.3
_FUNCTION_WORD = 0.2  # what a token counts that carries no subject
_SAME = 0.35  # what a unit and a quote have in common, of both together, where the one stands for the other
_KEPT = 400  # passages whose token vectors are kept in memory; about 300 kB each


@dataclass(frozen=True)
class Candidate:
    """A unit of the `number`-th passage (from 1 on), whose side it is on, and how well it answers."""

    number: int
    unit: Unit
    side: Side | None
    score: float
    adds: bool  # whether it says more than the question, in other words than the question's
    counts: bool  # whether it, its lead-in or its heading names what the question asks the number of
    asked_for: float  # how like this question the most alike indexed one is, where that quotes it; else 0


@dataclass(frozen=True)
class _Query:
    """A question as it is compared: its tokens with their weights, and how it resembles each indexed question."""

    vectors: np.ndarray  # (tokens, 384)
    spans: tuple[Span, ...]  # where each token stands in the question
    weights: np.ndarray  # (tokens,), their sum is 1
    asked: np.ndarray  # (indexed questions,)


@dataclass(frozen=True)
class _Prepared:
    """A passage with what does not depend on the question; a row for each of its units."""

    units: tuple[Unit, ...]
    tokens: np.ndarray  # (tokens, 384)
    ranges: np.ndarray  # (units, 2): the tokens of each unit, half-open
    asked: list[np.ndarray]  # the indexed questions that each unit answers
    only_signs: list[bool]  # whether it only says what comes next, or what the text is about
    said: list[set[str]]  # the terms of its text
    own: list[set[str]]  # the terms that it is known by
    near: list[set[str]]  # these, and those of what is around it
    sides: list[Side | None]


class Evidence:
    """Scores the units of the passages of one index. Keeps what it has read, so that a warm question is quick."""

    def __init__(
        self, lexicon: Lexicon, model: MiniLM, questions: QuestionIndex, readings: Readings | None = None
    ) -> None:
        self._lexicon = lexicon
        self._model = model
        self._readings = readings or Readings()
        self._questions = questions.questions
        self._answered = np.array([bool(question.spans) for question in self._questions], dtype=bool)
        self._names = {word for q in self._questions if q.spans for word in words(q.question)}
        self._strange = np.array([bool(self._strange_names(q.question)) for q in self._questions], dtype=bool)
        self._asked_of = np.array([question.source for question in self._questions], dtype=str)
        self._asked_before = AskedBefore(questions)
        self._spans = {source: _spans_of(questions.questions, source) for source in set(self._asked_of.tolist())}
        self._prepared: OrderedDict[tuple[str, int, str], _Prepared] = OrderedDict()
        self._lock = Lock()
        # one for each object, so that it ends with it
        self._query = lru_cache(maxsize=512)(partial(_make_query, model, self._asked_before))

    def rank(self, question: Question, passages: Sequence[PassageLike]) -> list[Candidate]:
        """Every unit of `passages`, best first.

        The score is the mean over the question's tokens of the best cosine with a token of the unit, plus the
        same for the most alike of the questions that the unit answers (where it answers none, the first term
        again), plus 0.2 × the share of the question's words, weighted by rarity, that the unit holds. A unit
        about the other side than the one asked for loses 0.25, one that only says what comes next 0.15; one
        that defines what the question asks to define gains 0.2.
        """
        query = self._query(question.text)
        wanted = self._lexicon.asked_terms(question.text)
        weighted = self._weighted(wanted)
        counted = set(self._lexicon.asked_terms(question.counted)[-1:])
        most_alike = int(np.where(self._answered, query.asked, -1).argmax()) if self._answered.any() else -1
        read = self._prepare(passages)
        meanings = iter(_best_cosines(query, read))
        candidates = []
        for number, prepared in enumerate(read, start=1):
            for i, unit in enumerate(prepared.units):
                meaning = next(meanings)
                asked = float(query.asked[prepared.asked[i]].max()) if len(prepared.asked[i]) else meaning
                score = meaning + _ASKED * asked + _WORDS * _share(weighted, prepared.own[i])
                side = prepared.sides[i]
                if side and question.sides and side not in question.sides:
                    score += _OTHER_SIDE
                if prepared.only_signs[i]:
                    score += _ONLY_A_SIGN
                if question.kind == "definition":
                    score += _DEFINES * defines(unit.text, wanted, self._lexicon)
                if question.kind == "expansion" and spells_out(unit.text, question.text):
                    score += _SPELLS_OUT
                if question.kind == "example" and holds("example", unit.text):
                    score += _IS_AN_EXAMPLE
                adds = bool(prepared.said[i].difference(wanted))
                counts = counted <= prepared.near[i]
                asked_for = float(query.asked[most_alike]) if most_alike in prepared.asked[i] else 0.0
                candidates.append(Candidate(number, unit, side, score, adds, counts, asked_for))
        return sorted(candidates, key=lambda c: -c.score)

    def read(self, passages: Sequence[PassageLike]) -> None:
        """Reads passages ahead of the first question, as many as are kept; makes the indexed questions ready."""
        self._prepare(passages[:_KEPT])
        self._asked_before.prepare()

    def alike(self, text: str) -> list[tuple[IndexedQuestion, float]]:
        """Every indexed question with how like it a text is (1: the same), in the order of the index."""
        return list(zip(self._questions, self._query(text).asked.tolist(), strict=True))

    def signals(self, question: Question, best: Candidate, passage: PassageLike) -> Signals:
        """What tells whether the unit that answers best, of `passage`, answers at all."""
        query = self._query(question.text)
        (prepared,) = self._prepare([passage])
        at = prepared.units.index(best.unit)
        first, last = prepared.ranges[at]
        cosines = query.vectors @ prepared.tokens[first:last].T
        wanted = self._lexicon.asked_terms(question.text)
        strange = self._strange_names(question.text)
        return Signals(
            margin=self._margin(query, passage.source, bool(strange)),
            defines=question.kind == "definition" and defines(best.unit.text, wanted, self._lexicon) == 1,
            reverse=float(cosines.max(axis=0).mean()) if cosines.size else 0.0,
            words=_share(self._weighted(wanted), prepared.near[at]),
            strange=len(strange),
            named=self._named(question, query, prepared, at),
        )

    def _named(self, question: Question, query: _Query, prepared: _Prepared, at: int) -> float:
        """The best cosine of the things asked for with a word of the passage or of a question that it answers."""
        span = question.asks_for
        if (
            span is None
            or set(self._lexicon.asked_terms(question.text[span.start : span.end])) & prepared.near[at]
        ):
            return 1.0
        noun = query.vectors[[s.start < span.end and s.end > span.start for s in query.spans]]
        texts = [prepared.tokens, *map(self._asked_before.tokens, prepared.asked[at])]
        return max(float((noun @ text.T).max(axis=1).mean()) for text in texts) if len(noun) else 1.0

    def _strange_names(self, question: str) -> list[str]:
        """The names in a question that neither the texts have nor the questions that they answer."""
        return [name for name in self._lexicon.unknown_names(question) if not self._names.issuperset(words(name))]

    def _margin(self, query: _Query, source: str, strange: bool) -> float | None:
        """How much more the question is like one that the source answers than like one that it does not.

        A question without strange names is not compared with unanswered ones that have some, which they are
        unanswered for.
        """
        of_source = self._asked_of == source
        answered, unanswered = self._answered & of_source, ~self._answered & of_source & (strange | ~self._strange)
        if not answered.any() or not unanswered.any():
            return None
        return float(query.asked[answered].max() - query.asked[unanswered].max())

    def _weighted(self, wanted: list[str]) -> list[tuple[str, float]]:
        """Terms with how rare each one is."""
        return [(term, self._lexicon.rarity(term)) for term in wanted]

    def _prepare(self, passages: Sequence[PassageLike]) -> list[_Prepared]:
        keys = [(p.source, p.start, p.text) for p in passages]
        with self._lock:
            known = {key: self._prepared[key] for key in keys if key in self._prepared}
        new = [p for p, key in zip(passages, keys, strict=True) if key not in known]
        for passage, read in zip(new, self._read([heading_above(p.section) + p.text for p in new]), strict=True):
            known[(passage.source, passage.start, passage.text)] = self._prepared_from(passage, read)
        with self._lock:
            for key in keys:
                self._prepared[key] = known[key]
                self._prepared.move_to_end(key)
            while len(self._prepared) > _KEPT:
                self._prepared.popitem(last=False)
        return [known[key] for key in keys]

    def _read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Each text by its tokens, as the index has it, else as the model reads it."""
        kept = {text: self._readings.get(text) for text in texts}
        unread = [text for text, read in kept.items() if read is None]
        made = dict(zip(unread, self._model.embed_tokens(unread), strict=True))
        return [kept[text] or made[text] for text in texts]

    def _prepared_from(self, passage: PassageLike, read: TokenVectors) -> _Prepared:
        found = units(passage.text)
        before = len(heading_above(passage.section))
        starts = np.array([span.start - before for span in read.spans])
        ends = np.array([span.end - before for span in read.spans])
        firsts = [int(np.searchsorted(starts, unit.span.start)) for unit in found]
        lasts = [int(np.searchsorted(ends, unit.span.end, side="right")) for unit in found]
        own = [set(self._lexicon.terms(_announced(unit))) for unit in found]
        asked = [self._answered_by(passage, unit) for unit in found]
        around = [f"{passage.section} {u.lead_in} {u.before} {u.text}" for u in found]
        return _Prepared(
            units=found,
            tokens=read.vectors,
            ranges=np.array([firsts, lasts], dtype=np.int64).T,
            asked=asked,
            only_signs=[_is_sign(unit.text, bool(len(of))) for unit, of in zip(found, asked, strict=True)],
            said=[set(self._lexicon.terms(unit.text)) for unit in found],
            own=own,
            near=[words.union(self._lexicon.terms(text)) for words, text in zip(own, around, strict=True)],
            sides=[side_of(unit, passage.section) for unit in found],
        )

    def _answered_by(self, passage: PassageLike, unit: Unit) -> np.ndarray:
        """The numbers of the indexed questions that quote this unit as their answer."""
        start, end = passage.start + unit.span.start, passage.start + unit.span.end
        numbers, starts, ends = self._spans.get(passage.source, _NO_SPANS)
        common = np.minimum(ends, end) - np.maximum(starts, start)
        both = np.maximum(ends, end) - np.minimum(starts, start)
        found = set(numbers[(common > 0) & (common >= _SAME * both)].tolist())
        return np.array(sorted(found), dtype=np.int64)  # np.unique would load numpy.ma


def _make_query(model: MiniLM, asked_before: AskedBefore, text: str) -> _Query:
    (tokens,) = model.embed_tokens([text])
    weights = np.array([_weight(text[span.start : span.end]) for span in tokens.spans])
    weights = weights / max(float(weights.sum()), 1e-9)
    return _Query(tokens.vectors, tuple(tokens.spans), weights, asked_before.compare(tokens.vectors, weights))


_NO_SPANS = (np.zeros(0, dtype=np.int64),) * 3


def _spans_of(questions: Sequence[IndexedQuestion], source: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The spans that questions of a source quote, in three columns: the question's number, start and end."""
    rows = [(i, *span) for i, q in enumerate(questions) if q.source == source for span in q.spans]
    numbers, starts, ends = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return numbers, starts, ends


def _best_cosines(query: _Query, read: Sequence[_Prepared]) -> list[float]:
    """For each unit, the mean over the question's tokens of the best cosine with one of the unit's tokens.

    0 for a unit without tokens, which stands behind what the model reads.
    """
    if not read or not len(query.weights):
        return [0.0] * sum(len(prepared.units) for prepared in read)
    offsets = np.cumsum([0, *(len(prepared.tokens) for prepared in read)])
    ranges = np.concatenate([p.ranges + at for p, at in zip(read, offsets, strict=False)])
    empty = ranges[:, 0] >= ranges[:, 1]
    cosines = query.vectors @ np.concatenate([p.tokens for p in read]).T
    padded = np.pad(cosines, ((0, 0), (0, 1)))  # so that a range may end behind the last token
    best = np.maximum.reduceat(padded, ranges.ravel(), axis=1)[:, ::2]
    means: list[float] = np.where(empty, 0.0, query.weights @ best).tolist()
    return means


def _share(weighted: list[tuple[str, float]], held: set[str]) -> float:
    """The share of these terms, by their weights, that is held."""
    whole = sum(weight for _, weight in weighted)
    return sum([weight for term, weight in weighted if term in held]) / whole if whole else 0.0


def _weight(token: str) -> float:
    return _FUNCTION_WORD if token.casefold() in STOP_WORDS or not token.isalnum() else 1.0


def _is_sign(text: str, answers: bool) -> bool:
    """Whether a unit says what comes next, or what all of the text is about without answering a question."""
    return bool(SIGNPOST.match(text) or (OVERVIEW.match(text) and not answers))


def _announced(unit: Unit) -> str:
    """A list is known by what announces it; its items would blur that."""
    return f"{unit.before} {unit.lead_in}".strip() if unit.kind == "list" and unit.lead_in else unit.text
