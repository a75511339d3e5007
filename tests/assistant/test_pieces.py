"""A cell of a table is a piece of its own, with the names of its row and its column beside it."""

from assistant.pieces import sentences_of


def test_a_cell_has_the_names_of_its_row_and_its_column_and_one_that_says_nothing_is_none() -> None:
    table = "| | BPO | KPO |\n|:--|---|--:|\n| **Driver** | volume [1] | insight [2] |"
    assert sentences_of(table) == [("volume", "Driver, BPO"), ("insight", "Driver, KPO")]
    half = table.replace("insight [2]", "not said")  # which no document says
    assert sentences_of(half) == [("volume", "Driver, BPO")]
    turned = "| | Driver |\n|---|---|\n| BPO | volume [1] |"  # what is compared stands before whose it is
    assert sentences_of(turned) == [("volume", "Driver, BPO")]
