"""How near a question is to those whose answers are known, worked by hand in two dimensions."""

import pytest

from assistant.reading_model.known_questions import Known, KnownQuestions
from assistant.units import Place
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.text import Span
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, Pair

PAIR = Pair("alpha", alpha=EAST, bravo=BETWEEN, kilo=NORTH)
QUESTIONS = [
    IndexedQuestion("alpha alpha", "a.md", (Span(0, 10),)),
    IndexedQuestion("alpha kilo", "a.md", (Span(20, 30), Span(100, 110))),
    IndexedQuestion("bravo", "a.md", ()),
]
KNOWN = KnownQuestions(QuestionIndex.of(QUESTIONS, [PAIR.text(one.question).vectors for one in QUESTIONS]))


def near(text: str, *places: tuple[int, int], source: str = "a.md") -> Known:
    return KNOWN.near(PAIR.text(text), [[Place(source, Span(*place)) for place in places]])


def test_a_unit_has_the_similarity_of_the_nearest_known_question_that_it_answers() -> None:
    found = near("alpha", (0, 10), (20, 30), (40, 50))
    # "alpha kilo": alpha is found itself, and of its two words one looks the same way and one another
    assert found.similarities[0] == pytest.approx([1, (1 + 0.5) / 2, 0], abs=1e-3)
    assert found.unanswered == pytest.approx(0.6, abs=1e-3), "one that nothing answers is told apart"


def test_a_unit_answers_where_it_shares_most_of_the_shorter_of_both_in_its_own_document() -> None:
    answered = [near("alpha", place).answered > 0.9 for place in ((4, 14), (5, 15), (2, 5), (0, 400))]
    assert answered == [True, False, True, True]
    assert near("alpha", (0, 10), source="b.md").answered == 0
