"""The pages of a PDF, as printed and as counted."""

import pytest

from ingest.pages import page_count, page_number_at, page_of
from ingest.sources import make_source


@pytest.mark.parametrize(
    ("source", "section", "page"),
    [
        ("rules.pdf", "Page 3", "3"),
        ("Rules.PDF", "Page iv > By post", "iv"),
        ("rules.pdf", "Page numbers of the rules", ""),
        ("rules.pdf", "Rules", ""),
        ("rules.md", "Page 3", ""),
    ],
)
def test_the_sections_of_a_pdf_are_its_pages(source: str, section: str, page: str) -> None:
    assert page_of(source, section) == page


def test_a_place_of_a_text_is_on_the_page_that_viewers_count() -> None:
    source = make_source("rules.pdf", "# Rules\n\n## Page iv\n\nOne.\n\n## Page 1\n\nTwo.\n")
    assert [page_number_at(source, source.text.index(word)) for word in ("Rules", "One", "## Page 1", "Two")] == [
        *(1, 1, 2, 2)
    ]
    assert page_count(source) == 2
    assert page_count(make_source("rules.md", source.text)) == 0
