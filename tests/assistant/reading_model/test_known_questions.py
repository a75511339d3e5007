"""How near a question is to those whose answers are known, worked by hand in two dimensions."""

import pytest

from assistant.reading_model.known_questions import Known, KnownQuestions
from assistant.units import Place
from ingest.known_questions import IndexedQuestion, QuestionIndex
from ingest.text import Span
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, Pair

PAIR = Pair("alpha", alpha=EAST, bravo=BETWEEN, kilo=NORTH)
QUESTIONS = {
    "alpha alpha": [Span(0, 10)],
    "alpha kilo": [Span(20, 30), Span(100, 110)],
    "bravo": [],
}


def known_questions() -> KnownQuestions:
    questions = [IndexedQuestion(text, "a.md", tuple(spans)) for text, spans in QUESTIONS.items()]
    return KnownQuestions(QuestionIndex.of(questions, [PAIR.text(text).vectors for text in QUESTIONS]))


def near(text: str, *places: tuple[int, int], source: str = "a.md", without: tuple[int, ...] = ()) -> Known:
    stand = [[Place(source, Span(*place)) for place in places]]
    return known_questions().near(PAIR.text(text), stand, without)


def test_a_unit_has_the_similarity_of_the_nearest_known_question_that_it_answers() -> None:
    found = near("alpha", (0, 10), (20, 30), (40, 50))
    # "alpha kilo": alpha is found itself, and of its two words one looks the same way and one another
    assert found.similarities[0] == pytest.approx([1, (1 + 0.5) / 2, 0], abs=1e-3)
    assert found.answered == pytest.approx(1, abs=1e-3) and found.there == [True]


def test_one_that_nothing_answers_is_told_apart() -> None:
    assert near("alpha", (0, 10)).unanswered == pytest.approx(0.6, abs=1e-3)
    assert near("bravo", (0, 10)).unanswered == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("place", "answers"), [((0, 10), True), ((4, 14), True), ((5, 15), False), ((2, 5), True), ((0, 400), True)]
)
def test_a_unit_answers_where_it_shares_most_of_the_shorter_of_both(place: tuple[int, int], answers: bool) -> None:
    assert (near("alpha", place, without=(1,)).answered > 0) is answers


def test_the_same_place_in_another_document_answers_nothing() -> None:
    found = near("alpha", (0, 10), source="b.md")
    assert found.answered == found.unanswered == 0 and found.there == [False]
