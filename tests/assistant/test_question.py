"""What a question asks: about which sides, and how it falls into a half for each."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Side, analyse, halves


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("What drives BPO?", ["BPO"]),
        ("what drives kpo", ["KPO"]),
        ("Are BPOs cheap?", ["BPO"]),
        ("Which KPOs are there?", ["KPO"]),
        ("What is business process outsourcing?", ["BPO"]),
        ("What is Business Processing Outsourcing?", ["BPO"]),
        ("What is business-process outsourcing?", ["BPO"]),
        ("What do knowledge process outsourcers do?", ["KPO"]),
        ("What is knowledge processing outsourcing?", ["KPO"]),
        ("What drives BPO compared with KPO?", ["BPO", "KPO"]),
        ("KPO or business process outsourcing?", ["BPO", "KPO"]),
        ("KPO/BPO?", ["BPO", "KPO"]),
        ("What is legal process outsourcing?", []),
        ("What is an SBPOX?", []),
        ("What is outsourcing?", []),
        ("", []),
    ],
)
def test_the_sides_are_found_under_all_their_names(text: str, sides: list[Side]) -> None:
    assert list(analyse(text).sides) == sides


def test_a_question_compares_where_it_names_both_sides() -> None:
    assert analyse("How does BPO differ from KPO?").compares
    assert not analyse("How does BPO differ from others?").compares
    assert not analyse("How do both differ?").compares


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("How many differences are there?", "differences"),
        ("How many key benefits does KPO have?", "key benefits"),
        ("How many people work there?", "people"),
        ("how many salespeople", "salespeople"),
        ("How many staff does it take?", "staff"),
        ("How much does it cost?", ""),
        ("How many?", ""),
    ],
)
def test_what_a_question_asks_the_number_of(text: str, counted: str) -> None:
    assert analyse(text).counted == counted


def test_a_comparison_has_a_half_for_each_side_in_their_order() -> None:
    bpo, kpo = halves(analyse("Is KPO more complex than business process outsourcing?"))
    assert bpo == "Is more complex than business process outsourcing?"
    assert kpo == "Is KPO more complex than ?"


names = st.sampled_from(["BPO", "kpo", "BPOs", "business process outsourcing", "Knowledge-Processing Outsourcing"])
questions = st.lists(names | st.sampled_from(["What", "drives", "more", "than", "compared with", "?"])).map(
    " ".join
)


@given(questions)
def test_no_half_names_the_other_side_and_one_side_is_its_own_half(text: str) -> None:
    question = analyse(text)
    found = halves(question)
    if not question.compares:
        assert found == [text]
        return
    assert [analyse(half).sides for half in found] == [("BPO",), ("KPO",)]


@given(questions, questions)
def test_neither_the_case_nor_the_order_of_names_matters(one: str, other: str) -> None:
    sides = analyse(f"{one}. {other}").sides
    assert analyse(f"{other}. {one}").sides == sides
    assert analyse(f"{one}. {other}".upper()).sides == sides


@pytest.mark.parametrize(
    "part", ["what ", "which ", "how much does ", "name xs ", "how many ", "business process "]
)
def test_a_question_of_the_longest_length_is_read_at_once(part: str) -> None:
    started = time.perf_counter()
    halves(analyse((part * 4_000)[:4_000]))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("What is the difference between passive and active cooling?", ("passive cooling", "active cooling")),
        ("How do food and medicine carriers differ in price?", ("food carriers", "medicine carriers")),
        ("Compare the data logger with a live tracker.", ("data logger", "live tracker")),
        ("How is nearshore different from offshore?", ("nearshore", "offshore")),
        ("onshore vs offshore", ("onshore", "offshore")),
        ("What is passive cooling?", None),
        ("What stands between the docks?", None),
    ],
)
def test_the_two_things_that_are_compared(text: str, things: tuple[str, str] | None) -> None:
    assert analyse(text).compared == things


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("Which laws regulate KPO?", "laws"),
        ("List the certifications of BPO companies", "certifications"),
        ("How many top BPO companies are named?", "companies"),
        ("which of them is overseas?", None),
        ("What is KPO?", None),
    ],
)
def test_the_things_of_which_a_list_or_the_number_is_asked(text: str, noun: str | None) -> None:
    span = analyse(text).asks_for
    assert (text[slice(*span)] if span else None) == noun
