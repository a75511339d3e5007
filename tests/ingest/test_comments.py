"""Comments in a text, and notes among them; what an answer says of these is in `test_holes.py`."""

import time

import pytest

from ingest.comments import is_list, note_after, unquotable_spans
from ingest.notes import left_out
from ingest.sources import make_source


def test_a_list_is_one_that_was_lost_and_no_word_that_has_these_letters() -> None:
    assert is_list("the article announces a second list of services here; its source text lost it.")
    others = ["a picture of a listed house", "a checklist", "a picture of the listless, who lost"]
    assert not any(map(is_list, others))


@pytest.mark.parametrize(
    "text",
    ["<!-- note: " + " " * 2_000 + "x", "Ab cd <!-- note: a formula --> ef. " * 1_200, "<!-- " * 8_000],
    ids=["a note that never ends", "notes in one line", "comments that never end"],
)
def test_comments_take_no_longer_than_their_text(text: str) -> None:
    source = make_source("a.md", text)
    began = time.process_time()
    list(unquotable_spans(source.text, 0))
    note_after(source.text, 0)
    left_out(source)
    assert time.process_time() - began < 2
