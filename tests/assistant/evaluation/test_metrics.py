"""Each measure on values worked out by hand, and undefined cases as `None`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Answer, Citation, RetrievedPassage, Sentence
from assistant.evaluation import metrics
from assistant.evaluation.judge import supports
from assistant.evaluation.matching import SourceSpan, covered_share
from assistant.evaluation.questions import QuestionItem


def at(start: int, end: int, source: str = "a.md") -> SourceSpan:
    return SourceSpan(source, start, end)


def an_answer(
    text: str = "", sentences: tuple[Sentence, ...] = (), citations: tuple[Citation, ...] = (), **rest: object
) -> Answer:
    fields = {"question": "Who?", "standalone_question": "Who?", "answered": True, "model": "m", **rest}
    return Answer(text=text, sentences=sentences, citations=citations, **fields)  # type: ignore[arg-type]


def quoting(number: int, quote: str, start: int = 0) -> Citation:
    return Citation(number=number, source="a.md", section="S", quote=quote, start=start, end=start + len(quote))


# two quotes: the first stands at two places, the second at one
EVIDENCE = [[at(0, 100), at(500, 600)], [at(200, 300)]]


class TestRetrieval:
    def test_a_quote_counts_when_nine_tenths_of_it_lie_inside_retrieved_spans(self) -> None:
        assert metrics.evidence_recall([[at(0, 100)]], [at(10, 200)]) == 1.0
        assert metrics.evidence_recall([[at(0, 100)]], [at(11, 200)]) == 0.0

    def test_two_spans_may_hold_it_together_and_overlaps_count_once(self) -> None:
        assert covered_share(at(0, 100), [at(0, 60), at(40, 80)]) == pytest.approx(0.8)
        assert metrics.evidence_recall([[at(0, 100)]], [at(0, 50), at(50, 100)]) == 1.0

    def test_any_occurrence_counts_and_recall_is_a_share_of_quotes(self) -> None:
        assert metrics.evidence_recall(EVIDENCE, [at(490, 610)]) == 0.5
        assert metrics.evidence_recall(EVIDENCE, [at(490, 610), at(150, 350)]) == 1.0

    def test_another_source_does_not_count(self) -> None:
        assert metrics.evidence_recall([[at(0, 100)]], [at(0, 100, "b.md")]) == 0.0

    def test_the_reciprocal_rank_of_the_first_hit(self) -> None:
        assert metrics.reciprocal_rank(EVIDENCE, [at(900, 950), at(901, 950), at(150, 350)]) == 1 / 3
        assert metrics.reciprocal_rank(EVIDENCE, [at(900, 950)]) == 0.0

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=6))
    def test_the_covered_share_is_that_of_the_set_of_characters(self, spans: list[tuple[int, int]]) -> None:
        inside = {c for start, length in spans for c in range(start, start + length)} & set(range(10, 40))
        share = covered_share(at(10, 40), [at(a, a + n) for a, n in spans])
        assert share == pytest.approx(len(inside) / 30)


class TestAnswer:
    def test_a_fact_is_found_by_any_phrasing_from_the_start_of_a_token(self) -> None:
        facts = [["insight-driven", "driven by insight"], ["communicat"], ["art"]]
        text = "KPO is **insight‑driven** [1] and needs Communication with the party. [2]"
        assert metrics.fact_recall(facts, text) == pytest.approx(2 / 3)

    def test_markers_are_left_out(self) -> None:
        assert metrics.fact_recall([["12"]], "Sure. [12]") == 0.0
        assert metrics.fact_recall([["small teams"]], "small [1] teams") == 1.0

    def test_forbidden_phrases(self) -> None:
        assert metrics.forbidden_hit(["@"], "Write to a@b.org") == 1.0
        assert metrics.forbidden_hit(["volume-driven"], "insight-driven") == 0.0

    def test_words_of_an_answer(self) -> None:
        assert metrics.answer_words("- It’s volume-driven. [1]\n- Really [2][3]") == 3


class TestCitations:
    def test_validity_is_the_share_of_markers_that_name_a_citation(self) -> None:
        answer = an_answer("A [1][2]. B [1, 3].", citations=(quoting(1, "x"), quoting(2, "y")))
        assert metrics.citation_validity(answer) == 0.75

    def test_a_quote_is_exact_at_its_offsets(self) -> None:
        answer = an_answer(citations=(quoting(1, "cde", 2), quoting(2, "cde", 3)))
        assert metrics.quote_exactness(answer, {"a.md": "abcdef"}) == 0.5

    def test_alce_recall_and_precision_by_hand(self) -> None:
        sentences = (
            # [1] alone supports it and [2] is of no use: one of two citations counts
            Sentence(text="Volume drives outsourcing.", citations=(1, 2), support="supported"),
            # needs both
            Sentence(text="Volume drives knowledge workers.", citations=(1, 3), support="supported"),
            # not supported: its citation counts for nothing
            Sentence(text="Bananas ripen quickly.", citations=(3,), support="unsupported"),
        )
        quotes = ("Volume drives outsourcing.", "Tea is green.", "Knowledge workers think.")
        answer = an_answer(sentences=sentences, citations=tuple(quoting(n, q) for n, q in enumerate(quotes, 1)))
        assert metrics.citation_support(answer, supports) == (2 / 3, 3 / 5)

    def test_gold_precision_takes_half_of_the_shorter(self) -> None:
        assert metrics.gold_citation_precision([[at(0, 100)]], [at(90, 110), at(95, 115)]) == 0.5

    def test_gold_recall_takes_four_fifths_of_the_evidence(self) -> None:
        assert metrics.gold_citation_recall(EVIDENCE, [at(0, 80), at(200, 279)]) == 0.5

    def test_sentences_without_a_citation(self) -> None:
        pair = tuple(Sentence(text="x", citations=c, support="quoted") for c in ((1,), ()))
        assert metrics.uncited_share(an_answer(sentences=pair)) == 0.5


class TestGroundedness:
    def test_the_share_of_content_words_that_are_quoted(self) -> None:
        sentence = Sentence(text="Large teams handle bananas.", citations=(1,), support="supported")
        answer = an_answer(sentences=(sentence,), citations=(quoting(1, "teams handling large volumes"),))
        assert metrics.grounded_words(answer) == 0.75

    def test_numbers_and_names_from_nowhere_are_counted(self) -> None:
        sentence = Sentence(text="In 1998 Acme grew, says Tata.", citations=(), support="unsupported")
        near = RetrievedPassage(source="a.md", section="S", text="Tata", start=0, end=4, score=1)
        assert metrics.strange(an_answer(sentences=(sentence,), passages=(near,))) == 2


def test_what_there_is_nothing_to_measure_by_is_undefined_and_not_nought() -> None:
    assert metrics.evidence_recall([], [at(0, 10)]) is None
    assert metrics.reciprocal_rank([], [at(0, 10)]) is None
    assert metrics.fact_recall([], "x") is None
    assert metrics.forbidden_hit([], "x") is None
    assert metrics.gold_citation_precision(EVIDENCE, []) is None
    assert metrics.gold_citation_precision([], [at(0, 10)]) is None
    assert metrics.gold_citation_recall([], []) is None
    refusal = an_answer("The article does not say.", answered=False)
    assert metrics.citation_support(refusal, supports) == (None, None)
    of_answers = (metrics.citation_validity, metrics.uncited_share, metrics.grounded_words, metrics.strange)
    assert [metric(refusal) for metric in of_answers] == [None] * 4
    assert metrics.quote_exactness(refusal, {}) is None


@pytest.mark.parametrize(
    ("facts", "gold_citation_recall", "forbidden", "right"),
    [
        (1.0, 0.0, 0.0, True),  # where facts are named, they decide
        (0.5, 1.0, 0.0, False),
        (1.0, 1.0, 1.0, False),
        (None, 1.0, None, True),  # as in a spreadsheet of questions and quotes
        (None, 0.5, None, False),
        (None, None, None, False),
    ],
)
def test_truth_is_every_fact_or_else_every_quote_and_nothing_forbidden_with_a_refusal_at_nought(
    facts: float | None, gold_citation_recall: float | None, forbidden: float | None, right: bool
) -> None:
    scores = (facts, gold_citation_recall, forbidden)
    item = QuestionItem(id="t", question="?", answerable=True)
    without_answer = QuestionItem(id="t", question="?", answerable=False)
    assert metrics.truthfulness(item, True, *scores) == (1 if right else -1)
    assert metrics.truthfulness(without_answer, True, *scores) == -1
    assert metrics.truthfulness(item, False, *scores) == 0


@pytest.mark.parametrize(
    ("answerable", "least", "answer", "expected"),
    [
        (True, 2, an_answer("Ten frames of wood. [1]"), 1.0),
        (True, 2, an_answer("Ten frames. [1]"), 0.0),
        (True, 2, an_answer("Ten frames of wood.", answered=False), 0.0),
        (True, None, an_answer("Ten frames of wood. [1]"), None),
        (False, 0, an_answer("No.", answered=False), 1.0),
        (False, 0, an_answer("Ten. [1]"), 0.0),
        (None, 0, an_answer("Hello."), 1.0),
        (None, None, an_answer("Hello. [1]", citations=(quoting(1, "hello"),)), 0.0),
        (None, None, an_answer("No.", answered=False), 0.0),
    ],
)
def test_useful_is_enough_of_the_facts_a_right_refusal_or_a_greeting_returned(
    answerable: bool | None, least: int | None, answer: Answer, expected: float | None
) -> None:
    facts = (("ten",), ("wood",), ("wax",)) if answerable else ()
    item = QuestionItem(id="u", question="?", answerable=answerable, facts=facts, least=least)
    assert metrics.useful(item, answer) == expected
