"""Measures of one answer to one question. Pure functions; `None` where a measure is not defined.

A place is a half-open range of code points in a named source. `Evidence` holds for each quote of the question's
evidence all the places where it stands; any of them counts.
"""

import re
from collections.abc import Callable, Sequence

from assistant.answers import Answer, Sentence
from assistant.evaluation.places import Place, best_share, overlap
from assistant.evaluation.questions import QuestionItem
from assistant.literals import names, unknown_amounts, without
from assistant.prompts import MARKER, marker_numbers
from ingest.lexicon import content_words, stem
from ingest.text import fold

Evidence = Sequence[Sequence[Place]]
Supports = Callable[[str, str], bool]  # (evidence, claim): the test φ; one that cannot tell raises `NoVerdict`

IN_CONTEXT = 0.9  # the share of a quote's characters that has to be retrieved
COVERED = 0.8  # the share of a quote's characters that citations have to cover

_LIST_MARK = re.compile(r"^\s*(?:\d+[.)]|[-*+])\s+", re.MULTILINE)


class NoVerdict(Exception):
    """The test φ could not tell whether the evidence supports the claim."""


# Retrieval -----------------------------------------------------------------------------------------------------


def evidence_recall(evidence: Evidence, retrieved: Sequence[Place], k: int | None = None) -> float | None:
    """The share of quotes of which at least 90 % of the characters lie inside the first `k` retrieved spans.

    recall@k = |{quotes covered by the first k}| / |quotes|; all retrieved spans where `k` is `None`.
    """
    if not evidence:
        return None
    first = retrieved[:k]
    return sum(best_share(places, first) >= IN_CONTEXT for places in evidence) / len(evidence)


def success_at_1(evidence: Evidence, retrieved: Sequence[Place]) -> float | None:
    """1 where the first span holds a quote of the evidence, else 0: any hit, which is not recall."""
    rank = reciprocal_rank(evidence, retrieved)
    return None if rank is None else float(rank == 1)


def reciprocal_rank(evidence: Evidence, retrieved: Sequence[Place]) -> float | None:
    """1 / rank of the first span that holds a quote, 0 where none does; its mean is MRR (Voorhees 1999)."""
    if not evidence:
        return None
    for rank, span in enumerate(retrieved, start=1):
        if any(best_share(places, [span]) >= IN_CONTEXT for places in evidence):
            return 1 / rank
    return 0.0


# The answer ----------------------------------------------------------------------------------------------------


def stated(facts: Sequence[Sequence[str]], text: str) -> list[bool]:
    """For each key fact, whether the text holds at least one of its phrasings; markers are left out."""
    shown = fold(MARKER.sub("", text)).text
    return [any(holds_phrase(shown, phrase) for phrase in phrasings) for phrasings in facts]


def fact_recall(facts: Sequence[Sequence[str]], text: str) -> float | None:
    """The share of key facts that the text states: |{facts with a phrasing in it}| / |facts|."""
    return sum(stated(facts, text)) / len(facts) if facts else None


def forbidden_hit(forbidden: Sequence[str], text: str) -> float | None:
    """1 where the answer says one of the phrases that a right answer never says, else 0."""
    return float(any(stated([forbidden], text))) if forbidden else None


def holds_phrase(folded: str, phrase: str) -> bool:
    """Whether a folded text holds the phrase from the start of a token on; it may end inside one, a number not."""
    needle = fold(phrase).text
    at = folded.find(needle) if needle else -1
    while at >= 0:
        inside_word = at > 0 and folded[at - 1].isalnum() and needle[0].isalnum()
        inside_number = needle[-1].isdigit() and re.match(r"[.,]?\d", folded[at + len(needle) :])
        if not inside_word and not inside_number:
            return True
        at = folded.find(needle, at + 1)
    return False


def answer_words(text: str) -> float:
    """How many words the answer has, without markers and list marks."""
    return float(len(re.findall(r"\w[\w’'-]*", _LIST_MARK.sub("", MARKER.sub("", text)))))


# Citations -----------------------------------------------------------------------------------------------------


def citation_validity(answer: Answer) -> float | None:
    """The share of markers in the text that name a citation which there is."""
    numbers = [n for marker in MARKER.finditer(answer.text) for n in marker_numbers(marker)]
    if not numbers:
        return None
    known = {citation.number for citation in answer.citations}
    return sum(number in known for number in numbers) / len(numbers)


def quote_exactness(answer: Answer, texts: dict[str, str]) -> float | None:
    """The share of citations whose quote stands verbatim at its offsets; `texts` by source name."""
    if not answer.citations:
        return None
    return sum(texts.get(c.source, "")[c.start : c.end] == c.quote for c in answer.citations) / len(
        answer.citations
    )


def citation_recall(answer: Answer, supports: Supports) -> float | None:
    """The share of sentences that their citations, taken together, support (ALCE: Gao et al., EMNLP 2023)."""
    if not answer.sentences:
        return None
    return sum(_supported(answer, s, s.citations, supports) for s in answer.sentences) / len(answer.sentences)


def citation_precision(answer: Answer, supports: Supports) -> float | None:
    """The share of citations, counted once a sentence, that are not irrelevant (ALCE).

    A citation of a supported sentence is irrelevant where it does not support the sentence alone and the others
    support it without it; every citation of an unsupported sentence is.
    """
    verdicts = []
    for sentence in answer.sentences:
        whole = _supported(answer, sentence, sentence.citations, supports)
        for number in sentence.citations:
            rest = tuple(n for n in sentence.citations if n != number)
            needed = _supported(answer, sentence, (number,), supports) or not _supported(
                answer, sentence, rest, supports
            )
            verdicts.append(whole and needed)
    return sum(verdicts) / len(verdicts) if verdicts else None


def _supported(answer: Answer, sentence: Sentence, numbers: Sequence[int], supports: Supports) -> bool:
    quotes = [citation.quote for citation in answer.citations if citation.number in numbers]
    return bool(quotes) and supports("\n".join(quotes), sentence.text)


def gold_citation_precision(evidence: Evidence, cited: Sequence[Place]) -> float | None:
    """The share of citations that overlap an evidence span by at least half of the shorter of the two."""
    if not cited or not evidence:
        return None
    every = [place for places in evidence for place in places]
    return sum(any(overlap(span, place) for place in every) for span in cited) / len(cited)


def gold_citation_recall(evidence: Evidence, cited: Sequence[Place]) -> float | None:
    """The share of evidence spans of which citations cover at least 80 % of the characters."""
    if not evidence:
        return None
    return sum(best_share(places, cited) >= COVERED for places in evidence) / len(evidence)


def uncited_share(answer: Answer) -> float | None:
    """The share of sentences without a citation."""
    if not answer.sentences:
        return None
    return sum(not sentence.citations for sentence in answer.sentences) / len(answer.sentences)


# Groundedness --------------------------------------------------------------------------------------------------


def grounded_words(answer: Answer) -> float | None:
    """The share of the answer's content words, as stems, that stand in the quotes of its citations."""
    said = [stem(w) for sentence in answer.sentences for w in content_words(sentence.text)]
    if not said:
        return None
    quoted = {stem(w) for citation in answer.citations for w in content_words(citation.quote)}
    return sum(word in quoted for word in said) / len(said)


def strange(answer: Answer) -> float | None:
    """How many numbers and capitalised names of the answer stand neither in its passages nor in the question."""
    if not answer.answered:
        return None
    known = "\n".join([answer.question, answer.standalone_question, *(p.text for p in answer.passages)])
    said = [sentence.text for sentence in answer.sentences]
    return float(sum(len(unknown_amounts(text, known)) + len(without(names(text), known)) for text in said))


# Abstention ----------------------------------------------------------------------------------------------------


def right(facts: float | None, gold_citation_recall: float | None, forbidden: float | None) -> bool:
    """Whether an answer to an answerable question is right: it states every fact, and nothing forbidden.

    Where the question names no facts, the citations have to cover all of its evidence instead; where it names
    none of that either, no answer is known to be right.
    """
    return (gold_citation_recall if facts is None else facts) == 1.0 and not forbidden


def useful(item: QuestionItem, answer: Answer) -> float | None:
    """1 where a person is served, else 0: by an answer that states at least `least` of the facts.

    Where the documents do not answer, a refusal serves; a greeting or the like takes neither refusal nor citation.
    Not defined for a question that names no `least`, but for a greeting.
    """
    if item.answerable is None:
        return float(answer.answered and not answer.citations)
    if item.least is None:
        return None
    if not item.answerable:
        return float(not answer.answered)
    return float(answer.answered and sum(stated(item.facts, answer.text)) >= item.least)


def truthfulness(answered: bool, is_right: bool) -> float:
    """1 for a right answer, 0 for a refusal, -1 for any other answer: to an unanswerable question, none is right.

    The mean is (right - wrong) / n (CRAG: Yang et al., NeurIPS 2024).
    """
    return (1.0 if is_right else -1.0) if answered else 0.0
