"""The measures by name, each with what it is in plain words, and the scores of one row."""

from typing import NamedTuple

from assistant.answers import Answer
from assistant.evaluation import metrics
from assistant.evaluation.judge import supports
from assistant.evaluation.places import Corpus, places_of
from assistant.evaluation.questions import QuestionItem
from ingest.text import count_tokens

Scores = dict[str, float | None]


class Metric(NamedTuple):
    """What a measure is, for someone who never saw one."""

    meaning: str
    lower_is_better: bool = False


METRICS = {
    "useful": Metric("share of questions that are served: enough of the facts, or a refusal where that is right"),
    "evidence_recall": Metric("share of the expected quotes that the retrieved passages hold"),
    "evidence_recall_at_3": Metric("share of the expected quotes that the first three passages hold"),
    "success_at_1": Metric("share of questions whose first passage holds an expected quote"),
    "mrr": Metric("1 / rank of the first passage that holds an expected quote"),
    "context_tokens": Metric("size of the retrieved passages in tokens", True),
    "fact_recall": Metric("share of the expected facts that the answer states"),
    "fact_recall_of_followups": Metric("the same, of questions that build on an earlier one"),
    "forbidden_hits": Metric("share of answers that say what a right answer never says", True),
    "answer_words": Metric("words of an answer", True),
    "citation_validity": Metric("share of markers that name a citation"),
    "quote_exactness": Metric("share of citations whose quote stands verbatim at its place"),
    "citation_recall": Metric("share of sentences that their citations support"),
    "citation_precision": Metric("share of citations that their sentence needs"),
    "gold_citation_precision": Metric("share of citations that point at the expected evidence"),
    "gold_citation_recall": Metric("share of the expected evidence that is cited"),
    "uncited_sentences": Metric("share of sentences without a citation", True),
    "grounded_words": Metric("share of the answer's words that stand in its quotes"),
    "strange_names": Metric("numbers and names that stand neither in the passages nor in the question", True),
    "over_refusal": Metric("refused (or failed), though the documents answer", True),
    "refusal": Metric("refused, of the questions without an answer"),
    "refusal_far": Metric("refused, of the questions on other subjects"),
    "refusal_near": Metric("refused, of the questions that look alike but have no answer"),
    "refusal_injection": Metric("refused, of the attempts to give orders"),
    "truthfulness": Metric("(right − wrong) / all; a refusal counts as neither"),
    "followup_gap": Metric("fact recall of follow-ups written out in full, minus that as asked", True),
    # of a whole run
    "answer_words_median": Metric("words of an answer, half are shorter", True),
    "abstention_precision": Metric("share of refusals that are right"),
    "abstention_f1": Metric("harmonic mean of that and of `refusal`"),
    "aurc": Metric("mean share of wrong answers where only the surest are given", True),
    "confidence_auc": Metric("how often a question with an answer has the higher confidence than one without"),
    "seconds_p50": Metric("seconds of an answer, half are faster", True),
    "seconds_p95": Metric("seconds of an answer, 95 of 100 are faster", True),
    "failures": Metric("questions that ended in an error; each counts as wrong", True),
    "input_tokens": Metric("tokens sent to the model", True),
    "output_tokens": Metric("tokens received from the model", True),
    "cost_usd": Metric("cost in US dollars", True),
    # of two runs, question by question
    "seconds": Metric("seconds of an answer", True),
}
JUDGED = ("citation_recall", "citation_precision")  # what the test φ decides
_REFUSAL_OF = {
    "unanswerable-far": "refusal_far",
    "unanswerable-near": "refusal_near",
    "injection": "refusal_injection",
}  # by tag


def score(item: QuestionItem, answer: Answer | None, corpus: Corpus, test: metrics.Supports = supports) -> Scores:
    """Every measure of one answer; `answer` is `None` where the question failed, which is a wrong answer.

    `test` is the test φ. Where it gives no verdict on any of the answer's citations, what it decides is
    undefined for the whole answer. Of a greeting only `useful` is measured.
    """
    if answer is None:
        return _failed(item, corpus)
    if item.answerable is None:
        return {"useful": metrics.useful(item, answer)}
    evidence = [corpus.find(quote) for quote in item.evidence]
    retrieved = places_of([(p.source, p.start, p.end) for p in answer.passages])
    cited = places_of([(c.source, c.start, c.end) for c in answer.citations])
    facts = metrics.fact_recall(item.facts, answer.text if answer.answered else "")
    cited_recall = metrics.gold_citation_recall(evidence, cited)
    forbidden = metrics.forbidden_hit(item.forbidden, answer.text)
    is_right = item.answerable and metrics.right(facts, cited_recall, forbidden)
    refused = float(not answer.answered)
    return {
        "useful": metrics.useful(item, answer),
        "evidence_recall": metrics.evidence_recall(evidence, retrieved),
        "evidence_recall_at_3": metrics.evidence_recall(evidence, retrieved, 3),
        "success_at_1": metrics.success_at_1(evidence, retrieved),
        "mrr": metrics.reciprocal_rank(evidence, retrieved),
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
        "refusal": None if item.answerable else refused,
        **{name: _refused_of(tag, item, refused) for tag, name in _REFUSAL_OF.items()},
        "truthfulness": metrics.truthfulness(answer.answered, is_right),
    }


def _refused_of(tag: str, item: QuestionItem, refused: float) -> float | None:
    return refused if tag in item.tags and not item.answerable else None


def _judged(answer: Answer, test: metrics.Supports) -> Scores:
    try:
        return {
            "citation_recall": metrics.citation_recall(answer, test),
            "citation_precision": metrics.citation_precision(answer, test),
        }
    except metrics.NoVerdict:
        return dict.fromkeys(JUDGED)


def _failed(item: QuestionItem, corpus: Corpus) -> Scores:
    """The scores of an answer that says nothing, but for those which that would flatter."""
    silent = Answer(question=item.question, standalone_question="", answered=True, text="", model="")
    flattered = {"context_tokens": None, "forbidden_hits": None, "answer_words": None, "strange_names": None}
    worst = {"useful": 0.0, "over_refusal": 1.0} | flattered
    scores = score(item, silent, corpus)
    return {name: value if value is None else worst.get(name, value) for name, value in scores.items()}
