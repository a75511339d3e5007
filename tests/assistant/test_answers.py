"""The types that cross borders: what is asked with what was before it, and what all of it took."""

import json

from assistant.answers import Ask, EarlierTurn, Usage


def test_an_earlier_turn_is_a_question_or_one_with_its_answer_and_is_written_as_it_was_given() -> None:
    history = ["What is KPO?", {"question": "What is KPO?", "answer": "Outsourcing."}]
    ask = Ask.model_validate({"question": "Why?", "history": history})
    asked = EarlierTurn(question="What is KPO?")
    assert ask.history == (asked, asked.model_copy(update={"answer": "Outsourcing."}))
    written = ask.model_dump_json()
    assert json.loads(written) == {"question": "Why?", "history": history, "within": [], "strict": None}
    assert Ask.model_validate_json(written) == ask


def test_two_usages_add_up_and_a_cost_that_is_not_known_stays_so() -> None:
    one = Usage(input_tokens=100, cached_tokens=50, output_tokens=10, cost_usd=0.5)
    assert one + one == Usage(input_tokens=200, cached_tokens=100, output_tokens=20, cost_usd=1.0)
    assert (one + Usage(cost_usd=None)).cost_usd is None
    assert one + Usage() == one
