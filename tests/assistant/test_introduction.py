"""Who greets, thanks or asks what this is gets neither an answer from the documents nor a refusal."""

from collections.abc import Callable

import pytest

from assistant.chain import Assistant


@pytest.mark.parametrize("said", ["Good morning! How are you?", "thanks, that helped", "."])
def test_what_is_said_to_the_assistant_is_told_what_it_answers_from(said: str, assistant: Assistant) -> None:
    answer = assistant.chain.invoke({"question": said, "history": ["What drives BPO?"]})
    assert answer.answered and not answer.citations and not answer.sentences
    assert "“BPO vs KPO: 7 key differences + 6 common benefits”" in answer.text


def test_a_first_question_without_a_word_to_look_up_is_told_so_too(assistant: Assistant) -> None:
    assert assistant.chain.invoke("why?").text.startswith("Ask me about")
    assert assistant.chain.invoke({"question": "why?", "history": ["What drives BPO?"]}).citations


def test_the_questions_that_are_suggested_can_be_answered(assistant: Assistant) -> None:
    answer = assistant.chain.invoke("who are you?")
    assert answer.suggestions[:2] == ("What is this about?", "How do BPO and KPO differ?")
    assert all(assistant.chain.invoke(question).citations for question in answer.suggestions)


def test_a_question_with_a_greeting_is_a_question(assistant: Assistant) -> None:
    assert assistant.chain.invoke("hi, what is KPO?").citations


def test_a_heading_that_asks_the_same_is_answered_from(assistant_over: Callable[..., Assistant]) -> None:
    faq = "# Dental practice\n\n## Who are you?\n\nWe are dentists.\n\n## Hours\n\nNine to five.\n"
    answer = assistant_over(**{"faq.md": faq}).chain.invoke("Who are you?")
    assert "Ask me about" not in answer.text
