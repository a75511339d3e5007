"""Documents of every format, file names and headings that carry script and pictures, in a real browser.

`open_page` fails a test in which a dialog opens or a request leaves the window's own address.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from unittest.mock import patch

import pytest

from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests.ingest.formats.samples import docx, pdf
from tests.made import assistant_over
from tests.ui.browser import NEEDED, Open, ask, from_menu, marked, served
from tests.ui.scripted import FEEDBACK

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

SCRIPT = "<script>alert(1)</script>"
PICTURE = '<img src="https://evil.example/a.png" onerror="alert(1)">'
LINK = "[free](javascript:alert(1)) ![b](https://evil.example/b.png)"
TRADES = {  # by format, so that each is asked for its own
    "md": "beekeeper",
    "txt": "glassblower",
    "html": "bookbinder",
    "docx": "stonemason",
    "pdf": "locksmith",
}


def said(trade: str) -> str:
    return f"The {trade} starts work at dawn {SCRIPT} {PICTURE} {LINK}."


def content(kind: str, trade: str) -> bytes:
    heading, text = f"Hours {SCRIPT} of the {trade}", said(trade)
    if kind == "docx":
        return docx(("Heading 1", heading), ("", text))
    if kind == "pdf":  # where brackets delimit strings
        return pdf(
            [(700, 24, heading.replace("(1)", "1")), (600, 10, text.replace("(", "\\(").replace(")", "\\)"))]
        )
    if kind == "html":
        active = f'{PICTURE}{SCRIPT}<iframe src="https://evil.example"></iframe><svg onload="alert(1)"></svg>'
        return f"<title>{escape(heading)}</title><p onclick='alert(1)'>{escape(text)}</p>{active}".encode()
    return f"# {heading}\n\n{text}\n".encode()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[str]:
    """A window over such documents, whose names are markup as well."""
    folder = tmp_path_factory.mktemp("hostile")
    for kind, trade in TRADES.items():
        (folder / f"{trade}<img src=x onerror=alert(1)>.{kind}").write_bytes(content(kind, trade))
    settings = IngestSettings(index=folder / "index")
    assistant = assistant_over(settings, folder, embeddings=minilm)
    assert len(assistant.index().passages) >= len(TRADES)
    # a reader is not sure of such a text; what is tested is how it is shown
    with patch("assistant.readers.extractive.refuses", lambda *_: False), served(assistant, FEEDBACK) as address:
        yield address


def test_a_document_is_text_in_chat_article_panel_and_export(hostile: str, open_page: Open) -> None:
    page = open_page(hostile)
    active = "script, img, iframe, svg, [onerror], [onclick], [onload], a[href^='javascript'], a[href*='evil']"
    for kind, trade in TRADES.items():
        ask(page, f"When does the {trade} start work?", answers=1)
        page.locator("#chat a.marker").first.hover()
        page.locator("#chat a.marker").first.click()
        assert trade in marked(page)  # heading or sentence, both of them hostile
        name = f"/{trade}<img src=x onerror=alert(1)>.{kind}"
        assert page.locator("#article article").get_attribute("data-source").endswith(name)
        for panel in ("#article article", "#chat .answer", "#chat .question"):
            assert page.locator(panel).locator(active).count() == 0
        assert "alert(1)" in page.locator("#article article").inner_text()
        with page.expect_download() as download:
            from_menu(page, "Export as Markdown")
        exported = Path(download.value.path()).read_text("utf-8")
        assert "\\<script>" in exported and not re.search(r"(?<!\\)<", exported) and "](" not in exported
        from_menu(page, "Clear")
        page.locator("#chat .answer").wait_for(state="detached")
