"""Quoted, supported or unsupported: the one list of checks, in order."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from assistant.answers import RetrievedPassage, Support
from assistant.injection import only_evidence
from assistant.literals import (
    amounts,
    has_second_capital,
    names,
    unknown_amounts,
    unknown_names,
    unknown_numbers,
    without,
)
from assistant.pieces import Piece
from assistant.silence import claimed
from assistant.units import ends_with_colon, is_question, units
from ingest.language import ENGLISH, language_of
from ingest.lexicon import STOP_WORDS, content_words
from ingest.text import Span, find_folded, fold, words

_LISTED = re.compile(r",\s*(?:and\b|or\b)?|\b(?:and|or)\b")
_ENGLISH = 0.3  # the share of its commonest words that a text in no other language has
_NOUNS_CAPITALISED = ("de", "lb")
# What a chat model says to be kind.
_COURTESY = re.compile(
    r"\W*(?:certainly|sure(?: thing)?|of course|absolutely|okay|gladly|(?:great|good) question|you[’']re welcome"
    r"|(?:i[’']m |i am |i[’']d be )?happy to help|(?:i )?hope (?:this|that|it) helps"
    r"|(?:please )?(?:let me know|feel free to ask)\b[^.!?:;]*)\W*",
    re.IGNORECASE,
)

Proof = Sequence[tuple[RetrievedPassage, Span]]  # the passages that a sentence cites, each with what is quoted


@dataclass(frozen=True)
class Judge:
    """The model and its thresholds: `proves` gives the logit of a claim as proven by some passages.

    `threshold` is that of a claim which its own passages prove. Where any other passage may prove it, one of them
    will seem to, and more is asked: `uncited_threshold`. It is `sought` where nobody named the passages that may
    prove it. `written` is the whole answer, by which one knows its language; `named` is what the documents treat
    as names. `opinion` is a second one on what is found proven; `None`: there is none.
    """

    proves: Callable[[str, Proof], float]
    threshold: float
    uncited_threshold: float = math.inf
    sought: bool = False
    written: str = ""
    named: Collection[str] = ()
    opinion: Callable[[str, Proof], bool | None] = lambda *_: None


@dataclass(frozen=True)
class Verdict:
    """What was found out about a sentence: why it is unsupported, in a few words (empty: it is not), and a logit.

    The logit is higher the better the sentence is proven; infinite where words alone decide.
    """

    doubt: str
    logit: float


def support_of(doubt: str, quoted: bool) -> Support:
    """What a sentence is called that has this doubt, and is quoted or not."""
    return "unsupported" if doubt else "quoted" if quoted else "supported"


def verdict(proof: Proof, sentence: str, quoted: bool, judge: Judge | None, label: str = "") -> Verdict:
    """Judges a sentence by what it cites.

    `quoted`: a span says it word for word. `label` is what stands above or before it in its table. Without a judge
    only quotes are proven: the offline reader writes nothing else.
    """
    if quoted and (judge is None or (not label and _quotes_units(proof, sentence))):
        return Verdict("", math.inf)
    if not proof:
        left_alone = claims_nothing(sentence) or not claimed(sentence)
        return Verdict("", math.inf) if left_alone else Verdict("it cites no passage", -math.inf)
    told = " ".join(f"{passage.section} {only_evidence(passage.text)}" for passage, _ in proof)
    translated = judge is not None and is_translated(sentence, judge.written, told)
    strange = _strange(proof, sentence, told, judge, label, translated)
    if strange:
        return Verdict(f"“{strange[0]}” is not in the passage", -math.inf)
    if claims_nothing(sentence):
        return Verdict("", math.inf)
    if judge is None:
        return Verdict("the passage does not say it in these words", -math.inf)
    return _judged(f"{label}: {sentence}" if label else sentence, proof, judge, translated)


def doubt_in_answer(piece: Piece, judge: Judge | None, passages: Sequence[RetrievedPassage]) -> str:
    """Why a piece of an answer is not proven; empty where it is, or says only what the documents do not say.

    Even that may name no amount that none of the `passages` has: who denies it well tells it all the same. In a
    text of anybody's such a denial is a claim like any other, which `verdict` judges.
    """
    if claim := claimed(piece.text):
        return verdict(piece.proof, claim, piece.quoted, judge, piece.label).doubt
    strange = unknown_numbers(piece.text, " ".join(passage.text for passage in passages))
    return f"“{strange[0]}” is in no passage" if strange else ""


def _judged(said: str, proof: Proof, judge: Judge, translated: bool) -> Verdict:
    """The verdict on what adds no amount and no name to its proof. Of what is translated no more is known.

    Where there is a second opinion it takes both: a model that obeys what is planted in a document would vouch for
    what it wrote. Who finds what, and what is falsely marked, stands in docs/models.md.
    """
    if translated and judge.sought:
        return Verdict("it is in another language than the passage", -math.inf)
    logit = math.inf if translated else judge.proves(said, proof)
    if logit < judge.threshold:
        return Verdict("the passage does not say that", logit)
    agreed = judge.opinion(said, proof) in (True, None)
    return Verdict("" if agreed else "asked once more, the model does not find it in the passage", logit)


def _strange(
    proof: Proof, sentence: str, told: str, judge: Judge | None, label: str, translated: bool
) -> list[str]:
    """The amounts and names of a sentence that are not in what it is told by.

    Of a label of its table only those words are names that have a second capital, or that the documents treat so.
    """
    said = f"{label}: {sentence}" if label else sentence
    if translated and judge:  # its passage has no word of it
        nouns = any(language_of(text) in _NOUNS_CAPITALISED for text in (sentence, judge.written))
        return (
            unknown_numbers(said, told) + unknown_names(label, told, True) + unknown_names(sentence, told, nouns)
        )
    counts = {*_counts(proof), *_count_of_listed(sentence)}
    named = judge.named if judge else ()
    heads = {name for name in names(f"{label}:") if not (has_second_capital(name) or name in named)}
    strange = [amount for amount in unknown_amounts(said, told) if amount not in counts]
    return strange + without([name for name in names(said) if name not in heads], told)


def _counts(proof: Proof) -> set[str]:
    """How many items the lists of the passages have, which a sentence may say though no passage does."""
    lists = (Counter(one.list for one in units(passage.text) if not one.leads_list) for passage, _ in proof)
    return {str(items) for found in lists for number, items in found.items() if number is not None}


def _count_of_listed(sentence: str) -> set[str]:
    """How many things a sentence lists, if it says so before its colon: “Two countries are named: A and B.”"""
    says, _, listed = sentence.rpartition(": ")
    count = str(sum(bool(content_words(one)) for one in _LISTED.split(listed)))
    return {count} & (amounts(says) - amounts(listed))


def is_translated(sentence: str, answer: str, told: str) -> bool:
    """Whether a sentence of an answer is in another language than what it was told.

    A few words do not tell their language: they are in that of the whole answer, if they are not plainly English.
    """
    language = language_of(sentence)
    if language == ENGLISH and not _is_plainly_english(sentence):
        language = language_of(answer)
        if language == ENGLISH and not _is_plainly_english(answer):  # it is too short to tell, too
            return False
    return language != language_of(told)


def _is_plainly_english(text: str) -> bool:
    every = words(text)
    return sum(word in STOP_WORDS for word in every) > _ENGLISH * len(every)


def claims_nothing(sentence: str) -> bool:
    """Whether there is nothing to prove: "Yes.", "Both.", a courtesy, a question, or a lead-in to what follows."""
    said_nothing = not content_words(sentence) or _COURTESY.fullmatch(sentence)
    return bool(said_nothing) or ends_with_colon(sentence) or is_question(sentence)


def _quotes_units(proof: Proof, sentence: str) -> bool:
    """Whether each quote begins where a unit does, so that no "not" was cut off, and no label stands before it."""
    begins = all(any(unit.span.start == span.start for unit in units(passage.text)) for passage, span in proof)
    return begins and any(find_folded(sentence, fold(passage.text)) for passage, _ in proof)
