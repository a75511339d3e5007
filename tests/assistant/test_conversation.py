"""A follow-up is read with the questions before it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Ask
from assistant.chain import Assistant
from assistant.conversation import LONGEST_EARLIER, TURNS, standalone, turns, with_item

SKILLS = "Which skills do employees need?"


def test_a_question_comes_behind_the_one_before_it_a_line_each() -> None:
    assert standalone("Why?", []) == "Why?"
    assert standalone("Why?", ["What drives BPO?", SKILLS]) == f"{SKILLS}\nWhy?"
    # before one of hardly any words comes the one before that, too
    assert standalone("Why?", [SKILLS, "And KPO?"]) == f"{SKILLS}\nAnd KPO?\nWhy?"


def test_a_word_like_one_of_the_earlier_question_takes_its_place_if_nothing_else_is_said() -> None:
    assert standalone("and kpo?", ["What is BPO?"]) == "What is kpo?"
    assert standalone("and BPO?", ["What drives BPO?", "and KPO?"]) == "What drives BPO?"
    assert standalone("And its costs?", ["What is BPO?"]) == "What is BPO?\nAnd its costs?"
    assert standalone("And the costs of KPO?", ["What is BPO?"]) == "What is BPO?\nAnd the costs of KPO?"


@given(st.text(), st.lists(st.text(), max_size=30))
def test_the_question_is_the_last_of_at_most_three_turns(question: str, history: list[str]) -> None:
    *earlier, last = turns(standalone(question, history))
    assert last == " ".join(question.split()) or not earlier  # one word of an earlier question was exchanged
    assert len(earlier) < TURNS
    assert all(turn and len(turn) <= LONGEST_EARLIER for turn in earlier)


BULLETS = "These are: [1]\n- Lower costs [1]\n- Nearshore: close by. [2]\n- Better scalability, etc. [2]"
TABLE = "| | BPO |\n| --- | --- |\n| **Driving force** [1] | volume [2] |\n| Services [3] | many [4] |"


def test_an_item_of_the_last_answer_stands_in_for_its_place() -> None:
    assert with_item("explain the 2nd one", BULLETS) == "explain Nearshore"
    assert with_item("and the last point on that list?", BULLETS) == "and Better scalability, etc?"
    assert with_item("tell me more about the second", TABLE) == "tell me more about Services"
    for no_item in ("explain the eleventh one", "when is the first payment due", "the second of the three types"):
        assert with_item(no_item, BULLETS) is None


def test_the_answer_that_an_item_is_of_is_found_anew_but_only_one(assistant: Assistant) -> None:
    def read(*history: str) -> str:
        asked = Ask(question="explain the 4th one", history=history)
        return assistant.chain.invoke(asked).standalone_question

    assert read("What are the six benefits?") == "explain Better scalability"
    assert "explain the 4th one" in read(*["explain the last one"] * 200)


@pytest.mark.parametrize(
    ("history", "question", "said"),
    [
        (["What is KPO?"], "What are its benefits?", "Access to a global talent pool"),
        (["What drives BPO?", "thanks!"], "And for KPO?", "insight-driven"),  # a greeting leaves nothing out
    ],
)
def test_a_follow_up_is_made_whole(history: list[str], question: str, said: str, assistant: Assistant) -> None:
    answer = assistant.chain.invoke(Ask.model_validate({"question": question, "history": history}))
    assert said in answer.text


def test_what_answers_the_earlier_question_is_not_first(assistant_over: Callable[..., Assistant]) -> None:
    said = "Anyone who loses a key tells the caretaker the same day and pays for the new one."
    text = f"# Keys\n\nA key to the cellar is handed out against a deposit of 20 euros. {said}\n"
    asked = Ask(question="and if i lose it", history=("How do I get a cellar key?",))
    assert assistant_over(**{"house.md": text}).chain.invoke(asked).text.startswith(f"{said} [1]")


def test_a_question_that_stands_by_itself_is_answered_as_if_nothing_had_been_asked(assistant: Assistant) -> None:
    asked = Ask(question="what is bpo", history=("Which top KPO companies are there?",))
    assert assistant.chain.invoke(asked).standalone_question == "what is bpo"
