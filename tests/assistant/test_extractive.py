"""The offline reader with the model as it is shipped: what it answers, how it arranges it, and when it refuses.

What is decided by hand-made logits is in `readers/`.
"""

from collections.abc import Callable

from assistant.answers import Answer, Ask
from assistant.chain import Assistant

Over = Callable[..., Assistant]

BENEFITS = [
    "Reduced operational costs",
    "Access to a global talent pool",
    "Improved work quality and efficiency",
    "Better scalability",
    "Enhanced employee productivity",
    "Access to advanced, innovative technology",
]


def said(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


def test_headings_are_a_list_in_the_order_of_the_text(assistant: Assistant) -> None:
    shown = said(assistant.chain.invoke("What are the six common benefits?"))
    assert [text for text in shown if text != "6 common benefits of BPO and KPO"] == BENEFITS


def test_a_list_is_whole_with_lead_in_and_one_citation(assistant: Assistant) -> None:
    answer = assistant.chain.invoke("Which top BPO companies are there?")
    at = said(answer).index("Here are some top BPO companies in the world:")
    first, *items = answer.sentences[at:][:6]
    assert len(items) == 5 and {item.citations for item in items} == {first.citations}


def test_a_list_that_the_source_lost_is_named_alone_or_beside_one_that_it_has(assistant: Assistant) -> None:
    refused = assistant.chain.invoke("What are some of the common BPO services?")
    lead_in = "Some of the common BPO services include:"
    assert not refused.answered and lead_in in refused.passages[0].text
    assert f"“{lead_in}”" in refused.notices[0] and "the source text lost" in refused.notices[0]
    both = assistant.chain.invoke("List BPO roles and KPO roles")
    assert "Financial manager" in both.text and "the source text lost" in both.notices[0]


def test_two_things_that_are_compared_get_a_sentence_each(assistant_over: Over) -> None:
    passive = "Passive cooling works without any power supply."
    active = "Active cooling uses a powered unit with a thermostat."
    lead = "In this guide we explain how passive and active cooling differ."
    text = f"# Cooling\n\n{lead}\n\n{passive} It is silent.\n\n{active} It hums.\n"
    asked = "What is the difference between passive and active cooling?"
    answer = assistant_over(**{"cooling.md": text}).chain.invoke(asked)
    assert passive in answer.text and active in answer.text


def test_a_follow_up_that_names_neither_side_is_answered_on_the_one_asked_for_before(assistant: Assistant) -> None:
    def first(before: str, question: str) -> str:
        return said(assistant.chain.invoke(Ask(question=question, history=(before,))))[0]

    assert "hardworking employees" in first("tell me about BPO", "who works there?")
    assert "minimal training" in first("is kpo harder than bpo", "which needs more training?"), "both were"


def test_a_table_is_answered_by_its_rows_a_single_one_ahead_of_the_columns_names(assistant_over: Over) -> None:
    rows = "| Frozen goods | -18 degrees |\n| Chilled goods | 5 degrees |\n"
    text = f"# Ranges\n\n| Range | Temperature |\n| --- | --- |\n{rows}"
    asked = assistant_over(**{"ranges.md": text}).chain
    one = asked.invoke("What temperature do frozen goods need?")
    assert one.text == "- Frozen goods \\| -18 degrees [1]\n\n**Columns:** Range \\| Temperature [2]"
    assert [sentence.support for sentence in one.sentences] == ["quoted", "quoted"]
    every = asked.invoke("List the temperatures").text
    assert every.startswith("Range \\| Temperature [1]\n- Frozen goods \\| -18 degrees [2]\n- Chilled")
