"""The pages of a PDF, as printed and as counted."""

import pytest

from ingest.pages import page_count, page_number_at, page_of, unread_pages
from ingest.sources import make_source


@pytest.mark.parametrize(
    ("source", "section", "page"),
    [
        ("Rules.PDF", "Page iv > By post", "iv"),
        ("rules.pdf", "Page numbers of the rules", ""),
        ("rules.md", "Page 3", ""),
    ],
)
def test_the_sections_of_a_pdf_are_its_pages(source: str, section: str, page: str) -> None:
    assert page_of(source, section) == page


def test_a_place_of_a_text_is_on_the_page_that_viewers_count() -> None:
    source = make_source("rules.pdf", "# Rules\n\n## Page iv\n\nOne.\n\n## Page 1\n\nTwo.\n")
    places = [source.text.index(word) for word in ("Rules", "One", "## Page 1", "Two")]
    assert [page_number_at(source, place) for place in places] == [1, 1, 2, 2]
    assert page_count(source) == 2
    assert page_count(make_source("rules.md", source.text)) == 0


def test_pages_that_could_not_be_read_are_known_as_they_are_printed() -> None:
    unread = "<!-- note: a page whose letters cannot be told from their shapes -->"
    seen = "Two.\n\n<!-- note: a picture -->"
    text = f"# Rules\n\n## Page iv\n\n{unread}\n\n## Page 1\n\n{seen}\n\n## Page 2\n\n{unread}\n"
    assert unread_pages(make_source("rules.pdf", text)) == ["iv", "2"]
    assert unread_pages(make_source("rules.md", text)) == []
