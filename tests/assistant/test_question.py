"""What a question asks: about which sides, and for which kind of answer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.kinds import Kind, holds
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
    ("text", "kind"),
    [
        ("What is KPO?", "definition"),
        ("what's nearshore BPO", "definition"),
        ("Define offshore BPO.", "definition"),
        ("What does KPO stand for?", "definition"),
        ("What are the six common benefits of BPO and KPO?", "list"),
        ("What are some common KPO roles?", "list"),
        ("Which services does KPO include?", "list"),
        ("Name the types of BPO.", "list"),
        ("List the differences between BPO and KPO.", "list"),
        ("How many differences are there?", "count"),
        ("What is the number of benefits?", "count"),
        ("How much does a KPO analyst cost?", "price"),
        ("What does Time Doctor cost?", "price"),
        ("What is the price of Time Doctor?", "price"),
        ("What is the salary of a BPO employee?", "price"),
        ("What percentage of companies outsource?", "percentage"),
        ("What share of firms use KPO?", "percentage"),
        ("When was Time Doctor founded?", "date"),
        ("In which year did BPO begin?", "date"),
        ("How long is the free trial?", "duration"),
        ("How many days does the trial last?", "duration"),
        ("What is the author's e-mail address?", "contact"),
        ("What is the phone number of Genpact?", "contact"),
        ("What drives BPO?", "open"),
        ("Why is KPO more complex?", "open"),
        ("How does KPO rely on judgment?", "open"),
        ("Is KPO a subset of BPO?", "open"),
        ("", "open"),
    ],
)
def test_the_kind_of_a_clear_cut_question(text: str, kind: Kind) -> None:
    assert analyse(text).kind == kind


@pytest.mark.parametrize(
    ("kind", "held", "missing"),
    [
        ("price", "It costs $ 5.", "It costs little."),
        ("price", "Twelve is 12 euros.", "It is 12 years old."),
        ("percentage", "Some 40% do.", "Some 40 do."),
        ("date", "It began in 1999.", "It began long ago."),
        ("date", "It began in March.", "It began with 12 people."),
        ("duration", "A 14-day trial.", "A free trial."),
        ("duration", "It takes two weeks.", "It takes two people."),
        ("count", "There are seven of them.", "There are many of them."),
        ("contact", "Write to a@example.org.", "Write to us."),
    ],
)
def test_a_text_holds_what_a_kind_asks_for_or_not(kind: Kind, held: str, missing: str) -> None:
    assert holds(kind, held)
    assert not holds(kind, missing)


@given(st.sampled_from(["open", "definition", "list"]), st.text())
def test_any_text_holds_what_an_open_question_asks_for(kind: Kind, text: str) -> None:
    assert holds(kind, text)


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
