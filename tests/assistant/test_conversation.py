"""Follow-ups become standalone questions, without a model."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import SIDES, rewrite, standalone

DRIVES = "What drives BPO?"


def sides(text: str) -> list[str]:
    return [side for side, pattern in SIDES.items() if pattern.search(text)]


@pytest.mark.parametrize(
    "question", ["And for KPO?", "and kpo", "KPO?", "What about KPO?", "But for KPO?", "OK, KPO"]
)
def test_the_other_side_takes_the_place_of_the_one_asked_about(question: str) -> None:
    assert standalone(question, [DRIVES]) == "What drives KPO?"


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("And for BPO?", "What drives KPO?", "What drives BPO?"),
        ("And business process outsourcing?", "What drives KPO?", "What drives BPO?"),
        ("And in KPO?", "What are common roles in business process outsourcing?", "What are common roles in KPO?"),
        ("And the roles in KPO?", "What drives BPO?", "What drives KPO (roles)?"),
    ],
)
def test_a_side_is_exchanged_under_any_of_its_names(question: str, before: str, expected: str) -> None:
    assert standalone(question, [before]) == expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Which roles does it have?", "What is KPO?", "Which roles does KPO have?"),
        ("What are its benefits?", "What is KPO?", "What are KPO’s benefits?"),
        ("Why are they so complex?", "What are KPOs?", "Why are KPO so complex?"),
        ("Who uses it?", "What is Time Doctor?", "Who uses Time Doctor?"),
        ("Does it save costs?", DRIVES, "Does BPO save costs?"),
        ("What is common to them?", "How do BPO and KPO compare?", "What is common to BPO and KPO?"),
        ("How is it different from BPO?", "What is KPO?", "How is KPO different from BPO?"),
        ("Is it more complex than KPO?", DRIVES, "Is BPO more complex than KPO?"),
        ("Is this the same as KPO?", "What is BPO?", "Is BPO the same as KPO?"),
    ],
)
def test_a_pronoun_gets_the_subject_of_the_question_before(question: str, before: str, expected: str) -> None:
    assert standalone(question, [before]) == expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("And the third?", "What is the first benefit?", "What is the third benefit?"),
        ("The last one?", "What is the second difference?", "What is the last difference?"),
        ("And Genpact?", "Is Accenture a BPO company?", "Is Genpact a BPO company?"),
        ("What about Wipro Limited?", "Where is Accenture?", "Where is Wipro Limited?"),
        ("And offshore?", "What is nearshore outsourcing?", "What is offshore outsourcing?"),
    ],
)
def test_an_ordinal_a_name_or_a_word_that_looks_alike_is_exchanged(
    question: str, before: str, expected: str
) -> None:
    assert standalone(question, [before]) == expected


@pytest.mark.parametrize("question", ["Why?", "why", "For example?", "Tell me more.", "How so?", "And why?"])
def test_a_question_without_words_of_its_own_gets_those_of_the_one_before(question: str) -> None:
    whole = standalone(question, [DRIVES])
    assert whole.endswith("(What drives BPO)?")
    assert sides(whole) == ["BPO"]


def test_a_few_words_of_its_own_are_kept_beside_the_subject() -> None:
    whole = standalone("and is there something one can book?", ["Where can I read more about Time Doctor?"])
    assert whole == "is there something one can book (Time Doctor)?"


@pytest.mark.parametrize(
    "question",
    [
        "What are the six common benefits of BPO and KPO?",
        "Which companies offer KPO?",
        "Is Genpact a large firm?",
        "How tall is the Eiffel Tower?",
        "Where do companies find cheap labour?",
    ],
)
def test_a_complete_question_stays_as_it_is(question: str) -> None:
    assert standalone(question, [DRIVES, "And for KPO?"]) == question


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([DRIVES, "And for KPO?"], "And BPO?", DRIVES),
        ([DRIVES, "And for KPO?"], "Why?", "Why (What drives KPO)?"),
        ([DRIVES, "Why?"], "And for KPO?", "Why (What drives KPO)?"),
        (["What is KPO?", "Which roles does it have?"], "And BPO?", "Which roles does BPO have?"),
        ([DRIVES, "How tall is the Eiffel Tower?"], "And Big Ben?", "How tall is the Big Ben?"),
    ],
)
def test_a_chain_of_follow_ups_hands_on_what_was_left_out(
    history: list[str], question: str, expected: str
) -> None:
    assert standalone(question, history) == expected


def test_without_earlier_questions_nothing_is_added() -> None:
    assert standalone("And for KPO?", []) == "And for KPO?"
    assert standalone("Why?", [""]) == "Why?"
    assert standalone("  And   for\nKPO ?", []) == "And for KPO ?"


fragments = st.lists(
    st.sampled_from(
        ["And", "BPO", "KPO", "it", "their", "first", "Genpact", "offshore", "why", "?", ".", "\\1", "\\o"]
    )
    | st.text(max_size=6),
    max_size=8,
).map(" ".join)


@given(fragments, st.lists(fragments, max_size=3))
def test_whatever_is_asked_becomes_one_line_and_keeps_the_question_where_there_is_nothing_before(
    question: str, history: list[str]
) -> None:
    whole = standalone(question, history)
    assert whole == " ".join(whole.split())
    assert whole or not question.split()
    if not any(earlier.split() for earlier in history):
        assert whole == " ".join(question.split())


@given(
    st.lists(st.sampled_from([DRIVES, "Which roles does KPO have?"]), min_size=1), st.sampled_from(["BPO", "KPO"])
)
def test_asking_for_a_side_asks_the_last_question_about_that_side(history: list[str], side: str) -> None:
    last = history[-1]
    assert standalone(f"And for {side}?", history) == last.replace("BPO", side).replace("KPO", side)


@pytest.mark.parametrize(
    "turn", ["more", "And for KPO?", "What about it?", "And the third?", "Genpact?", "And cost?"]
)
def test_ten_thousand_turns_take_no_time_to_speak_of(turn: str) -> None:
    started = time.perf_counter()
    whole = standalone(turn, ["What drives BPO first?"] + [turn] * 10_000)
    assert time.perf_counter() - started < 3
    assert len(whole) <= 4_000


PARTS = [
    *"?. -_’(A",
    "and, ",
    "for ",
    "A-",
    "what ",
    "it ",
    "first ",
    "the former ",
    "BPO ",
    "what about ",
    "W’",
    "Ab ",
]


@pytest.mark.parametrize("part", PARTS)
def test_no_question_of_4_000_characters_takes_long(part: str) -> None:
    long = (part * 4_000)[:3_999]
    started = time.perf_counter()
    for question in (f"{long}?", f"And {long}"[:4_000], f"{long}x"):
        for before in (DRIVES, question):
            rewrite(question, before)
        rewrite("And for KPO?", question)
        rewrite("Genpact?", question)
    assert time.perf_counter() - started < 3


BENEFITS = "What are the six common benefits?"


@pytest.mark.parametrize("question", ["Explain the fourth.", "explain number 4", "What is the last one?"])
def test_one_of_several_things_is_asked_for_with_the_question_that_named_them(question: str) -> None:
    assert rewrite(question, BENEFITS) == f"{question.strip(' ?.!')} ({BENEFITS.rstrip('?')})?"


@pytest.mark.parametrize("question", ["ok thanks", "Thank you very much!", "great"])
def test_small_talk_asks_for_nothing_again(question: str) -> None:
    assert rewrite(question, BENEFITS) == question
