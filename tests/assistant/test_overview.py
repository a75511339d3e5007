"""A document as a whole: what is chosen from its sections."""

import re
from collections.abc import Callable

import pytest

from assistant.chain import Assistant
from assistant.lines import Line
from assistant.summaries import LONGEST, Overview, summarized, told
from ingest.passages import Passage, split
from ingest.sources import make_source

Over = Callable[..., Assistant]

HEATING = """# Heating a house

Two ways are common today.

## Fuel

Is it dear? Yes. Gas has to be bought every month. A heat pump takes most from the air.

## Noise

A heat pump hums outside. Gas burns quietly.

## Repairs

Gas needs a sweep every year.

## Prices

Both are cheaper than oil.
"""


def passages(text: str) -> list[Passage]:
    return split(make_source("a.md", text))


def shown(overview: Overview | None) -> list[tuple[str, str]]:
    """Each line: its label and its words."""
    lines = overview.lines if overview else ()
    return [(line.label, line.text) for line in lines if isinstance(line, Line)]


# --- a document


def test_a_summary_has_the_first_sentence_of_each_section_below_its_heading() -> None:
    assert shown(summarized(passages(HEATING))) == [
        ("", "Two ways are common today."),
        ("Fuel:", "Gas has to be bought every month."),
        ("Noise:", "A heat pump hums outside."),
        ("Repairs:", "Gas needs a sweep every year."),
        ("Prices:", "Both are cheaper than oil."),
    ]
    assert shown(summarized(passages("It rained all day. It was off."))) == [("", "It rained all day.")]


def test_a_section_without_a_sentence_is_told_by_its_list_where_there_is_room() -> None:
    table = "| Day | Place |\n| --- | --- |\n| Monday | Sund |\n"
    text = f"# A trip\n\nThe islands are an hour behind.\n\n## Days\n\n{table}\n## Cars\n\nThe car is "
    days = [("", "Days"), ("", "Day | Place"), ("", "Monday | Sund")]
    assert shown(summarized(passages(f"{text}a small estate.\n")))[1:4] == days
    long = shown(summarized(passages(f"{text}{'very ' * LONGEST}small.\n")))
    assert days[0] in long and days[2] not in long


def test_where_the_words_run_out_only_headings_stand_and_then_nothing() -> None:
    text = "".join(f"## Part {n}\n\nThis is {'word ' * 60}long.\n\n" for n in range(100))
    overview = summarized(passages(text))
    lines = shown(overview)
    assert [label for label, _ in lines[:4]] == ["Part 0:", "Part 1:", "", ""] and lines[2] == ("", "Part 2")
    assert len(lines) < 100 and overview.left_out == 100 - len(lines)


def test_of_several_documents_the_one_that_is_named_is_summed_up(assistant_over: Over) -> None:
    boats = "# Boats and their care\n\nBoats float on water.\n\n## Sails\n\nThey pull.\n\n"
    boats += "## Oars\n\nOars push.\n"
    chain = assistant_over(**{"heating.md": HEATING, "boats.md": boats}).chain
    assert "Gas has to be bought every month." in chain.invoke("what are the main points of heating.md?").text
    assert "Oars push." in chain.invoke("give me a summary of the boats paper").text
    every = chain.invoke("What is this about?").text
    assert "Two ways are common today." in every and "Boats float on water." in every


def test_the_article_is_summed_up_by_its_sections(assistant: Assistant) -> None:
    answer = assistant.chain.invoke("Summarize this article")
    assert "- Employee skill requirements [" in answer.text and "- Better scalability [" in answer.text
    assert len(answer.text.split()) < LONGEST + 40
    assert {sentence.support for sentence in answer.sentences} == {"quoted"}


# --- a section

TENANCY = (
    "# Tenancy of a flat\n\nThis agreement is made in March. It is signed twice.\n\n"
    "## 1. The flat\n\nThe flat has three rooms. It has a cellar.\n\n"
    "## 2. Deposit\n\nThe deposit is 900 euros. It comes back within ten weeks, less:\n\n- damage\n- debts\n\n"
    "### Where it is kept\n\nIt is kept in a savings account.\n\n"
    "## 3. Notice\n\nNotice is given in writing. It takes three months.\n"
)


def test_one_section_that_is_asked_for_is_told_in_order(assistant_over: Over) -> None:
    chain = assistant_over(**{"tenancy.md": TENANCY}).chain
    asked = "pls sum up what it says on the deposit"
    assert [line for line in chain.invoke(asked).text.splitlines() if line] == [
        "The deposit is 900 euros. [1]",
        "It comes back within ten weeks, less: [2]",
        "- damage [2]",
        "- debts [2]",
        "Where it is kept [3]",
        "It is kept in a savings account. [4]",
    ]
    assert "three rooms" in chain.invoke("summarize the tenancy").text, "the title names no section"
    assert "savings" not in chain.invoke("How much is the deposit?").text, "it asks for less than all of it"
    assert not chain.invoke("summary of football results on notice").answered, "it only shares a word"


def test_of_several_sections_of_one_name_none_stands_for_all(assistant_over: Over) -> None:
    lease = "# Flat {0}\n\nFlat {0} is old.\n\n## Deposit\n\nIt is {1} euros. It comes back.\n\n## Keys\n\nTwo.\n"
    chain = assistant_over(**{"a.md": lease.format("A", 900), "b.md": lease.format("B", 400)}).chain
    text = chain.invoke("summary of the deposit").text
    assert "900" in text and "400" in text


def test_a_long_section_is_summed_up_and_one_with_a_lost_list_left_to_the_reader() -> None:
    part = "".join(f"### Part {n}\n\nIt has its own rules. {'It goes on and on. ' * 20}\n\n" for n in range(3))
    section = passages(f"# Rules\n\n## All\n\n{part}")
    assert shown(told(section)) == [(f"Part {n}:", "It has its own rules.") for n in range(3)]
    assert told(passages("# Rules\n\n## All\n\nSome of them are:\n\n## Other\n\nSo it is.\n")) is None


# --- two things


@pytest.mark.parametrize("asked", ["What's the difference between BPO and KPO?", "compare BPO and KPO in a table"])
def test_the_article_s_seven_differences_are_told_for_both_sides(asked: str, assistant: Assistant) -> None:
    answer = assistant.chain.invoke(asked)
    head, _, *rows = answer.text.splitlines()
    assert head == "| | BPO | KPO |" and len(rows) == 7
    assert "volume-driven" in rows[0] and "insight-driven" in rows[0]
    assert {sentence.support for sentence in answer.sentences} == {"quoted"}


def test_where_a_section_is_silent_on_one_of_them_its_row_says_so(assistant_over: Over) -> None:
    answer = assistant_over(**{"heating.md": HEATING}).chain.invoke("compare gas and heat pump")
    (repairs,) = (row for row in answer.text.splitlines() if row.startswith("| Repairs"))
    assert re.fullmatch(r"\| Repairs \[\d\] \| Gas needs a sweep every year. \[\d\] \| not said \|", repairs)
    assert "not said" not in {sentence.text for sentence in answer.sentences}, "it is no claim"


def test_one_of_the_two_things_is_told_by_what_the_same_sections_say_of_it(assistant: Assistant) -> None:
    text = assistant.chain.invoke("overview of bpo").text
    assert text.startswith("**Driving force:** These processes tend to be volume-driven")
    assert "insight-driven" not in text and "|" not in text
    for asked in ("What is BPO?", "benefits of BPO"):  # something of it
        assert assistant.explain(asked).decision.reason == "these units answer"
