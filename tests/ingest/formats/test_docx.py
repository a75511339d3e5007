"""Word documents become Markdown, with what mammoth alone does not read."""

import io
import zipfile

import pytest

from ingest.formats.docx import docx_to_markdown
from ingest.formats.encodings import Unreadable
from ingest.passages import split
from ingest.sources import make_source
from tests.ingest.formats.samples import docx, p, t, word_file


def read(body: str, **parts: str) -> str:
    return docx_to_markdown(word_file(body, **parts))


def test_a_word_document_keeps_its_title_and_headings_as_sections() -> None:
    paragraphs = [("Title", "Handbook"), ("", "Preface & more."), ("heading 1", "Work")]
    text = docx_to_markdown(docx(*paragraphs, ("heading 2", "Hours"), ("", "Eight.")))
    assert text == "# Handbook\n\nPreface & more.\n\n# Work\n\n## Hours\n\nEight.\n"
    source = make_source("handbook.docx", text)
    assert source.title == "Handbook"
    assert [passage.section for passage in split(source)][-1] == "Work > Hours"


def test_what_is_no_word_document_or_without_text_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    for content in (b"", b"no zip", archive.getvalue(), docx(("", "x"))[:-30]):
        with pytest.raises(Unreadable, match="it is no Word document"):
            docx_to_markdown(content)
    with pytest.raises(Unreadable, match="it has no text"):
        docx_to_markdown(docx(("", " ")))


# --- lists (numbers of clauses and steps, by styles or not, are in `tests/cases`)

NUMBERING = """<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum><w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>"""


def test_a_number_stands_before_its_item_and_a_bullet_stays_a_bullet() -> None:
    of = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'.format
    items = p("A", of(0, 1)) + p("B", of(1, 2)) + p("C", of(1, 2)) + p("D", of(0, 1))
    assert read(items, numbering=NUMBERING) == "I. A\n\n- B\n- C\n\nII. D\n"
    of_one_list = p("A", of(0, 1)) + p("B", of(1, 1)) + p("C", of(0, 1))
    assert read(of_one_list, numbering=NUMBERING) == "I. A\n\n- B\n\nII. C\n"


# --- what is no text (formulas and text boxes are in `tests/cases`)

DRAWN = "<w:drawing><wp:inline><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing>"
COMMENTED = '<w:r><w:commentReference w:id="0"/></w:r>'
EMPTY = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p(t("Sales grew.") + f"<w:r>{DRAWN.format('<a:chart/>')}</w:r>"), "Sales grew.<!-- note: a drawing -->"),
        (p(t("Sales grew.") + "<w:r><w:object/></w:r>"), "Sales grew.<!-- note: an embedded object -->"),
        (p("See:") + "<w:altChunk/>", "See:\n\n<!-- note: an embedded document -->"),
        (p(t("Name: ") + EMPTY.format(t("Click here"))), "Name: <!-- note: an empty field -->"),
        (p(t("Open ") + t("secret ", "<w:vanish/>") + t("at nine.")), "Open at nine.<!-- note: hidden text -->"),
        (p(t("It is ") + COMMENTED + t("nine.") + COMMENTED), "It is nine.<!-- note: a comment -->"),
        (p(t("Pay ") + t("9 ", "<w:strike/>") + t("8.")), "Pay 8.<!-- note: struck text -->"),
    ],
)
def test_what_is_no_text_is_noted_at_its_place(body: str, text: str) -> None:
    assert read(body) == f"{text}\n"


OUT = """<w:style w:type="character" w:styleId="C"><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="character" w:styleId="D"><w:basedOn w:val="C"/></w:style>
<w:style w:type="character" w:styleId="E"><w:basedOn w:val="C"/><w:rPr><w:strike w:val="0"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="V"><w:rPr><w:vanish/></w:rPr></w:style>"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="D"/>') + t("8.")), "Pay 8.<!-- note: struck text -->"),
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="E"/>') + t("8.")), "Pay 9 8."),
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="C"/><w:strike w:val="0"/>') + t("8.")), "Pay 9 8."),
        (p("Pay.", '<w:pStyle w:val="V"/>') + p("Go."), "<!-- note: hidden text -->\n\nGo."),
    ],
)
def test_what_a_style_strikes_or_hides_is_out_unless_something_nearer_says_otherwise(body: str, text: str) -> None:
    assert read(body, styles=OUT) == f"{text}\n"


def field(instruction: str, result: str) -> str:
    """A field with its parts in runs of their own."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    return mark("begin") + instruction + mark("separate") + t(result) + mark("end")


def said(instruction: str) -> str:
    return f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"


def test_of_a_field_only_its_own_result_is_read_not_those_in_its_instruction() -> None:
    nested = field(said("IF") + field(said("MERGEFIELD Nights"), "34") + said("&gt; 20 10 5"), "10")
    assert read(p(t("Pay ") + nested + t(" euros."))) == "Pay 10 euros.\n"
    header = p(t("Reduction of rent: ") + nested)
    assert read(p("Rest."), header=header * 2 + p("Page 3")) == "Reduction of rent: 10\n\nRest.\n"


@pytest.mark.parametrize("wrap", ["fldSimple", "smartTag", "customXml", "bdo", "dir"])
def test_what_wraps_words_does_not_take_them_out(wrap: str) -> None:
    assert read(p(t("Due ") + f"<w:{wrap}>{t('today')}</w:{wrap}>" + t("."))) == "Due today.\n"


def test_of_ruby_the_words_are_read_without_their_reading() -> None:
    ruby = f"<w:ruby><w:rt>{t('どう')}</w:rt><w:rubyBase>{t('道')}</w:rubyBase></w:ruby>"
    assert read(p(f"<w:r>{ruby}</w:r>" + t("です。"))) == "道です。\n"


def test_footnotes_stand_at_the_end_of_their_section_without_marks_in_the_text() -> None:
    mark = '<w:r><w:footnoteReference w:id="{}"/></w:r>'.format
    body = p(t("The ferry") + mark(2) + t(" leaves at six.") + mark(3) + t(" Ask.")) + p("Dogs pay.")
    body += p("Back", '<w:pStyle w:val="Heading1"/>') + p("At nine.")
    note = '<w:footnote w:id="{}">{}</w:footnote>'.format
    notes = note(2, p("A bus in winter")) + note(3, p("At seven."))
    assert read(body, footnotes=notes) == (
        "The ferry leaves at six. Ask.\n\nDogs pay.\n\nA bus in winter\n\nAt seven.\n\n# Back\n\nAt nine.\n"
    )


def row(*cells: str, head: bool = False) -> str:
    made = "".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head else ''}{made}</w:tr>"


def across(columns: int, text: str) -> str:
    return f'<w:tcPr><w:gridSpan w:val="{columns}"/></w:tcPr>{p(text)}'


def test_the_head_of_a_table_is_as_deep_as_it_is_marked_and_a_title_stands_before_it() -> None:
    rows = row(across(3, "Fees"), head=True) + row("Lake", across(2, "Fee"), head=True)
    rows += row("Lake", "Day", "Week", head=True) + row("A | B", "1", "2")
    names = "| Lake | Fee Day | Fee Week |\n| --- | --- | --- |"
    assert read(f"<w:tbl>{rows}</w:tbl>") == f"Fees\n\n{names}\n| A \\| B | 1 | 2 |\n"
