""" "Check a text" in the window: how long a text it takes."""

import httpx
import pytest

from tests.ui.client import Page

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them

LONGEST = 20_000  # characters, as docs/window.md says


def test_a_text_that_is_too_long_is_turned_down_by_the_box_and_for_any_other_client(scripted: str) -> None:
    components = httpx.get(f"{scripted}config", trust_env=False).json()["components"]
    boxes = [one["props"] for one in components if one["props"].get("label") == "A text about the documents"]
    assert [box["max_length"] for box in boxes] == [LONGEST]
    page = Page(scripted)
    assert page.press_and_wait("check", "x" * LONGEST)["data"] == ['<ol class="verdicts"></ol>']
    said = "The text has 20,001 characters, the limit is 20,000. Divide it."
    assert page.press_and_wait("check", "x" * (LONGEST + 1))["error"] == said
