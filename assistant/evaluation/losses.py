"""At which stage a run lost a question, and how far its evidence came."""

from assistant.answers import Answer
from assistant.evaluation.matching import Corpus, best_share, spans_of
from assistant.evaluation.metrics import COVERED, IN_CONTEXT
from assistant.evaluation.results import Row

STAGES = {
    "failed": "The run got no answer: an error or a time-out.",
    "not in the corpus": "A quote of the expected evidence stands in no document.",
    "split across passages": "The passages hold only a part of a quote; the rest lies in another passage.",
    "not retrieved": "A quote that the answer needs was not found: no retrieved passage holds any of it.",
    "retrieved but not used": "The passages held the evidence; the answer leaves a fact (or a quote) out.",
    "used but miscited": "Every fact is said (so it counts as right), but no citation points at the evidence.",
    "said what it must not": "Every fact is said, and with them something that a right answer never says.",
    "wrong refusal": "The passages held the evidence, but the assistant refused.",
    "missing refusal": "The documents do not say, but the assistant answered.",
    "greeting not returned": "No question about the documents, but it was refused, or answered with a citation.",
}


def lost_at(row: Row, corpus: Corpus) -> str | None:
    """The stage that lost a question, a key of `STAGES`; `None` where nothing was lost.

    An answer that misses a fact (where none is named: a quote of the evidence), or a refusal, was lost by
    retrieval where that did not bring the whole evidence, else by the reader. An answer with every fact is lost
    where it also says something forbidden, and miscited where the corpus has its evidence, but no citation
    overlaps any of it by half of the shorter span.
    """
    if row.answer is None:
        return "failed"
    if row.question.answerable is None:
        return None if row.scores["useful"] else "greeting not returned"
    if row.question.answerable:
        return _lost_with_answer(row, row.answer, corpus)
    return "missing refusal" if row.answer.answered else None


def _lost_with_answer(row: Row, answer: Answer, corpus: Corpus) -> str | None:
    item, scores = row.question, row.scores
    evidence = [corpus.find(quote) for quote in item.evidence]
    told = scores["fact_recall"] if item.facts else scores["gold_citation_recall"]
    if answer.answered and told == 1.0:
        if scores["forbidden_hits"]:
            return "said what it must not"
        miscited = evidence and all(evidence) and not scores["gold_citation_precision"]
        return "used but miscited" if miscited else None
    if not all(evidence):
        return "not in the corpus"
    retrieved = spans_of(answer.passages)
    least = min((best_share(places, retrieved) for places in evidence), default=1.0)
    if least < IN_CONTEXT:
        return "split across passages" if least else "not retrieved"
    return "retrieved but not used" if answer.answered else "wrong refusal"


def evidence_found(row: Row, corpus: Corpus) -> list[tuple[str, str, bool]]:
    """For each quote that an answer needs, how far it came, and whether that is all the way: it is cited."""
    retrieved = spans_of(row.answer.passages) if row.answer else []
    cited = spans_of(row.answer.citations) if row.answer else []
    found = []
    for quote in row.question.evidence:
        places = corpus.find(quote)
        share = best_share(places, retrieved)
        if not places:
            found.append((quote, "stands in no document", False))
        elif best_share(places, cited) >= COVERED:
            found.append((quote, "found and cited", True))
        elif share >= IN_CONTEXT:
            found.append((quote, "found, not cited", False))
        else:
            found.append((quote, "found in part" if share else "not found", False))
    return found
