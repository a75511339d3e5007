"""The offline reader: chooses sentences and lists of the passages and arranges them into an answer.

It never writes a sentence of its own, apart from the connecting words in `prompts.py`. Every unit of the
passages (sentence, list, heading) is scored against the question; the best one answers, or the best one for
each side of a comparison; where none is good enough, the article does not say.
"""

from collections.abc import Iterator
from dataclasses import replace

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.confidence import confidence
from assistant.evidence import Candidate, Evidence
from assistant.kinds import holds, spells_out
from assistant.question import Question
from assistant.readers import Draft, Reading
from assistant.readers.lines import ASKED, SECOND, Decision, enumerates, is_bare_heading, markdown, says_nothing
from assistant.readers.lists import counted, list_of, lists_of_both, lost_list
from assistant.readers.sentences import comparison, contrast, sentences
from assistant.streams import streaming

ENOUGH = 0.5  # the least confidence that answers
_HOLDS_NEAR = 0.85  # a date that is asked for has to stand in a unit with at least this share of the best score
_SURELY_ASKED = 0.8  # an indexed question that is so like the one asked asks for the same things


def make_reader(evidence: Evidence) -> Runnable[Reading, Draft]:
    """A reader that scores with `evidence`; while it streams, each draft has one line more."""

    def read(reading: Reading, config: RunnableConfig) -> Iterator[Draft]:
        decision = decide(reading, evidence.rank(reading.question, reading.passages), evidence)
        if not decision.lines:
            refusal = prompts.refusal(len(reading.sources))
            yield Draft(refusal, decision.notices, decision.about, confidence=decision.confidence)
        text = ""
        for line in decision.lines:
            text += markdown(line, text)
            yield Draft(text, decision.notices, confidence=decision.confidence)

    return streaming(read, name="extractive")


def decide(reading: Reading, ranked: list[Candidate], evidence: Evidence) -> Decision:
    """What to answer, from the units as they rank for the question."""
    question = reading.question
    if question.kind == "instruction":
        return Decision([], "it tells the assistant to do something instead of asking")
    if lost := lost_list(reading, ranked):
        return lost
    best = [c for c in ranked if _may_answer(c, question)]
    if not best:
        return Decision([], "nothing that was found says more than the question")
    near = [c for c in best if c.score >= _HOLDS_NEAR * best[0].score and _holds(question, c)]
    signals = evidence.signals(question, best[0], reading.passages[best[0].number - 1])
    sure = confidence(signals, bool(near))
    if sure < ENOUGH:
        missing = "" if near else f"nothing near holds what is asked for, a {question.kind}; "
        reason = f"{missing}the text answers with a probability of {sure:.2f}, {ENOUGH} is needed"
        return Decision([], reason, confidence=sure)
    if question.kind == "list" and question.compares and (lists := lists_of_both(reading, evidence)):
        return replace(lists, confidence=sure)
    made = _answer(reading, near or best, ranked, evidence, alone=signals.defines)
    return replace(made, confidence=sure)


def _answer(
    reading: Reading, best: list[Candidate], ranked: list[Candidate], evidence: Evidence, alone: bool
) -> Decision:
    kind = reading.question.kind
    asked_for_a_sentence = best[0].asked_for >= _SURELY_ASKED and best[0].unit.kind == "sentence"
    if kind in ("list", "count") and not asked_for_a_sentence and (lines := list_of(best, reading, ranked)):
        return Decision(counted(lines) if kind == "count" else lines, "a list answers")
    return _from_sentences(reading, best, evidence, alone)


def _may_answer(candidate: Candidate, question: Question) -> bool:
    """Whether a unit says something that the question does not; an indexed question that quotes it says so."""
    if candidate.asked_for >= ASKED:
        return True
    if not candidate.counts or says_nothing(candidate.unit):
        return False
    return question.yes_or_no or candidate.adds or candidate.unit.kind == "heading"  # its own words are no answer


def _from_sentences(reading: Reading, best: list[Candidate], evidence: Evidence, alone: bool) -> Decision:
    question = reading.question
    if is_bare_heading(best[0], reading) and best[0].asked_for < ASKED:
        best = _below(best[0], best, reading) or best
    best = [c for c in best if not is_bare_heading(c, reading) or c.asked_for >= ASKED] or best
    counted = question.kind in ("count", "percentage", "price", "duration", "date")
    if question.compares and not counted and (pair := comparison(reading, evidence, best)):
        return Decision(pair, "one sentence for each side answers")
    if not question.compares and (two := contrast(reading, evidence)):
        return Decision(two, "one sentence for each of two things answers")
    return Decision(sentences(best, alone), "the best sentences answer")


def _holds(question: Question, candidate: Candidate) -> bool:
    """Whether a unit holds the kind of thing that is asked for; a list has a number of items without saying it."""
    unit = candidate.unit
    if question.kind == "expansion":
        return spells_out(unit.text, question.text)
    if question.kind == "count":
        of_these = candidate.counts or candidate.asked_for >= _SURELY_ASKED
        many = unit.kind in ("list", "item") or enumerates(unit.text) or holds("count", unit.text)
        return of_these and many
    return question.kind == "example" or holds(question.kind, unit.text)


def _below(heading: Candidate, best: list[Candidate], reading: Reading) -> list[Candidate]:
    """The candidates in the section of a heading: where a heading answers best, what stands below it does."""

    def section(candidate: Candidate) -> tuple[str, str]:
        passage = reading.passages[candidate.number - 1]
        return passage.source, passage.section

    below = [c for c in best if section(c) == section(heading) and c.unit.kind != "heading"]
    return [replace(c, score=max(c.score, SECOND * below[0].score)) for c in below]
