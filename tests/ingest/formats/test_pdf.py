"""PDFs become Markdown: pages, paragraphs, columns, forms, and letters that are none."""

import pytest

from ingest.formats.encodings import Unreadable
from ingest.formats.pdf import pdf_to_markdown
from ingest.passages import split
from ingest.sources import make_source
from tests.ingest.formats.samples import column, pdf


def test_of_a_pdf_the_pages_are_the_sections_and_lines_are_joined_to_paragraphs() -> None:
    first = [(700, 18, "Handbook"), *column("The first line goes on", "in the second one.", top=660)]
    first += column("Another paragraph.", "1. An item", top=620)
    text = pdf_to_markdown(pdf(first, column("The second page."), title="A title"))
    assert text == (
        "# A title\n\n## Page 1\n\nHandbook\n\nThe first line goes on in the second one.\n\n"
        "Another paragraph.\n1. An item\n\n## Page 2\n\nThe second page.\n"
    )
    sections = {passage.section for passage in split(make_source("a.pdf", text))}
    assert sections == {"A title", "Page 1", "Page 2"}


def test_what_is_no_pdf_or_has_no_text_is_refused() -> None:
    with pytest.raises(Unreadable, match="it is no PDF"):
        pdf_to_markdown(b"no PDF")
    with pytest.raises(Unreadable, match="is it a scan"):
        pdf_to_markdown(pdf([], []))


# --- columns (those of prose are in `tests/cases`)


def test_cells_are_read_in_rows() -> None:
    lines = [(60, 740, 11, "What travellers ask at the quay, day by day.")]
    for n, fare in enumerate([("Adult", "9 euros"), ("Child", "4 euros"), ("Dog", "1 euro")]):
        lines += [(x, 700 - 14 * n, 11, words) for x, words in zip((60, 320), fare, strict=True)]
    assert pdf_to_markdown(pdf([*lines, (60, 600, 11, "Printed in May.")])) == (
        "## Page 1\n\nWhat travellers ask at the quay, day by day.\n\n"
        "Adult 9 euros\n\nChild 4 euros\n\nDog 1 euro\n\nPrinted in May.\n"
    )


def test_a_justified_column_is_no_table_however_wide_its_blanks() -> None:
    lines = [(60, 700, 12, "Rest"), (60, 686, 12, "sleep"), (60, 672, 12, "work"), (60, 658, 12, "eat.")]
    lines += [(220, y, 12, "and") for _, y, _, _ in lines[:3]]
    lines.sort(key=lambda line: -line[1])
    assert pdf_to_markdown(pdf(lines)) == "## Page 1\n\nRest and sleep and work and eat.\n"


def test_a_bullet_is_no_cell() -> None:
    lines = [(60, 700 - 14 * n, 11, "-") for n in range(0, 6, 2)]
    lines += [(80, 700 - 14 * n, 11, f"{'ABC'[n // 2]} line of an item") for n in range(0, 6, 2)]
    lines += [(80, 700 - 14 * n, 11, "goes on here.") for n in range(1, 6, 2)]
    lines.sort(key=lambda line: (-line[1], line[0]))
    items = "\n".join(f"- {letter} line of an item goes on here." for letter in "ABC")
    assert pdf_to_markdown(pdf(lines)) == f"## Page 1\n\n{items}\n"


def test_the_number_of_a_footnote_ends_no_paragraph_and_is_no_part_of_a_number() -> None:
    lines = [(60, 700, 12, "We paid 200"), (127, 704, 7, "3"), (136, 700, 12, "crowns for this.")]
    lines += [(60, 686, 12, "It was dear."), (122, 690, 7, "4"), (60, 100, 7, "3"), (68, 97, 9, "And tax.")]
    assert pdf_to_markdown(pdf(lines)) == (
        "## Page 1\n\nWe paid 200³ crowns for this. It was dear.⁴\n\n³ And tax.\n"
    )


# --- pages


def test_a_sentence_that_goes_over_to_the_next_page_stands_whole_on_the_first() -> None:
    first = [*column("A book may be", "borrowed by Dr. Hall, a repre-"), (60, 8, "1 Except maps.")]
    pages = (first, column("sentative of Mr. Moss. Read it."), column("Now."))
    framed = [
        [(770, 10, "Rules of the library"), *lines, (30, 10, f"Page {number}")]
        for number, lines in enumerate(pages, start=1)
    ]
    assert pdf_to_markdown(pdf(*framed)) == (
        "## Page 1\n\nRules of the library\n\n"
        "A book may be borrowed by Dr. Hall, a representative of Mr. Moss.\n\n1 Except maps.\n\n"
        "## Page 2\n\nRead it.\n\n## Page 3\n\nNow.\n"
    )


def test_what_stands_below_a_picture_cuts_no_sentence_and_one_that_is_cut_has_a_hole() -> None:
    lines = [*column("In winter", "the boat is", "drawn up the"), (646, 8, "Figure 2: the slip in May")]
    lines += [(616, 11, "slip by hand."), (586, 11, "Then one moves it to the")]
    assert pdf_to_markdown(pdf(lines)) == (
        "## Page 1\n\nIn winter the boat is drawn up the slip by hand.\n\n"
        "Then one moves it to the <!-- note: the rest of a sentence -->\n\nFigure 2: the slip in May\n"
    )


@pytest.mark.parametrize(
    ("last", "read"),
    [
        ("to pay a fine of exactly", "a fine of exactly 12 euros.\n\n## Page 2\n\nBooks"),
        ("Opening hours", "Opening hours\n\n## Page 2\n\n12 euros. Books"),  # a line that had room for more
    ],
)
def test_before_what_is_no_small_letter_only_a_full_line_goes_over(last: str, read: str) -> None:
    lines = column("Whoever keeps a book", "for longer than that has", last)
    assert read in pdf_to_markdown(pdf(lines, column("12 euros. Books are dear.")))


def test_a_page_is_named_as_printed_and_no_text_can_begin_one() -> None:
    pages = map(column, ("Text A.", "# B", "## Page 9", "Text D."))
    labels = "0 << /S /r >> 1 << /S /D /P (A-) /St 7 >> 3 << /P (a title) >>"
    assert pdf_to_markdown(pdf(*pages, labels=labels)) == (
        "## Page i\n\nText A.\n\n## Page A-7\n\n\\# B\n\n## Page A-8\n\n\\## Page 9\n\n## Page 4\n\nText D.\n"
    )


@pytest.mark.parametrize("line", ["~~~", "<pre>", "<SCRIPT src=x>", "<style>", "<?php", "<!DOCTYPE x>"])
def test_no_text_begins_code_or_html_that_would_swallow_the_pages_behind_it(line: str) -> None:
    first = [*column("Type", "now", "this."), (650, 11, line), (610, 11, "Done.")]
    text = pdf_to_markdown(pdf(first, column(f"Not {line} here.")))
    assert text == f"## Page 1\n\nType now this.\n\n\\{line}\n\nDone.\n\n## Page 2\n\nNot {line} here.\n"
    sections = {passage.section for passage in split(make_source("a.pdf", text))}
    assert sections == {"Page 1", "Page 2"}


ALL_STAY = 3


@pytest.mark.parametrize(
    ("lines", "stay"),
    [
        (("Rules of May 2019",) * 3, 1),
        (("Weir 12, page 341", "Weir 12, page 342", "Weir 12, page 343"), 1),
        (("- 1 -", "- 2 -", "- 3 -"), 0),
        (("3 of 3", "4 of 3", "5 of 3"), 0),
        (("Rules | 7", "Rules | 8", "Rules | 9"), 0),
        # figures that are no number of the page
        (("Annual fee: 40 EUR", "Annual fee: 55 EUR", "Annual fee: 70 EUR"), ALL_STAY),
        (("Annual fee: $ 40", "Annual fee: $ 41", "Annual fee: $ 42"), ALL_STAY),
        (("Rent: 1.1 EUR", "Rent: 1.2 EUR", "Rent: 1.3 EUR"), ALL_STAY),
        (("Room 101", "Room 102", "Room 103"), ALL_STAY),
        (tuple(f"{year} was a good year for us." for year in (2019, 2020, 2021)), ALL_STAY),
    ],
)
def test_a_running_head_stays_on_the_first_page_a_number_on_none_other_lines_on_each(
    lines: tuple[str, ...], stay: int
) -> None:
    drawn = [[(770, 10, line), (700, 11, f"{'ABC'[n]}.")] for n, line in enumerate(lines)]
    pages = pdf_to_markdown(pdf(*drawn)).split("## Page ")[1:]
    assert [line in page for line, page in zip(lines, pages, strict=True)] == [n < stay for n in range(3)]


def test_a_number_that_stands_apart_or_in_a_long_line_is_that_of_the_page() -> None:
    pages = []
    for number, own in ((7, "A"), (8, "B"), (9, "C")):
        head = [(60, 770, 10, "Rules"), (520, 770, 10, str(number))]
        foot = (60, 30, 8, f"Printed Aug 5 in Leeds, frame {number} of the rules")
        pages.append([*head, (60, 700, 11, f"Text {own}."), foot])
    text = pdf_to_markdown(pdf(*pages))
    assert text.count("Rules") == 0 and text.count("Printed") == 1


def test_a_page_of_which_nothing_else_is_left_keeps_its_lines() -> None:
    text = pdf_to_markdown(pdf(*(column(f"Room {number}") for number in (101, 102, 103))))
    assert text == "## Page 1\n\nRoom 101\n\n## Page 2\n\nRoom 102\n\n## Page 3\n\nRoom 103\n"


def test_the_title_is_the_one_it_names_unless_a_program_made_that_up() -> None:
    lines = [(740, 20, "Garden rules"), *column("Water at night.", "Close the gate.")]
    for made_up in ("", "untitled", "Microsoft Word - rules_final.doc", "rules.indd", "\\(anonymous\\)"):
        assert pdf_to_markdown(pdf(lines, title=made_up)).startswith("# Garden rules\n\n## Page 1")
    assert pdf_to_markdown(pdf(lines, title="The garden")).startswith("# The garden\n\n## Page 1")


PICTURE = "q {0} 0 0 {0} 72 300 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"


@pytest.mark.parametrize(
    ("text", "size", "read"),
    [
        ("Words.", 300, "Words.\n\n<!-- note: a picture -->\n"),
        ("Words.", 20, "Words.\n"),
        ("", 300, "<!-- note: a page without text, perhaps a scan -->\n"),
        ("", 20, ""),
    ],
)
def test_a_picture_is_noted_and_so_is_a_page_that_is_nothing_else(text: str, size: int, read: str) -> None:
    drawn = f") Tj ET {PICTURE.format(size)} BT (".replace("\\", "")
    found = pdf_to_markdown(pdf(column("First page."), column(text + drawn)))
    assert found.rstrip() == f"## Page 1\n\nFirst page.\n\n## Page 2\n\n{read}".rstrip()


def test_what_runs_up_the_border_of_a_page_does_not_stand_amid_a_sentence() -> None:
    turned = ") Tj 0 1 -1 0 20 300 Tm (arXiv 12 Jan 2016) Tj 1 0 0 1 72 686 Tm ("
    text = pdf_to_markdown(
        pdf([(700, 11, f"It takes a step{turned}which goes down."), (672, 11, "It goes on."), (600, 11, "More.")])
    )
    assert text == "## Page 1\n\nIt takes a step which goes down. It goes on.\n\nMore.\n\narXiv 12 Jan 2016\n"


def test_another_font_within_a_sentence_ends_no_paragraph() -> None:
    lines = [(700, 11, "Ask for the book"), (686, 9, "of guests and write into it"), (660, 11, "on leaving.")]
    assert (
        pdf_to_markdown(pdf(lines)) == "## Page 1\n\nAsk for the book of guests and write into it\n\non leaving.\n"
    )


# --- forms (with boxes to tick they are in `tests/cases`)

FORM = """/FT /Tx /T (a) /Rect [200 668 400 684]
/FT /Ch /Ff 131072 /T (b) /V (l) /Opt [[(l) (Leeds)] [(y) (York)]] /Rect [60 560 200 576]"""


def test_an_empty_field_is_noted_and_what_was_chosen_stands_below_what_asks_for_it_as_people_see_it() -> None:
    lines = [(60, 672, 11, "Street:"), (60, 590, 11, "Where do you come from?")]
    assert pdf_to_markdown(pdf(lines, fields=FORM)) == (
        "## Page 1\n\nStreet: <!-- note: an empty field -->\n\nWhere do you come from?\n\nLeeds\n"
    )
