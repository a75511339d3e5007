"""Each measure on values worked out by hand, and undefined cases as `None`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Sentence
from assistant.evaluation import metrics
from assistant.evaluation.matching import SourceSpan, covered_share
from assistant.evaluation.metrics import supports
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.scoring import score
from tests import made
from tests.assistant.evaluation.by_hand import CORPUS, UNANSWERABLE, an_answer, changed


def at(start: int, end: int, source: str = "a.md") -> SourceSpan:
    return SourceSpan(source, start, end)


def said(text: str, *citations: int) -> Sentence:
    return Sentence(text=text, citations=citations, support="supported")


# two quotes: the first stands at two places, the second at one
EVIDENCE = [[at(0, 100), at(500, 600)], [at(200, 300)]]

# --- retrieval


@pytest.mark.parametrize(
    ("evidence", "retrieved", "recall"),
    [
        ([[at(0, 100)]], [at(10, 200)], 1.0),  # nine tenths of it
        ([[at(0, 100)]], [at(11, 200)], 0.0),
        ([[at(0, 100)]], [at(0, 50), at(50, 100)], 1.0),  # together
        ([[at(0, 100)]], [at(0, 100, "b.md")], 0.0),
        (EVIDENCE, [at(490, 610)], 0.5),  # any place of a quote counts
    ],
)
def test_evidence_recall(evidence: list[list[SourceSpan]], retrieved: list[SourceSpan], recall: float) -> None:
    assert metrics.evidence_recall(evidence, retrieved) == recall


def test_the_reciprocal_rank_is_that_of_the_first_hit() -> None:
    assert metrics.reciprocal_rank(EVIDENCE, [at(900, 950), at(901, 950), at(150, 350)]) == 1 / 3
    assert metrics.reciprocal_rank(EVIDENCE, [at(900, 950)]) == 0.0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=6))
def test_the_covered_share_is_that_of_the_set_of_characters(spans: list[tuple[int, int]]) -> None:
    inside = {c for start, length in spans for c in range(start, start + length)} & set(range(10, 40))
    share = covered_share(at(10, 40), [at(a, a + n) for a, n in spans])
    assert share == pytest.approx(len(inside) / 30)


# --- the answer


def test_a_fact_is_found_by_any_phrasing_from_the_start_of_a_token_and_not_in_a_marker() -> None:
    text = "KPO is **insight‑driven** [1] and needs [1] Communication with the party of 1,000. [2]"
    said = [["driven by insight", "insight-driven"], ["communicat"], ["needs communication"]]
    assert metrics.fact_recall(said, text) == 1
    assert metrics.fact_recall([["art"], ["2"], ["1"]], text) == 0
    assert metrics.forbidden_hit(["@"], "Write to a@b.org") == 1.0
    assert metrics.answer_words("- It’s volume-driven. [1]\n- Really [2][3]") == 3


# --- citations


def test_validity_exactness_and_sentences_without_a_citation() -> None:
    sentences = (said("x", 1), said("y"))
    cited = (made.citation("cde", start=2), made.citation("cde", number=2, start=3))
    answer = made.answer("A [1][2]. B [1, 3].", sentences=sentences, citations=cited)
    assert metrics.citation_validity(answer) == 3 / 4  # there is no [3]
    assert metrics.quote_exactness(answer, {"a.md": "abcdef"}) == 1 / 2
    assert metrics.uncited_share(answer) == 1 / 2


def test_alce_recall_and_precision() -> None:
    sentences = (
        said("Volume drives outsourcing.", 1, 2),  # [1] alone supports it and [2] is of no use
        said("Volume drives knowledge workers.", 1, 3),  # needs both
        said("Bananas ripen quickly.", 3),  # not supported: its citation counts for nothing
    )
    quotes = ("Volume drives outsourcing.", "Tea is green.", "Knowledge workers think.")
    answer = made.answer(
        sentences=sentences, citations=tuple(made.citation(q, number=n) for n, q in enumerate(quotes, 1))
    )
    assert metrics.citation_support(answer, supports) == (2 / 3, 3 / 5)


def test_gold_precision_takes_half_of_the_shorter_and_gold_recall_four_fifths_of_the_evidence() -> None:
    assert metrics.gold_citation_precision([[at(0, 100)]], [at(90, 110), at(95, 115)]) == 0.5
    assert metrics.gold_citation_recall(EVIDENCE, [at(0, 80), at(200, 279)]) == 0.5


def test_words_that_are_quoted_and_numbers_and_names_from_nowhere() -> None:
    teams = made.citation("teams handling large volumes")
    answer = made.answer(sentences=(said("Large teams handle bananas.", 1),), citations=(teams,))
    assert metrics.grounded_words(answer) == 0.75
    answer = made.answer(sentences=(said("In 1998 Acme grew, says Tata."),), passages=(made.passage("Tata"),))
    assert metrics.strange(answer) == 2


# --- the test φ by words


@pytest.mark.parametrize(
    ("evidence", "claim", "supported"),
    [
        # most of the claim's words, that do not stand far apart
        ("alpha bravo charlie kilo lima", "alpha bravo charlie delta", True),
        ("alpha bravo kilo lima", "alpha bravo charlie delta", False),
        (f"alpha {' '.join(['kilo'] * 80)} bravo", "alpha bravo", False),
        # forms of a word count as the word, stop words do not count
        ("Outsourced processes require teams.", "the team that is required by a process of outsourcing", True),
        ("It is so.", "It is so.", False),
        # every number must stand there, and every name
        ("It costs half of that sum.", "it costs twice that sum", False),
        ("Firms like Genpact answer calls.", "firms like Accenture answer calls", False),
        # what is turned round in the same words is not seen
        ("BPO is cheap, KPO is dear.", "KPO is cheap, BPO is dear.", True),
    ],
)
def test_words_numbers_and_names_decide_what_evidence_supports(evidence: str, claim: str, supported: bool) -> None:
    assert supports(evidence, claim) is supported


# --- of the whole answer


def test_what_there_is_nothing_to_measure_by_is_undefined_and_not_nought() -> None:
    scores = score(UNANSWERABLE, an_answer(""), CORPUS)
    defined = {name for name, value in scores.items() if value is not None}
    assert defined == {"refusal", "context_tokens", "truthfulness"}
    assert metrics.gold_citation_precision(EVIDENCE, []) is None


ITEM = QuestionItem(id="u", question="?", answerable=True, facts=(("ten",), ("wood",), ("wax",)), least=2)
WITHOUT_ANSWER = QuestionItem(id="u", question="?", answerable=False, least=0)
GREETING = QuestionItem(id="u", question="?", answerable=None)


def test_truth_is_every_fact_or_else_every_quote_and_nothing_forbidden_with_a_refusal_at_nought() -> None:
    def truth(facts: float | None, cited: float | None, forbidden: float | None) -> float:
        assert metrics.truthfulness(WITHOUT_ANSWER, True, facts, cited, forbidden) == -1
        assert metrics.truthfulness(ITEM, False, facts, cited, forbidden) == 0
        return metrics.truthfulness(ITEM, True, facts, cited, forbidden)

    assert truth(1.0, 0.0, 0.0) == 1  # where facts are named, they decide
    assert truth(0.5, 1.0, 0.0) == -1
    assert truth(1.0, 1.0, 1.0) == -1
    assert truth(None, 1.0, None) == 1  # as in a spreadsheet of questions and quotes
    assert truth(None, None, None) == -1


def test_useful_is_enough_of_the_facts_a_right_refusal_or_a_greeting_returned() -> None:
    enough = made.answer("Ten frames of wood. [1]")
    assert metrics.useful(ITEM, enough) == 1
    assert metrics.useful(ITEM, made.answer("Ten frames. [1]")) == 0
    assert metrics.useful(changed(ITEM, least=None), enough) is None
    assert metrics.useful(WITHOUT_ANSWER, made.answer("No.", answered=False)) == 1
    assert metrics.useful(WITHOUT_ANSWER, enough) == 0
    assert metrics.useful(GREETING, made.answer("Hello.")) == 1
    assert metrics.useful(GREETING, made.answer("Hello. [1]", citations=(made.citation("hello"),))) == 0
