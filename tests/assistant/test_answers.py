"""The types that cross borders: what is asked with what was before it, and what all of it took."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Ask, EarlierTurn, Usage

KPO = EarlierTurn(question="What is KPO?")
ANSWERED = EarlierTurn(question="What is KPO?", answer="Outsourcing.")


@pytest.mark.parametrize(
    ("given", "turn"),
    [
        ("What is KPO?", KPO),
        ({"question": "What is KPO?"}, KPO),
        ({"question": "What is KPO?", "answer": "Outsourcing."}, ANSWERED),
        (ANSWERED, ANSWERED),
    ],
)
def test_an_earlier_turn_is_a_question_or_one_with_its_answer(given: Any, turn: EarlierTurn) -> None:
    assert EarlierTurn.model_validate(given) == turn
    ask = Ask.model_validate({"question": "Why?", "history": [given]})
    assert ask.history == (turn,) and ask.earlier == ("What is KPO?",)


def test_it_is_written_as_it_was_given() -> None:
    ask = Ask(question="Why?", history=(KPO, ANSWERED))
    assert json.loads(ask.model_dump_json()) == {
        "question": "Why?",
        "history": ["What is KPO?", {"question": "What is KPO?", "answer": "Outsourcing."}],
        "within": [],
        "strict": None,
    }
    assert Ask.model_validate_json(ask.model_dump_json()) == ask == Ask.model_validate(ask.model_dump())


usages = st.builds(
    Usage,
    input_tokens=st.integers(0, 10**6),
    output_tokens=st.integers(0, 10**6),
    cost_usd=st.none() | st.floats(0, 100),
)


@given(usages, usages)
def test_two_usages_add_up_and_what_is_not_known_stays_so(one: Usage, other: Usage) -> None:
    both = one + other
    assert both == other + one and one + Usage() == one
    assert both.input_tokens - one.input_tokens == other.input_tokens
    assert (both.cost_usd is None) == (one.cost_usd is None or other.cost_usd is None)
