"""What the network learns from: questions with each passage that retrieval brings, claims with what they cite.

All that is compared is computed by the product's own code.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from assistant.conversation import standalone, turns, with_word
from assistant.reading_model.claim_features import claim_features
from assistant.reading_model.encoding import EncodedPassage, EncodedText, Encoder
from assistant.reading_model.features import features, rerank_scores, table
from assistant.reading_model.known_questions import Known, KnownQuestions
from assistant.reading_model.scope import follows_up
from assistant.reading_model.training.corpus import READING, copies, documents, part_of, read_lines
from assistant.reading_model.training.examples import Claim, Document, Example, Part, Question
from assistant.reading_model.training.stretches import stretches
from assistant.retriever import worth_reading
from assistant.units import Place, places
from ingest.embeddings import MiniLM
from ingest.known_questions import QuestionIndex, index_questions
from ingest.lexicon import Lexicon
from ingest.passages import Passage, split
from ingest.sources import Source
from ingest.text import Span, count_tokens


@dataclass(frozen=True)
class _Read:
    """A question with the passages that are read for it, and which of their units answer."""

    question: EncodedText
    passages: list[Passage]
    encoded: list[EncodedPassage]
    marks: list[list[bool]]
    known: Known
    alone: tuple[EncodedText, Known] | None  # a follow-up by itself, with what is known of it


class Maker:
    """Makes the examples of one document, with an index of its own in memory."""

    def __init__(self, source: Source, model: MiniLM, held_out: bool = False) -> None:
        """What is `held_out` is read behind earlier questions where the assistant would do so, not always."""
        self.source, self._held_out = source, held_out
        beside = index_questions([source], model, QuestionIndex())
        assert len(beside.questions) == sum(bool(line.strip()) for line in source.questions.split("\n"))
        self.known = KnownQuestions(beside)
        self.passages = split(source)
        self.encoder = Encoder(model, Lexicon.of([passage.embedded_text for passage in self.passages]))
        self.encoded = self.encoder.passages(self.passages)
        self._stand = [places(p, one.units) for p, one in zip(self.passages, self.encoded, strict=True)]
        self._halves: dict[tuple[str, str], np.ndarray] = {}
        self.tokens = [count_tokens(passage.text) for passage in self.passages]

    def question(self, line: dict[str, Any], without: Sequence[int] | None = None) -> Question:
        """The examples of a question.

        `without`: the numbers of known questions that it shall not be compared with; `None`: with none at all.
        """
        read = self._read(line, without)
        return self._made(line["q"], line["kind"], bool(self._spans(line["evidence"])), read)

    def deleted(self, line: dict[str, Any], without: Sequence[int] | None = None) -> Question | None:
        """The same, with all that answers it deleted; `None` where that is nothing, or a heading."""
        read = self._read(line, without)
        answers = [
            unit.kind
            for one, of in zip(read.encoded, read.marks, strict=True)
            for unit, answers in zip(one.units, of, strict=True)
            if answers
        ]
        if not answers or "heading" in answers:
            return None
        kept = [[i for i, answers in enumerate(of) if not answers] for of in read.marks]
        rest = [self._only(p, one, left) for p, one, left in zip(read.passages, read.encoded, kept, strict=True)]

        def left_of(known: Known) -> Known:
            both = zip(known.similarities, kept, strict=True)
            return replace(known, similarities=[alike[left] for alike, left in both])

        nothing = [[False] * len(one.units) for one in rest]
        alone = read.alone and (read.alone[0], left_of(read.alone[1]))
        bare = replace(read, encoded=rest, marks=nothing, known=left_of(read.known), alone=alone)
        return self._made(line["q"], "deleted", False, bare)

    def _made(self, text: str, kind: str, answerable: bool, read: "_Read") -> Question:
        made = Question(text, kind, answerable, self._examples(read))
        if read.alone:
            question, known = read.alone
            made.alone.extend(self._examples(replace(read, question=question, known=known)))
        return made

    def _only(self, passage: Passage, one: EncodedPassage, kept: Sequence[int]) -> EncodedPassage:
        """The passage as it would be read without its other units."""
        if len(kept) == len(one.units):
            return _only(one, kept)
        text = passage.text
        for i in sorted(set(range(len(one.units))) - set(kept), reverse=True):
            start, end = one.units[i].span
            text = text[:start] + text[end:]
        text = re.sub(r"(?m)^[ \t]*(?:[-*+•|]|\d{1,3}[.)])?[ \t|]*\n", "", text)
        (cut,) = self.encoder.passages([replace(passage, text=text)]) if kept else [_only(one, kept)]
        return cut if len(cut.units) == len(kept) else _only(one, kept)

    def _read(self, line: dict[str, Any], without: Sequence[int] | None) -> "_Read":
        asked = self._asked(line["q"], [turn["question"] for turn in line.get("history", [])])
        question = self.encoder.text(asked)
        spans = self._spans(line["evidence"])
        retrieved = self.retrieved(question, without)
        encoded = self.encoder.passages(retrieved)
        stand = [places(p, one.units) for p, one in zip(retrieved, encoded, strict=True)]
        marks = [[any(_covers(span, place.span) for span in spans) for place in of] for of in stand]
        *before, own = turns(asked)
        text = self.encoder.text(own) if before else None
        alone = text and (text, self._known(text, stand, without))
        return _Read(question, retrieved, encoded, marks, self._known(question, stand, without), alone)

    def _asked(self, question: str, history: Sequence[str]) -> str:
        needs_none = self._held_out and not with_word(question, history)
        if needs_none and not follows_up(self.encoder.text(question).mean):
            return question
        return standalone(question, history)

    def _known(
        self, question: EncodedText, stand: Sequence[Sequence[Place]], without: Sequence[int] | None
    ) -> Known:
        if without is None:
            return Known.nothing([len(of) for of in stand])
        return self.known.near(question, stand, without)

    def _examples(self, read: "_Read") -> list[Example]:
        found = features(read.question, read.encoded, self.encoder.lexicon, read.known)
        vectors = read.question.vectors.astype(np.float16)
        return [
            Example(
                vectors,
                read.question.begins,
                self._half(one),
                one.ranges,
                rows=np.array([unit.kind == "row" for unit in one.units], dtype=bool),
                unit=table(of.units),
                passage=table([of.whole])[0],
                units_answer=np.array(marks, dtype=np.float32),
                passage_answers=float(any(marks)),
            )
            for one, of, marks in zip(read.encoded, found, read.marks, strict=True)
        ]

    def _half(self, one: EncodedPassage) -> np.ndarray:
        """Its vectors in 16 bits, one object for all that read them."""
        return self._halves.setdefault((one.section, one.text), one.vectors.astype(np.float16))

    def retrieved(self, question: EncodedText, without: Sequence[int] | None) -> list[Passage]:
        """The passages that the product's retriever brings, from an index of this document alone."""
        known = self._known(question, self._stand, without)
        scores = rerank_scores(question, self.encoded, self.encoder.lexicon, known)
        reranked = sorted(enumerate(scores), key=lambda pair: (-pair[1], pair[0]))
        return [self.passages[i] for i in worth_reading(reranked, self.tokens)]

    def _spans(self, evidence: Sequence[str]) -> list[Span]:
        """Every place of each piece; of a short one ("Accenture.") only where it stands as a unit, if it does."""
        units = {place.span for of in self._stand for place in of}
        found: list[Span] = []
        for piece in evidence:
            there = [Span(*match.span()) for match in re.finditer(re.escape(piece), self.source.text)]
            alone = [p for p in there if any(abs(u.start - p.start) + abs(u.end - p.end) < 8 for u in units)]
            found += alone if alone and len(piece) < 40 else there
        return found

    def claim(self, line: dict[str, Any], misplaced: bool = False, far: Sequence[EncodedPassage] = ()) -> Claim:
        """The examples of a claim: with the units of its evidence, and with all of the passages that these are in.

        `misplaced`: also with the passage that resembles it most of those which do not prove it, and with the
        shortest. So also with each that is `far`, of another document.
        """
        claim = self.encoder.text(line["claim"])
        spans = [
            Span(at, at + len(piece)) for piece in line["evidence"] if (at := self.source.text.find(piece)) >= 0
        ]
        both = zip(self.passages, self.encoded, strict=True)
        cited = [(p, one) for p, one in both if any(a < p.end and p.start < b for a, b in spans)]
        label, examples = float(line["supported"]), []
        for quoted in (True, False):
            pieces = [_only(one, self._quoted(p, one, spans)) if quoted else one for p, one in cited]
            examples.append(_of_claim(claim, pieces, label))
        elsewhere, unrelated = [], list(far)
        others = [one for one in self.encoded if not any(one is cites for _, cites in cited)]
        if line["supported"] and misplaced and others and cited:
            nothing = Known.nothing([len(one.units) for one in others])
            scores = rerank_scores(claim, others, self.encoder.lexicon, nothing)
            elsewhere = [_of_claim(claim, [others[int(np.argmax(scores))]], 0.0)]
            unrelated.append(min(others, key=lambda one: len(one.vectors)))
        nowhere = [_of_claim(claim, [one], 0.0) for one in unrelated]
        return Claim(line["claim"], line["kind"], line["supported"], examples, elsewhere, nowhere)

    def _quoted(self, passage: Passage, one: EncodedPassage, spans: Sequence[Span]) -> list[int]:
        """The units of a passage that any of the spans is in."""
        stand = places(passage, one.units)
        return [i for i, place in enumerate(stand) if any(_covers(place.span, span) for span in spans)]


def _only(one: EncodedPassage, chosen: Sequence[int]) -> EncodedPassage:
    """The passage with no other units than these, though with all its terms."""
    kept = [np.arange(*one.ranges[i]) for i in chosen]
    tokens = np.concatenate([np.zeros(0, dtype=np.int64), *kept])
    ends = np.cumsum([len(of) for of in kept], dtype=np.int64)
    return replace(
        one,
        text=" ".join(one.units[i].text for i in chosen),
        units=tuple(one.units[i] for i in chosen),
        vectors=one.vectors[tokens],
        content=one.content[tokens],
        ranges=np.array([ends - [len(of) for of in kept], ends], dtype=np.int64).T.reshape(-1, 2),
        unit_terms=tuple(one.unit_terms[i] for i in chosen),
    )


def _of_claim(claim: EncodedText, pieces: Sequence[EncodedPassage], label: float) -> Example:
    told = np.concatenate([claim.vectors[:0], *(one.vectors for one in pieces)]).astype(np.float16)
    return Example(
        claim.vectors.astype(np.float16), 0, told, claim=table([claim_features(claim, pieces)])[0], proven=label
    )


def _covers(unit: Span, place: Span) -> bool:
    """Whether a unit and a place of the evidence have more than half of the shorter one in common."""
    common = min(unit.end, place.end) - max(unit.start, place.start)
    return common > 0.5 * min(unit.end - unit.start, place.end - place.start)


def make(part: Part) -> Iterator[Document]:
    """The examples of every document of a part; of some questions also what is left where their answer is deleted.

    Some questions are also asked of the document before, and of each some lines that no document answers.
    """
    model = MiniLM()
    lines = read_lines(READING / "small-talk.jsonl")
    small_talk = [{**line, "kind": "far", "evidence": []} for line in lines if part_of(line["q"]) == part]
    before: Maker | None = None
    for number, (source, group, of_part, questions, claims) in enumerate(chain(documents(), copies())):
        if of_part != part:
            continue
        maker = Maker(source, model, held_out=part != "train")
        made = Document(source.name, group, part)
        for i, line in enumerate(questions):
            asked = line
            if not line.get("history") and i % 8 == 3 and group != "article":  # asked after something else
                asked = {**line, "history": [{"question": questions[(i * 7 + 1) % len(questions)]["q"]}]}
            without = _not_known(i, questions)
            made.questions.append(maker.question(asked, without))
            if i % 3 == 1 and (deleted := maker.deleted(asked, without)):
                made.questions.append(deleted)
            if before and i % 12 == 5:
                made.questions.append(before.question({**line, "kind": "far", "evidence": []}))
        of_document = small_talk if group == "article" else small_talk[number % 40 :: 40]
        made.questions += [maker.question(line, []) for line in of_document]
        for i, line in enumerate(claims):
            far = [before.encoded[i % len(before.encoded)]] if before and i % 3 == 1 else []
            made.claims.append(maker.claim(line, misplaced=i % 3 == 0, far=far))
        before = before if group == "changed article" else maker  # one copy answers what is asked of another
        yield made
        if part == "train" and group != "article":
            for short, asked in stretches(source, questions, number):
                brief = Maker(short, model)
                yield Document(short.name, "stretch", part, [brief.question(line) for line in asked])


def _not_known(number: int, lines: Sequence[dict[str, Any]]) -> list[int] | None:
    """The known questions that a question is not compared with, so that training is like a stranger's question.

    Three of ten questions are compared with none (`None`), as those on most documents are. A known one is not
    compared with itself, and three of ten neither with those around it which ask for the same in other words. The
    known questions are the first lines, so that a line's number is its number among them.
    """
    if number % 10 < 3:
        return None
    if lines[number]["kind"] != "beside":
        return []
    first = last = number
    if number % 10 < 6:
        same = lines[number]["evidence"]
        while first and lines[first - 1]["evidence"] == same:
            first -= 1
        while (
            last + 1 < len(lines) and lines[last + 1]["kind"] == "beside" and lines[last + 1]["evidence"] == same
        ):
            last += 1
    return list(range(first, last + 1))
