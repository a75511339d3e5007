"""The quotable pieces of a passage, and whose sentence each one is."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Side
from assistant.units import Unit, side_of, units


def shown(text: str) -> list[tuple[str, str]]:
    return [(unit.kind, unit.text) for unit in units(dedent(text))]


def only(text: str, kind: str) -> Unit:
    (unit,) = [unit for unit in units(dedent(text)) if unit.kind == kind]
    return unit


def items(text: str) -> list[str]:
    unit = only(text, "list")
    return [dedent(text)[start:end] for start, end in unit.items]


def test_a_heading_is_quoted_without_its_marks() -> None:
    assert shown("### 1. Driving force ##") == [("heading", "1. Driving force")]


def test_a_heading_does_not_run_into_the_sentence_below_it() -> None:
    assert shown("## Costs\nThey are low.") == [("heading", "Costs"), ("sentence", "They are low.")]


def test_a_number_sign_without_a_space_is_no_heading() -> None:
    assert shown("#1 is cost.") == [("sentence", "#1 is cost.")]


def test_a_paragraph_is_its_sentences_however_it_is_wrapped() -> None:
    text = """\
        BPO is volume-driven. It needs
        a large workforce, e.g. call
        centres!

        KPO is not.
        """
    assert shown(text) == [
        ("sentence", "BPO is volume-driven."),
        ("sentence", "It needs\na large workforce, e.g. call\ncentres!"),
        ("sentence", "KPO is not."),
    ]


def test_a_sentence_knows_the_one_before_it_in_its_paragraph_and_across_it() -> None:
    found = units("BPO is volume-driven. It is cheap.\n\nSo it grows.\n\n## KPO\n\nIt is not.")
    assert [unit.before for unit in found] == ["", "BPO is volume-driven.", "It is cheap.", "", ""]


LIST = """\
    Some of the roles are:

    - Financial manager.
    - Project manager
      or consultant.

    The rest is open.
    """


def test_a_list_is_one_unit_from_its_lead_in_to_its_last_item() -> None:
    unit = only(LIST, "list")
    assert unit.lead_in == "Some of the roles are:"
    assert unit.text == "Some of the roles are:\n\n- Financial manager.\n- Project manager\n  or consultant."


def test_each_item_is_a_unit_as_well_after_the_list_and_a_wrapped_one_is_whole() -> None:
    assert [kind for kind, _ in shown(LIST)] == ["list", "item", "item", "sentence"]
    assert items(LIST) == ["Financial manager.", "Project manager\n  or consultant."]
    assert [text for kind, text in shown(LIST) if kind == "item"] == items(LIST)


def test_the_lead_in_is_no_sentence_of_its_own_where_its_list_follows() -> None:
    assert ("sentence", "Some of the roles are:") not in shown(LIST)
    assert ("sentence", "Some of the roles are:") in shown("Some of the roles are:\n\nNothing.")


def test_a_list_needs_no_lead_in() -> None:
    unit = only("They work.\n\n- One.\n- Two.", "list")
    assert unit.lead_in == ""
    assert unit.text == "One.\n- Two."
    assert unit.before == "They work."


@pytest.mark.parametrize("marks", ["-  -", "*  *", "+  +", "•  •", "1. 2.", "1) 12)"])
def test_items_may_have_any_mark(marks: str) -> None:
    first, second = marks.split()
    assert items(f"{first} Cost.\n{second} Speed.") == ["Cost.", "Speed."]


def test_a_list_goes_on_behind_a_blank_line() -> None:
    assert items("- Cost.\n\n- Speed.") == ["Cost.", "Speed."]


def test_a_word_with_a_hyphen_at_the_start_of_a_line_is_no_item() -> None:
    assert shown("-5 degrees\n1984 was a year.") == [("sentence", "-5 degrees\n1984 was a year.")]


def test_an_item_goes_on_in_the_next_line_and_behind_a_blank_one_where_it_is_indented() -> None:
    assert items("- Cost\nof work.\n- Speed.") == ["Cost\nof work.", "Speed."]
    assert items("- Cost.\n\n  It is low.\n- Speed.") == ["Cost.\n\n  It is low.", "Speed."]
    assert items("- Cost.\n\nIt is low.") == ["Cost."]


def test_a_table_is_a_list_of_its_rows_which_its_head_announces() -> None:
    text = "| side | force |\n|:-----|------:|\n| BPO | volume |\n| KPO | insight |"
    table, *rows = units(text)
    assert (table.kind, table.lead_in, table.text) == ("list", "side | force", text[2:-2])
    assert [text[start:end] for start, end in table.items] == ["BPO | volume", "KPO | insight"]
    assert [(row.kind, row.lead_in, row.text) for row in rows] == [
        ("item", "side | force", "BPO | volume"),
        ("item", "side | force", "KPO | insight"),
    ]


def test_a_table_without_a_word_has_no_units() -> None:
    assert units("| \u00a0 |\n|---|\n| \u00a0 |\n| \u00a0 |") == ()


def test_a_row_alone_is_a_sentence_and_two_tables_are_two_lists() -> None:
    assert shown("| a | b |") == [("sentence", "| a | b |")]
    assert [kind for kind, _ in shown("| a |\n|---|\n| b |\n\n| c |\n|---|\n| d |")] == ["list", "item"] * 2


def test_a_list_knows_the_sentence_before_its_lead_in() -> None:
    unit = only("The sector has three types. They are:\n\n- one\n- two", "list")
    assert (unit.lead_in, unit.before) == ("They are:", "The sector has three types.")


def test_an_empty_text_has_no_units() -> None:
    assert units("") == units(" \n\t\n") == ()


line = st.sampled_from(
    [
        "",
        " ",
        "BPO is big. It grows.",
        "Here are some:",
        "- one",
        "  wrapped",
        "  - nested",
        "2. two",
        "# Head",
        "####",
    ]
) | st.text(max_size=12)
passages = st.lists(line, max_size=12).map("\n".join)


@given(passages)
def test_every_span_is_exact(text: str) -> None:
    for unit in units(text):
        assert text[unit.span.start : unit.span.end] == unit.text
        for item in unit.items:
            assert unit.span.start <= item.start <= item.end <= unit.span.end


@given(passages)
def test_units_stand_in_the_order_of_the_text_and_overlap_only_where_an_item_is_in_its_list(text: str) -> None:
    end = 0
    for unit in units(text):
        if unit.kind != "item":
            assert unit.span.start >= end
            end = unit.span.end
        assert unit.span.end <= end


@given(st.lists(st.sampled_from(["BPO is big.", "KPO grows!", "# Head", "- one", "• two", "Lists:"]), max_size=10))
def test_no_word_of_a_text_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept = {i for unit in units(text) for i in range(*unit.span)}
    assert all(i in kept or text[i] in " \n#-•" for i in range(len(text)))


SECTION = "7 key differences between BPO vs KPO > 1. Driving force"


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("BPO is volume-driven.", "BPO"),
        ("On the contrary, KPO is insight-driven.", "KPO"),
        ("Knowledge process outsourcers need experts.", "KPO"),
        ("Both BPO and KPO save costs.", None),
        ("KPO is far more complex than BPO.", "KPO"),
        ("Unlike BPO, KPO relies on judgment.", "KPO"),
        ("Since KPO is a subset of BPO, most KPO services come under it.", "KPO"),
        ("Companies save costs.", None),
    ],
)
def test_a_sentence_belongs_to_the_one_side_that_it_is_about(text: str, side: Side | None) -> None:
    (unit,) = units(text)
    assert side_of(unit, SECTION) == side


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("BPO companies handle routine operations. These processes tend to be volume-driven.", "BPO"),
        ("KPO is the outsourcing of core functions. It’s like an extended version of BPO.", "KPO"),
        ("KPO relies on judgment. It needs more control than BPO.", "KPO"),
        ("BPO is cheap. They all agree on KPO being dear.", "BPO"),
        ("BPO is volume-driven. For example, call centres are.", "BPO"),
        ("Some are cheap. These are BPO firms.", "BPO"),
        ("BPO and KPO differ. This is known.", None),
    ],
)
def test_a_sentence_that_points_back_is_about_what_the_one_before_is_about(text: str, side: Side | None) -> None:
    assert side_of(units(text)[-1], SECTION) == side


def test_an_item_belongs_to_the_side_of_its_lead_in() -> None:
    listed, first, second = units("Common KPO roles are:\n\n- Financial manager.\n- A BPO clerk.")
    assert [side_of(unit, SECTION) for unit in (listed, first, second)] == [None, "KPO", "BPO"]


def test_where_no_sentence_names_a_side_the_last_heading_does() -> None:
    (unit,) = units("Companies save costs.")
    assert side_of(unit, "Outsourcing > More about knowledge process outsourcing") == "KPO"
    assert side_of(unit, "More about KPO > Costs") is None
