"""The offline reader with the model as it is shipped: what it answers, how it arranges it, and when it refuses.

What is decided by hand-made logits is in `readers/`. A trained model is not right every time: where one answer
more or less would prove nothing, a share is asked for.
"""

from collections.abc import Callable

import pytest

from assistant.answers import Answer
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
LOST = "its source text lost"


def said(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


class TestComparison:
    def test_both_sides_stand_under_their_names(self, assistant: Assistant) -> None:
        shown = said(assistant.chain.invoke("What drives BPO compared with KPO?"))
        (bpo,) = [text for text in shown if text.startswith("BPO: ")]
        (kpo,) = [text for text in shown if text.startswith("KPO: ")]
        assert "volume-driven" in bpo and "insight-driven" in kpo


class TestLists:
    @pytest.mark.parametrize("question", ["What are the six common benefits?", "six common benefits", "benefits"])
    def test_headings_are_a_list_in_the_order_of_the_text(self, question: str, assistant: Assistant) -> None:
        shown = said(assistant.chain.invoke(question))
        assert [text for text in shown if text in BENEFITS] == BENEFITS
        assert set(shown) <= {*BENEFITS, "6 common benefits of BPO and KPO"}

    def test_a_list_comes_whole_with_its_lead_in_and_one_citation(self, assistant: Assistant) -> None:
        answer = assistant.chain.invoke("Which top BPO companies are there?")
        assert said(answer)[0] == "Here are some top BPO companies in the world:"
        assert len(said(answer)) == 6
        assert len(answer.citations) == 1

    def test_the_list_of_the_side_that_is_asked_for_comes_first(self, assistant: Assistant) -> None:
        first, *_ = said(assistant.chain.invoke("Which top KPO companies are there?"))
        assert first == "Some of these companies are:"

    def test_headings_of_two_documents_do_not_mix(self, assistant_over: Over) -> None:
        tea = "# Tea\n\n## Health benefits\n\nTea has benefits.\n\n### Warm hands\n\nYes.\n\n### Calm\n\nYes.\n"
        coffee = "# Coffee\n\n## Health benefits\n\nCoffee has some.\n\n### Speed\n\nYes.\n\n### Late\n\nYes.\n"
        answer = assistant_over(**{"tea.md": tea, "coffee.md": coffee}).chain.invoke(
            "What are the health benefits of tea?"
        )
        assert not {"Speed", "Late"} & set(said(answer)) or not {"Warm hands", "Calm"} & set(said(answer))


class TestLostLists:
    def test_one_side_lost_leaves_the_other_and_a_notice(self, assistant: Assistant) -> None:
        answer = assistant.chain.invoke("List BPO roles and KPO roles")
        assert "Financial manager" in answer.text
        assert LOST in answer.notices[0] and "BPO" in answer.notices[0]


class TestSentences:
    def test_a_definition_comes_first(self, assistant: Assistant) -> None:
        first, *_ = said(assistant.chain.invoke("What is KPO?"))
        assert first.startswith("Knowledge Processing Outsourcing (KPO) is the process")


class TestRefusal:
    def test_changing_the_evidence_changes_the_answer(self, assistant_over: Over) -> None:
        text = "# Kites\n\n## Lines\n\nA stunt kite has {} lines of equal length.\n\n## Wind\n\nKites need wind.\n"
        question = "How many lines does a stunt kite have?"
        assert "four lines" in assistant_over(**{"kites.md": text.format("four")}).chain.invoke(question).text
        assert "two lines" in assistant_over(**{"kites.md": text.format("two")}).chain.invoke(question).text


def test_two_things_that_are_compared_get_a_sentence_each(assistant_over: Over) -> None:
    text = (
        "# Cooling\n\nIn this guide we explain how passive and active cooling differ.\n\n"
        "Passive cooling works without any power supply. It is silent.\n\n"
        "Active cooling uses a powered unit with a thermostat. It hums.\n"
    )
    answer = assistant_over(**{"cooling.md": text}).chain.invoke(
        "What is the difference between passive and active cooling?"
    )
    assert "Passive cooling works without any power supply." in answer.text
    assert "Active cooling uses a powered unit with a thermostat." in answer.text


def test_a_table_is_answered_by_its_rows(assistant_over: Over) -> None:
    rows = "| Frozen goods | -18 degrees |\n| Chilled goods | 5 degrees |\n"
    text = f"# Ranges\n\n| Range | Temperature |\n| --- | --- |\n{rows}"
    answer = assistant_over(**{"ranges.md": text}).chain.invoke("What temperature do frozen goods need?")
    assert "Frozen goods \\| -18 degrees" in answer.text
    assert all(citation.quote in text for citation in answer.citations)
