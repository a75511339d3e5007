"""A prompt of a chat model is fitted to its budget: as many parts as there is room for, from either end."""

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.prompt_budget import first_fitting, last_fitting, prompt_tokens

PARTS = ("one", "two", "three")  # of a token each


def prompt(parts: tuple[str, ...]) -> list[BaseMessage]:
    return [SystemMessage(content="rules"), HumanMessage(content=" ".join(parts))]


def test_a_message_takes_the_tokens_of_its_text_and_four() -> None:
    assert prompt_tokens([]) == 0
    assert prompt_tokens([HumanMessage(content="")]) == 4
    assert prompt_tokens(prompt(PARTS)) == (1 + 4) + (3 + 4)


@pytest.mark.parametrize(("budget", "count"), [(100, 3), (12, 3), (11, 2), (10, 1), (9, 0), (0, 0)])
def test_as_many_parts_as_fit_stay_in_their_order(budget: int, count: int) -> None:
    assert first_fitting(PARTS, prompt, budget) == PARTS[:count]
    assert last_fitting(PARTS, prompt, budget) == PARTS[len(PARTS) - count :]


def test_what_is_counted_is_the_whole_prompt_with_its_parts_in_order() -> None:
    seen: list[tuple[str, ...]] = []

    def noted(parts: tuple[str, ...]) -> list[BaseMessage]:
        seen.append(parts)
        return prompt(parts)

    assert last_fitting(PARTS, noted, 11) == ("two", "three")
    assert seen == [PARTS, ("two", "three")]
    assert first_fitting((), noted, 0) == ()
