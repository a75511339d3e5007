"""A text is cut into sentences, list items and table cells, each without its marks and markers."""

from assistant.pieces import sentences_of


def test_the_sentences_of_a_text_come_without_its_marks_and_markers() -> None:
    text = "# Roles\n\nThere **are** two [1]. These:\n\n- One [2].\n- Two. Or three."
    assert sentences_of(text) == [
        (said, "") for said in ("# Roles", "There are two.", "These:", "One.", "Two. Or three.")
    ]
    assert sentences_of("") == sentences_of("[1] \n---\n") == []


def test_a_cell_of_a_table_has_the_names_of_its_row_and_its_column_beside_it() -> None:
    table = "| | BPO | KPO |\n|:--|---|--:|\n| **Driver** | volume [1] | insight [2] |"
    assert sentences_of(table) == [("volume", "Driver, BPO"), ("insight", "Driver, KPO")]
    half = table.replace("insight [2]", "not said")  # which no document says
    assert sentences_of(half) == [("volume", "Driver, BPO")]


def test_what_a_table_compares_stands_before_whose_it_is() -> None:
    table = "| | Driver |\n|---|---|\n| BPO | volume [1] |\n| Nurses | care [2] |"
    assert sentences_of(table) == [("volume", "Driver, BPO"), ("care", "Nurses, Driver")]
