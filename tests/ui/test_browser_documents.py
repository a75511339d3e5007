"""The Documents tab in a real browser: documents are added, chosen and removed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests.made import assistant_over
from tests.ui.browser import NEEDED, Open, ask, reload, served, violations
from tests.ui.scripted import FEEDBACK
from ui.web.chat import ALL_GONE

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

TEA = "# Green tea\n\nGreen tea is steeped at 70 degrees for two minutes.\n"
COFFEE = "# Coffee\n\nCoffee is steeped at 93 degrees for four minutes.\n\n<!-- note: a picture -->\n"


@pytest.fixture
def address(tmp_path: Path, minilm: MiniLM) -> Iterator[str]:
    """A window over an index of its own; taken ahead of `open_page`, whose pages then close before it."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.md").write_text(TEA, encoding="utf-8")
    ingest = IngestSettings(index=tmp_path / "index", corpus=tmp_path / "corpus")
    with served(assistant_over(ingest, embeddings=minilm), FEEDBACK, ingest=ingest) as served_at:
        yield served_at


def test_documents_are_added_asked_one_by_one_and_removed(address: str, open_page: Open, tmp_path: Path) -> None:
    good, broken = tmp_path / "coffee <b>.md", tmp_path / "broken.pdf"
    good.write_text(COFFEE, encoding="utf-8")
    broken.write_text("no PDF")
    page = open_page(address, width=390)
    page.get_by_role("button", name="Your documents").click()
    page.locator("#add-documents input[type=file]").set_input_files([broken, good])
    status = page.locator("#documents-status")
    status.get_by_text("Added coffee b.md.").wait_for()
    assert "broken.pdf cannot be read (it is no PDF)." in status.inner_text()
    told = row(page, "Coffee").locator("p").inner_text()
    assert told == "coffee b.md · Markdown · 1 passage · left out: a picture"
    assert row(page, "Green tea").get_by_role("button").count() == 0  # it lies in a folder that is indexed
    assert page.title() == "Ask your documents"
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert violations(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= width

    row(page, "Green tea").get_by_role("checkbox").uncheck()
    page.locator("#asked-of").get_by_text("Asked of Coffee only").wait_for(state="attached")
    page.get_by_role("tab", name="Chat").click()
    ask(page, "At how many degrees is green tea steeped?", answers=1)
    assert "70 degrees" not in reply(page)

    reload(page, "standalone_question")
    page.locator("#asked-of").get_by_text("Asked of Coffee only").wait_for()
    page.get_by_role("button", name="Your documents").click()
    row(page, "Coffee").wait_for()
    assert not row(page, "Green tea").get_by_role("checkbox").is_checked()
    other = open_page(address)
    other.get_by_role("button", name="Your documents").click()
    row(other, "Coffee").get_by_role("button", name="Remove").click()
    other.locator("#documents-status").get_by_text("Removed Coffee.").wait_for()
    assert row(other, "Coffee").count() == 0

    page.get_by_role("tab", name="Chat").click()
    ask(page, "At how many degrees is green tea steeped?", answers=2)
    assert "70 degrees" in reply(page)
    page.get_by_text(ALL_GONE).wait_for()
    page.locator("#asked-of").get_by_text("Asked of").wait_for(state="detached")


def row(page: Any, title: str) -> Any:
    """The row of a document in the list."""
    return page.locator("#documents li", has_text=title)


def reply(page: Any) -> str:
    return str(page.locator("#chat .reply").last.inner_text())
