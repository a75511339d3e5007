"""Measures of one answer to one question. Pure functions; `None` where a measure is not defined.

A place is a half-open range of code points in a named source. `Evidence` holds for each quote of the question's
evidence all the places where it stands; any of them counts.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from assistant.answers import Answer, Sentence
from assistant.evaluation.questions import Place
from assistant.evaluation.spans import best_share, overlap
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


def success_at_k(evidence: Evidence, retrieved: Sequence[Place], k: int) -> float | None:
    """1 where one of the first `k` spans holds a quote of the evidence, else 0: any hit, which is not recall."""
    rank = first_rank(evidence, retrieved)
    return None if not evidence else float(rank is not None and rank <= k)


def reciprocal_rank(evidence: Evidence, retrieved: Sequence[Place]) -> float | None:
    """1 / rank of the first span that holds a quote, 0 where none does; its mean is MRR (Voorhees 1999)."""
    rank = first_rank(evidence, retrieved)
    return None if not evidence else 1 / rank if rank else 0.0


def ndcg(evidence: Evidence, retrieved: Sequence[Place], k: int = 10) -> float | None:
    """nDCG@k where a span gains one for each quote that it holds and no better ranked span does.

    DCG = Σ gain(i) / log2(i + 1) over ranks i ≤ k, divided by the DCG of the best order of the retrieved spans
    and of one span for each quote that none of them holds (Järvelin and Kekäläinen, TOIS 2002; a quote counts
    once, and the best order is found greedily, as in α-nDCG with α = 1, Clarke et al., SIGIR 2008).
    """
    if not evidence:
        return None
    held = [
        {i for i, places in enumerate(evidence) if best_share(places, [span]) >= IN_CONTEXT} for span in retrieved
    ]
    missing = set(range(len(evidence))).difference(*held)
    best = _dcg(_greedy([*held, *({i} for i in missing)]), k)
    return min(_dcg(held, k) / best, 1.0)  # a greedy order may not be quite the best


def _dcg(held: Sequence[set[int]], k: int) -> float:
    found: set[int] = set()
    total = 0.0
    for rank, quotes in enumerate(held[:k], start=1):
        total += len(quotes - found) / math.log2(rank + 1)
        found |= quotes
    return total


def _greedy(held: Sequence[set[int]]) -> list[set[int]]:
    """The sets that hold anything new, always the one with the most of it first."""
    left, order, found = list(held), [], set[int]()
    while left and (most := max(left, key=lambda quotes: len(quotes - found))) - found:
        order.append(most)
        found |= most
        left.remove(most)
    return order


def first_rank(evidence: Evidence, retrieved: Sequence[Place]) -> int | None:
    """The rank, from 1 on, of the first span that holds a quote of the evidence."""
    for rank, span in enumerate(retrieved, start=1):
        if any(best_share(places, [span]) >= IN_CONTEXT for places in evidence):
            return rank
    return None


# The answer ----------------------------------------------------------------------------------------------------


def fact_recall(facts: Sequence[Sequence[str]], text: str) -> float | None:
    """The share of key facts of which the answer holds at least one phrasing; markers are left out."""
    if not facts:
        return None
    shown = fold(MARKER.sub("", text)).text
    return sum(any(holds_phrase(shown, p) for p in phrasings) for phrasings in facts) / len(facts)


def forbidden_hit(forbidden: Sequence[str], text: str) -> float | None:
    """1 where the answer says one of the phrases that a right answer never says, else 0."""
    if not forbidden:
        return None
    shown = fold(MARKER.sub("", text)).text
    return float(any(holds_phrase(shown, phrase) for phrase in forbidden))


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


def exact_match(answers: Sequence[str], text: str) -> float | None:
    """SQuAD's exact match: 1 where the normalised answer is one of the normalised reference answers."""
    if not answers:
        return None
    return float(any(_squad(reference) == _squad(MARKER.sub("", text)) for reference in answers))


def token_f1(answers: Sequence[str], text: str) -> float | None:
    """SQuAD's token F1: the best harmonic mean of token precision and recall over the reference answers.

    Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016.
    """
    if not answers:
        return None
    return max(_f1(_squad(reference), _squad(MARKER.sub("", text))) for reference in answers)


def _f1(reference: list[str], given: list[str]) -> float:
    common = (Counter(reference) & Counter(given)).total()
    if not reference or not given:
        return float(reference == given)
    return 2 * common / (len(reference) + len(given))


def _squad(text: str) -> list[str]:
    """Lower case, no punctuation, no articles, as SQuAD's evaluation script normalises."""
    kept = "".join(char for char in text.lower() if char not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", kept).split()


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


def truthfulness(answered: bool, is_right: bool) -> float:
    """1 for a right answer, 0 for a refusal, -1 for any other answer: to an unanswerable question, none is right.

    The mean is (right - wrong) / n (CRAG: Yang et al., NeurIPS 2024).
    """
    return (1.0 if is_right else -1.0) if answered else 0.0
