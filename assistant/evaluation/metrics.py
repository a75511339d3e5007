"""Measures of one answer to one question. Pure functions; `None` where a measure is not defined."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from assistant.answers import Answer
from assistant.evaluation.matching import SourceSpan, best_share, overlap, stated
from assistant.evaluation.questions import QuestionItem
from assistant.literals import names, unknown_amounts, without
from assistant.prompts import MARKER, marker_numbers
from ingest.lexicon import content_words, stem

EvidenceSpans = Sequence[Sequence[SourceSpan]]  # for each quote all the places where it stands: any of them counts
Supports = Callable[[str, str], bool]  # (evidence, claim): the test φ; one that cannot tell raises `NoVerdict`

IN_CONTEXT = 0.9  # the share of a quote's characters that has to be retrieved
COVERED = 0.8  # the share of a quote's characters that citations have to cover
WINDOW = 80  # content words of evidence that are looked at together
THRESHOLD = 0.63  # the share of the claim's content words that one window must hold

_LIST_MARK = re.compile(r"^\s*(?:\d+[.)]|[-*+])\s+", re.MULTILINE)


class NoVerdict(Exception):
    """The test φ could not tell whether the evidence supports the claim."""


# --- Retrieval


def evidence_recall(evidence: EvidenceSpans, retrieved: Sequence[SourceSpan]) -> float | None:
    """The share of quotes of which at least 90 % of the characters lie inside the retrieved spans.

    Of the first k spans it is recall@k = |{quotes covered by the first k}| / |quotes|.
    """
    return _share([best_share(places, retrieved) >= IN_CONTEXT for places in evidence])


def reciprocal_rank(evidence: EvidenceSpans, retrieved: Sequence[SourceSpan]) -> float | None:
    """1 / rank of the first span that holds a quote, 0 where none does; its mean is MRR (Voorhees 1999)."""
    if not evidence:
        return None
    for rank, span in enumerate(retrieved, start=1):
        if any(best_share(places, [span]) >= IN_CONTEXT for places in evidence):
            return 1 / rank
    return 0.0


# --- The answer


def fact_recall(facts: Sequence[Sequence[str]], text: str) -> float | None:
    """The share of key facts that the text states: |{facts with a phrasing in it}| / |facts|."""
    return _share(stated(facts, text))


def forbidden_hit(forbidden: Sequence[str], text: str) -> float | None:
    """1 where the answer says one of the phrases that a right answer never says, else 0."""
    return float(any(stated([forbidden], text))) if forbidden else None


def answer_words(text: str) -> float:
    """How many words the answer has, without markers and list marks."""
    return float(len(re.findall(r"\w[\w’'-]*", _LIST_MARK.sub("", MARKER.sub("", text)))))


# --- Citations


def citation_validity(answer: Answer) -> float | None:
    """The share of markers in the text that name a citation which there is."""
    known = {citation.number for citation in answer.citations}
    return _share([n in known for marker in MARKER.finditer(answer.text) for n in marker_numbers(marker)])


def quote_exactness(answer: Answer, texts: dict[str, str]) -> float | None:
    """The share of citations whose quote stands verbatim at its offsets; `texts` by source name."""
    return _share([texts.get(c.source, "")[c.start : c.end] == c.quote for c in answer.citations])


def citation_support(answer: Answer, test: Supports) -> tuple[float | None, float | None]:
    """Citation recall and precision (ALCE: Gao et al., EMNLP 2023).

    Recall is the share of sentences that their citations, taken together, support. Precision is the share of
    citations, counted once a sentence, that are not irrelevant: a citation of a supported sentence is irrelevant
    where it does not support the sentence alone and the others support it without it; every citation of an
    unsupported sentence is.
    """

    def supported(claim: str, numbers: Sequence[int]) -> bool:
        quotes = [citation.quote for citation in answer.citations if citation.number in numbers]
        return bool(quotes) and test("\n".join(quotes), claim)

    whole, needed = [], []
    for sentence in answer.sentences:
        whole.append(supported(sentence.text, sentence.citations))
        for number in sentence.citations:
            rest = [n for n in sentence.citations if n != number]
            alone_or_missed = supported(sentence.text, [number]) or not supported(sentence.text, rest)
            needed.append(whole[-1] and alone_or_missed)
    return _share(whole), _share(needed)


def supports(evidence: str, claim: str) -> bool:
    """φ by words: 80 content words of the evidence in a row hold 63 % of those of the claim, as stems.

    And every number and capitalised name of the claim stands in it. One without content words is not supported.
    """
    wanted = Counter(stem(word) for word in content_words(claim))
    if not wanted or unknown_amounts(claim, evidence) or without(names(claim), evidence):
        return False
    stems = [stem(word) for word in content_words(evidence)]
    windows = [Counter(stems[at : at + WINDOW]) for at in range(max(len(stems) - WINDOW, 0) + 1)]
    return max((wanted & window).total() for window in windows) / wanted.total() >= THRESHOLD


def gold_citation_precision(evidence: EvidenceSpans, cited: Sequence[SourceSpan]) -> float | None:
    """The share of citations that overlap an evidence span by at least half of the shorter of the two."""
    every = [place for places in evidence for place in places]
    return _share([any(overlap(span, place) for place in every) for span in cited]) if evidence else None


def gold_citation_recall(evidence: EvidenceSpans, cited: Sequence[SourceSpan]) -> float | None:
    """The share of evidence spans of which citations cover at least 80 % of the characters."""
    return _share([best_share(places, cited) >= COVERED for places in evidence])


def uncited_share(answer: Answer) -> float | None:
    """The share of sentences without a citation."""
    return _share([not sentence.citations for sentence in answer.sentences])


# --- Groundedness


def grounded_words(answer: Answer) -> float | None:
    """The share of the answer's content words, as stems, that stand in the quotes of its citations."""
    quoted = {stem(w) for citation in answer.citations for w in content_words(citation.quote)}
    return _share([stem(w) in quoted for sentence in answer.sentences for w in content_words(sentence.text)])


def strange(answer: Answer) -> float | None:
    """How many numbers and capitalised names of the answer stand neither in its passages nor in the question."""
    if not answer.answered:
        return None
    known = "\n".join([answer.question, answer.standalone_question, *(p.text for p in answer.passages)])
    said = [sentence.text for sentence in answer.sentences]
    return float(sum(len(unknown_amounts(text, known)) + len(without(names(text), known)) for text in said))


# --- Abstention


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


def truthfulness(
    item: QuestionItem, answered: bool, facts: float | None, citations: float | None, forbidden: float | None
) -> float:
    """1 for a right answer, 0 for a refusal, -1 for any other; the mean is (right - wrong) / n.

    To an answerable question it is right to state every fact (recall 1), and nothing forbidden. Where the
    question names no facts, the citations have to cover all of its evidence instead (gold recall 1); where it
    names none of that either, no answer is known to be right. CRAG: Yang et al., NeurIPS 2024.
    """
    if not answered:
        return 0.0
    whole = (citations if facts is None else facts) == 1.0
    return 1.0 if item.answerable and whole and not forbidden else -1.0


def _share(held: Sequence[bool]) -> float | None:
    return sum(held) / len(held) if held else None
