"""Which hyphens at the ends of a PDF's lines are the words' own."""

import pytest

from ingest.formats.pdf import pdf_to_markdown
from ingest.formats.pdf_dehyphenation import divided, joined, vocabulary_of
from tests.ingest.formats.samples import column, pdf


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("The ket-", "tle is hot. A kettle sings."), "The kettle is hot. A kettle sings."),
        (("Wear a well-", "worn coat. It is well-worn."), "Wear a well-worn coat. It is well-worn."),
        (("The North-", "South line."), "The North-South line."),
        (("Ask for form A-", "12 at once."), "Ask for form A-12 at once."),
        (("A life-", "jacket: no life without a jacket, says life, a jacket."),
         "A life-jacket: no life without a jacket, says life, a jacket."),
        (("They under-", "stand it. A stand under trees."), "They understand it. A stand under trees."),
        (("Even-", "ing is near, and even-"), "Evening is near, and even-"),
        (("Within forty-", "eight hours."), "Within forty-eight hours."),
        (("It is self-", "evidently so."), "It is self-evidently so."),
        (("A state-", "of-the-art engine."), "A state-of-the-art engine."),
        (("Both short-", "and long-term loans."), "Both short- and long-term loans."),
        (("In the 24-", "hour race."), "In the 24-hour race."),
        (("See https://reg-", "istry.org/a for it."), "See https://reg-istry.org/a for it."),
    ],
)  # fmt: skip
def test_a_hyphen_at_the_end_of_a_line_stays_where_the_word_has_one(lines: tuple[str, str], text: str) -> None:
    assert pdf_to_markdown(pdf(column(*lines))) == f"## Page 1\n\n{text}\n"


def test_where_no_program_divides_words_the_hyphens_are_theirs_and_all_others_where_it_has_a_sign_of_its_own() -> (
    None
):
    ends = ["in even-", "numbered years a re-", "election, with a half-", "way review."]
    text = pdf_to_markdown(pdf(column(*ends)))
    assert "in even-numbered years a re-election, with a half-way review." in text
    vowels = [
        "a re-",
        "election of the sub-",
        "committee, with an ac-",
        "commodation for the rep-",
        "resentative.",
    ]
    read = "a reelection of the subcommittee, with an accommodation for the representative."
    assert read in pdf_to_markdown(pdf(column(*vowels)))
    signs = vocabulary_of(["the repre\u2010", "sentative of an ice-", "berg"])
    parts = [("an out", "\u2010", "law"), ("an ice", "-", "berg")]
    assert [joined(a + sign, found, b, signs) for a, sign, b in parts if (found := divided(a + sign))] == [
        "an outlaw",
        "an ice-berg",
    ]
