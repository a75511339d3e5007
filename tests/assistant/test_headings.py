"""The headings above a passage, and the sections of a document."""

import pytest

from assistant.headings import sections_of, unnumbered
from ingest.sources import make_source


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("1. Driving force", "Driving force"),
        ("12) Costs", "Costs"),
        ("7 key differences", "7 key differences"),
        ("2.0", "2.0"),
        ("3. ", "3. "),
        ("Costs", "Costs"),
    ],
)
def test_a_heading_loses_the_number_before_it(heading: str, words: str) -> None:
    assert unnumbered(heading) == words


def test_the_sections_of_a_document_in_the_order_of_the_text() -> None:
    source = make_source("a.md", "# A\n\n## Perks\n\nSome.\n\n### Quick\n\nYes.\n\n## Costs\n\nNone.")
    assert [section.path for section in sections_of(source)][1:] == ["Perks", "Perks > Quick", "Costs"]
