"""The scores of one row, and which stage lost a question."""

from collections.abc import Mapping

from assistant.answers import Answer
from assistant.evaluation import metrics
from assistant.evaluation.lexical_support import supports
from assistant.evaluation.questions import Corpus, Place, QuestionItem
from assistant.evaluation.spans import covered_share, places_of
from ingest.text import count_tokens

Scores = dict[str, float | None]


JUDGED = ("citation_recall", "citation_precision")  # what the test φ decides


def score(
    item: QuestionItem,
    answer: Answer | None,
    corpus: Corpus,
    test: metrics.Supports = supports,
) -> Scores:
    """Every measure of one answer; `answer` is `None` where the question failed, which is a wrong answer.

    `test` is the test φ. Where it gives no verdict on any of the answer's citations, what it decides is
    undefined for the whole answer.
    """
    if answer is None:
        return _failed(item)
    evidence = [corpus.find(quote) for quote in item.evidence]
    retrieved = places_of([(p.source, p.start, p.end) for p in answer.passages])
    cited = places_of([(c.source, c.start, c.end) for c in answer.citations])
    facts = metrics.fact_recall(item.facts, answer.text if answer.answered else "")
    cited_recall = metrics.gold_citation_recall(evidence, cited)
    forbidden = metrics.forbidden_hit(item.forbidden, answer.text)
    return {
        "evidence_recall": metrics.evidence_recall(evidence, retrieved),
        "evidence_recall_at_3": metrics.evidence_recall(evidence, retrieved, 3),
        "success_at_1": metrics.success_at_k(evidence, retrieved, 1),
        "mrr": metrics.reciprocal_rank(evidence, retrieved),
        "ndcg_at_10": metrics.ndcg(evidence, retrieved),
        "context_tokens": float(sum(count_tokens(p.text) for p in answer.passages)),
        "fact_recall": facts,
        "fact_recall_of_followups": facts if item.history else None,
        "forbidden_hits": forbidden,
        "answer_words": metrics.answer_words(answer.text) if answer.answered else None,
        "token_f1": metrics.token_f1(item.answers, answer.text),
        "exact_match": metrics.exact_match(item.answers, answer.text),
        "citation_validity": metrics.citation_validity(answer),
        "quote_exactness": metrics.quote_exactness(answer, corpus.texts),
        **_judged(answer, test),
        "gold_citation_precision": metrics.gold_citation_precision(evidence, cited),
        "gold_citation_recall": cited_recall,
        "uncited_sentences": metrics.uncited_share(answer),
        "grounded_words": metrics.grounded_words(answer),
        "strange_names": metrics.strange(answer),
        "over_refusal": float(not answer.answered) if item.answerable else None,
        **_refusals(item, not answer.answered),
        "truthfulness": metrics.truthfulness(
            answer.answered, item.answerable and metrics.right(facts, cited_recall, forbidden)
        ),
    }


def _judged(answer: Answer, test: metrics.Supports) -> Scores:
    try:
        return {
            "citation_recall": metrics.citation_recall(answer, test),
            "citation_precision": metrics.citation_precision(answer, test),
        }
    except metrics.NoVerdict:
        return dict.fromkeys(JUDGED)


def _failed(item: QuestionItem) -> Scores:
    """The worst value of all that an answer could have been measured by, whether there is evidence or facts."""
    of_evidence = 0.0 if item.evidence else None
    of_facts = 0.0 if item.facts else None
    of_answers = 0.0 if item.answers else None
    return {
        **dict.fromkeys(("evidence_recall", "evidence_recall_at_3", "success_at_1"), of_evidence),
        **dict.fromkeys(("mrr", "ndcg_at_10", "gold_citation_recall"), of_evidence),
        "gold_citation_precision": None,  # of no citations, as with a refusal
        "fact_recall": of_facts,
        "fact_recall_of_followups": of_facts if item.history else None,
        **dict.fromkeys(("token_f1", "exact_match"), of_answers),
        "over_refusal": 1.0 if item.answerable else None,
        **_refusals(item, refused=False),
        "truthfulness": -1.0,
    }


def _refusals(item: QuestionItem, refused: bool) -> Scores:
    """Whether an unanswerable question was refused: of every sort, and of its own."""
    sorts = {
        "unanswerable-far": "refusal_far",
        "unanswerable-near": "refusal_near",
        "injection": "refusal_injection",
    }
    value = None if item.answerable else float(refused)
    return {"refusal": value} | {name: value if sort in item.tags else None for sort, name in sorts.items()}


def lost_at(
    item: QuestionItem, answer: Answer | None, scores: Mapping[str, float | None], corpus: Corpus
) -> str | None:
    """The stage that lost a question, a key of `glossary.STAGES`; `None` where nothing was lost.

    An answer that misses a fact (where none is named: a quote of the evidence), or a refusal, was lost by
    retrieval where that did not bring the whole evidence, else by the reader. An answer with every fact is lost
    where it also says something forbidden, and miscited where the corpus has its evidence, but no citation
    overlaps any of it by half of the shorter span.
    """
    if answer is None:
        return "failed"
    if not item.answerable:
        return "missing refusal" if answer.answered else None
    evidence = [corpus.find(quote) for quote in item.evidence]
    told = scores["fact_recall"] if item.facts else scores["gold_citation_recall"]
    if answer.answered and told == 1.0:
        if scores["forbidden_hits"]:
            return "said what it must not"
        miscited = evidence and all(evidence) and not scores["gold_citation_precision"]
        return "used but miscited" if miscited else None
    by_reader = "retrieved but not used" if answer.answered else "wrong refusal"
    return _lost_by_retrieval(evidence, answer) or by_reader


def _lost_by_retrieval(evidence: list[list[Place]], answer: Answer) -> str | None:
    if not all(evidence):
        return "not in the corpus"
    retrieved = places_of([(p.source, p.start, p.end) for p in answer.passages])
    shares = [max(covered_share(place, retrieved) for place in places) for places in evidence]
    if all(share >= metrics.IN_CONTEXT for share in shares):
        return None
    return "not retrieved" if min(shares) == 0 else "split across passages"
