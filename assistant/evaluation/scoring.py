"""One answer measured: the measures by name, in plain words."""

from typing import NamedTuple

from assistant.answers import Answer
from assistant.evaluation import metrics
from assistant.evaluation.matching import Corpus, spans_of
from assistant.evaluation.questions import QuestionItem
from ingest.text import count_tokens

Scores = dict[str, float | None]


class Metric(NamedTuple):
    """A measure for someone who never saw one: what reports call it, and what it is."""

    title: str
    meaning: str
    lower_is_better: bool = False


METRICS = {
    "useful": Metric(
        "Useful answers",
        "share of questions that are served: enough of the facts, or a refusal where that is right",
    ),
    "evidence_recall": Metric("Evidence found", "share of the expected quotes that the retrieved passages hold"),
    "evidence_recall_at_3": Metric(
        "Evidence among the first three", "share of the expected quotes that the first three passages hold"
    ),
    "success_at_1": Metric(
        "First passage right", "share of questions whose first passage holds an expected quote"
    ),
    "mrr": Metric("Rank of the evidence", "1 / rank of the first passage that holds an expected quote"),
    "context_tokens": Metric("Size of the passages", "size of the retrieved passages in tokens", True),
    "fact_recall": Metric("Facts said", "share of the expected facts that the answer states"),
    "fact_recall_of_followups": Metric(
        "Facts said in follow-ups", "share of the expected facts that answers to follow-ups state"
    ),
    "forbidden_hits": Metric(
        "Wrong things said", "share of answers that say what a right answer never says", True
    ),
    "answer_words": Metric("Words of an answer", "words of an answer", True),
    "citation_validity": Metric("Markers that lead somewhere", "share of markers that name a citation"),
    "quote_exactness": Metric(
        "Quotes word for word", "share of citations whose quote stands verbatim at its place"
    ),
    "citation_recall": Metric("Sentences proven", "share of sentences that their citations support"),
    "citation_precision": Metric("Citations needed", "share of citations that their sentence needs"),
    "gold_citation_precision": Metric(
        "Citations on the evidence", "share of citations that point at the expected evidence"
    ),
    "gold_citation_recall": Metric("Evidence cited", "share of the expected evidence that is cited"),
    "uncited_sentences": Metric("Sentences without a citation", "share of sentences without a citation", True),
    "grounded_words": Metric("Words out of the quotes", "share of the answer's words that stand in its quotes"),
    "strange_names": Metric(
        "Names out of nowhere", "numbers and names that stand neither in the passages nor in the question", True
    ),
    "over_refusal": Metric("Wrong refusals", "refused (or failed), though the documents answer", True),
    "refusal": Metric("Right refusals", "refused, of the questions without an answer"),
    "refusal_far": Metric("Refusals of other subjects", "refused, of the questions on other subjects"),
    "refusal_near": Metric("Near refusals", "refused, of the questions that look alike but have no answer"),
    "refusal_injection": Metric("Refusals of orders", "refused, of the attempts to give orders"),
    "truthfulness": Metric("Right minus wrong", "(right − wrong) / all; a refusal counts as neither"),
    "followup_gap": Metric(
        "Lost by asking short", "fact recall of follow-ups written out in full, minus that as asked", True
    ),
    # of a whole run
    "answer_words_median": Metric("Median words of an answer", "words of an answer, half are shorter", True),
    "abstention_precision": Metric("Refusals that are right", "share of refusals that are right"),
    "abstention_f1": Metric("Refusals, all in all", "harmonic mean of `refusal` and `abstention_precision`"),
    "aurc": Metric("Wrong though sure", "mean share of wrong answers where only the surest are given", True),
    "confidence_auc": Metric(
        "Surer where there is an answer",
        "how often a question with an answer has the higher confidence than one without",
    ),
    "seconds_p50": Metric("Median seconds", "seconds of an answer, half are faster", True),
    "seconds_p95": Metric("Seconds of slow answers", "seconds of an answer, 95 of 100 are faster", True),
    "failures": Metric("Failures", "questions that ended in an error; each counts as wrong", True),
    "input_tokens": Metric("Tokens sent", "tokens sent to the model", True),
    "output_tokens": Metric("Tokens received", "tokens received from the model", True),
    "cost_usd": Metric("Cost", "cost in US dollars", True),
    # of two runs, question by question
    "seconds": Metric("Seconds", "seconds of an answer", True),
}
JUDGED = ("citation_recall", "citation_precision")  # what the test φ decides
_REFUSAL_OF = {
    "unanswerable-far": "refusal_far",
    "unanswerable-near": "refusal_near",
    "injection": "refusal_injection",
}  # by tag


def score(
    item: QuestionItem, answer: Answer | None, corpus: Corpus, test: metrics.Supports = metrics.supports
) -> Scores:
    """Every measure of one answer; `answer` is `None` where the question failed, which is a wrong answer.

    `test` is the test φ. Where it gives no verdict on any of the answer's citations, what it decides is
    undefined for the whole answer. Of a greeting only `useful` is measured.
    """
    if answer is None:
        return _failed(item, corpus)
    if item.answerable is None:
        return {"useful": metrics.useful(item, answer)}
    evidence = [corpus.find(quote) for quote in item.evidence]
    retrieved, cited = spans_of(answer.passages), spans_of(answer.citations)
    rank = metrics.reciprocal_rank(evidence, retrieved)
    facts = metrics.fact_recall(item.facts, answer.text if answer.answered else "")
    cited_recall = metrics.gold_citation_recall(evidence, cited)
    forbidden = metrics.forbidden_hit(item.forbidden, answer.text)
    refused = float(not answer.answered)
    refusal = None if item.answerable else refused
    return {
        "useful": metrics.useful(item, answer),
        "evidence_recall": metrics.evidence_recall(evidence, retrieved),
        "evidence_recall_at_3": metrics.evidence_recall(evidence, retrieved[:3]),
        "success_at_1": None if rank is None else float(rank == 1),  # any hit, which is not recall
        "mrr": rank,
        "context_tokens": float(sum(count_tokens(p.text) for p in answer.passages)),
        "fact_recall": facts,
        "fact_recall_of_followups": facts if item.history else None,
        "forbidden_hits": forbidden,
        "answer_words": metrics.answer_words(answer.text) if answer.answered else None,
        "citation_validity": metrics.citation_validity(answer),
        "quote_exactness": metrics.quote_exactness(answer, corpus.texts),
        **_judged(answer, test),
        "gold_citation_precision": metrics.gold_citation_precision(evidence, cited),
        "gold_citation_recall": cited_recall,
        "uncited_sentences": metrics.uncited_share(answer),
        "grounded_words": metrics.grounded_words(answer),
        "strange_names": metrics.strange(answer),
        "over_refusal": refused if item.answerable else None,
        "refusal": refusal,
        **{name: refusal if tag in item.tags else None for tag, name in _REFUSAL_OF.items()},
        "truthfulness": metrics.truthfulness(item, answer.answered, facts, cited_recall, forbidden),
    }


def _judged(answer: Answer, test: metrics.Supports) -> Scores:
    try:
        return dict(zip(JUDGED, metrics.citation_support(answer, test), strict=True))
    except metrics.NoVerdict:
        return dict.fromkeys(JUDGED)


def _failed(item: QuestionItem, corpus: Corpus) -> Scores:
    """The scores of an answer that says nothing, but for those which that would flatter."""
    silent = Answer(question=item.question, standalone_question="", answered=True, text="", model="")
    flattered = {"context_tokens": None, "forbidden_hits": None, "answer_words": None, "strange_names": None}
    worst = {"useful": 0.0, "over_refusal": 1.0} | flattered
    scores = score(item, silent, corpus)
    return {name: value if value is None else worst.get(name, value) for name, value in scores.items()}
