"""Which hyphens at the ends of a PDF's lines are the words' own."""

import pytest

from ingest.formats.pdf import pdf_to_markdown
from ingest.formats.pdf_dehyphenation import divided, joined, vocabulary_of
from tests.ingest.formats.samples import column, pdf


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("Wear a well-", "worn coat. It is well-worn."), "Wear a well-worn coat. It is well-worn."),
        (("The North-", "South line."), "The North-South line."),
        (("A life-", "jacket: no life without a jacket, says life, a jacket."),
         "A life-jacket: no life without a jacket, says life, a jacket."),
        (("They under-", "stand it. A stand under trees."), "They understand it. A stand under trees."),
        (("Even-", "ing is near, and even-"), "Evening is near, and even-"),
        (("A state-", "of-the-art engine."), "A state-of-the-art engine."),
        (("Both short-", "and long-term loans."), "Both short- and long-term loans."),
        (("In the 24-", "hour race."), "In the 24-hour race."),
        (("See https://reg-", "istry.org/a for it."), "See https://reg-istry.org/a for it."),
    ],
)  # fmt: skip
def test_a_hyphen_at_the_end_of_a_line_stays_where_the_word_has_one(lines: tuple[str, str], text: str) -> None:
    assert pdf_to_markdown(pdf(column(*lines))) == f"## Page 1\n\n{text}\n"


def test_whether_a_program_divides_the_words_of_a_document_tells_whose_its_hyphens_are() -> None:
    by_hand = ["in even-", "numbered years a re-", "election, with a half-", "way review."]
    text = pdf_to_markdown(pdf(column(*by_hand)))
    assert "in even-numbered years a re-election, with a half-way review." in text
    by_program = ["a re-", "election of the sub-", "committee, with an ac-", "commodation."]
    assert "a reelection of the subcommittee, with an accommodation." in pdf_to_markdown(pdf(column(*by_program)))


@pytest.mark.parametrize(
    ("before", "behind", "whole"), [("an out\u2010", "law", "an outlaw"), ("ice-", "berg", "ice-berg")]
)
def test_where_a_program_divides_words_with_a_sign_of_its_own_all_hyphens_are_theirs(
    before: str, behind: str, whole: str
) -> None:
    words = vocabulary_of(["the repre\u2010", "sentative of an ice-", "berg"])
    hyphen = divided(before)
    assert hyphen and joined(before, hyphen, behind, words) == whole
