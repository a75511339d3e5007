"""Word documents become Markdown, with what mammoth alone does not read."""

import io
import zipfile

import pytest

from ingest.formats.docx import docx_to_markdown
from ingest.formats.encodings import Unreadable
from ingest.passages import split
from ingest.sources import make_source
from tests.ingest.formats.samples import docx, p, t, word_file


def test_a_word_document_keeps_its_title_and_headings_as_sections() -> None:
    content = docx(
        ("Title", "Handbook"),
        ("", "Preface & more."),
        ("heading 1", "Work"),
        ("heading 2", "Hours"),
        ("", "Eight."),
    )
    text = docx_to_markdown(content)
    assert text == "# Handbook\n\nPreface & more.\n\n# Work\n\n## Hours\n\nEight.\n"
    source = make_source("handbook.docx", text)
    assert source.title == "Handbook"
    assert [passage.section for passage in split(source)][-1] == "Work > Hours"


def test_what_is_no_word_document_or_too_large_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    for content in (b"", b"no zip", archive.getvalue(), docx(("", "x"))[:-30]):
        with pytest.raises(Unreadable, match="it is no Word document"):
            docx_to_markdown(content)
    monkeypatch.setattr("ingest.formats.docx._LARGEST_UNZIPPED", 1_000)
    with pytest.raises(Unreadable, match="it is too large when unpacked"):
        docx_to_markdown(docx(("", "x" * 2_000)))


def read(body: str, **parts: str) -> str:
    return docx_to_markdown(word_file(body, **parts))


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(Unreadable, match="it has no text"):
        docx_to_markdown(docx(("", " ")))


# --- numbers that Word makes

LEGAL = """<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum><w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%1)"/></w:lvl>
</w:abstractNum><w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>
</w:num>"""


def item(text: str, number: int, level: int = 0, style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return p(text, f'{named}<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_numbers_of_headings_stand_before_them_and_count_on_below_the_one_above() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    body = (
        item("Scope", 1, 0, "H")
        + item("Who", 1, 1)
        + item("Price", 1, 0, "H")
        + item("Fee", 1, 1)
        + item("Tax", 1, 1)
    )
    text = read(body, styles=styles, numbering=LEGAL)
    assert text == "# I. Scope\n\n1.1 Who\n\n# II. Price\n\n2.1 Fee\n\n2.2 Tax\n"


def test_a_list_goes_on_behind_a_paragraph_and_a_new_one_begins_anew() -> None:
    body = item("Salt", 2) + item("Flour", 2) + p("Wait an hour.") + item("Water", 2) + item("Oven", 4)
    text = read(body, numbering=LEGAL)
    assert text == "(a) Salt\n\n(b) Flour\n\nWait an hour.\n\n(c) Water\n\n(a) Oven\n"


def test_bullets_stay_bullets_also_below_a_number() -> None:
    assert read(item("A", 3) + item("B", 3, 1) + item("C", 3), numbering=LEGAL) == "- A\n  - B\n- C\n"
    assert read(item("First", 2) + item("B", 3, 1) + item("C", 3, 1), numbering=LEGAL) == "(a) First\n\n- B\n- C\n"


# --- formulas

MATH = '<m:oMath><m:r><m:t xml:space="preserve">{}</m:t></m:r>{}</m:oMath>'
ROOT = "<m:rad><m:radPr/><m:deg/><m:e><m:r><m:t>n+1</m:t></m:r></m:e></m:rad>"
SQUARE = "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
MATRIX = "<m:m><m:mr><m:e><m:r><m:t>1</m:t></m:r></m:e></m:mr></m:m>"


def test_a_formula_is_read_where_it_stands_in_its_sentence() -> None:
    body = p(t("The area is ") + MATH.format("A=π", SQUARE) + t(" in all."))
    assert read(body) == "The area is A = πr² in all.\n"
    assert read(p(t("Take ") + MATH.format("", ROOT) + t("."))) == "Take √(n+1).\n"


def test_a_sentence_whose_formula_no_line_can_say_is_not_quoted() -> None:
    body = p(t("All is well. It turns by ") + MATH.format("M=", MATRIX) + t(" at once. Then it stops."))
    text = read(body)
    assert text == "All is well. It turns by <!-- note: a formula --> at once. Then it stops.\n"
    assert [passage.text for passage in split(make_source("a.docx", text))] == ["All is well.", "Then it stops."]


# --- text boxes, tables, revisions

BOX = "<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"
DRAWN = "<w:drawing><wp:inline><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing>"


def test_a_text_box_is_read_once_behind_the_paragraph_that_it_hangs_on() -> None:
    new = DRAWN.format(BOX.format(p("Wear gloves.")))
    old = f"<w:pict><v:textbox><w:txbxContent>{p('Wear gloves.')}</w:txbxContent></v:textbox></w:pict>"
    choice = f"<mc:Choice Requires='wps'>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    for box in (new, old, f"<mc:AlternateContent>{choice}</mc:AlternateContent>"):
        body = p(t("Mix the lime.") + f"<w:r>{box}</w:r>") + p("Stir.")
        assert read(body) == "Mix the lime.\n\nWear gloves.\n\nStir.\n"


def test_several_text_boxes_and_a_picture_in_one_drawing_are_all_there() -> None:
    group = DRAWN.format(BOX.format(p("Left.")) + BOX.format(p("Right.")) + "<a:blip/>")
    choice = f"<mc:Choice Requires='wps'>{group}</mc:Choice><mc:Fallback>{group}</mc:Fallback>"
    body = p(t("See.") + f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>")
    assert read(body) == "See.\n\nLeft.\n\nRight.\n\n<!-- note: a picture -->\n"


def test_what_is_no_text_is_noted_at_its_place() -> None:
    body = p(t("Sales grew.") + f"<w:r>{DRAWN.format('<a:chart/>')}</w:r>") + p("See above.")
    assert read(body) == "Sales grew.<!-- note: a drawing -->\n\nSee above.\n"
    empty = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    assert read(p(t("Name: ") + empty.format(t("Click here")))) == "Name: <!-- note: an empty field -->\n"
    hidden = p(t("Open ") + t("secret ", "<w:vanish/>") + t("at nine."))
    assert read(hidden) == "Open at nine.<!-- note: hidden text -->\n"


def row(*cells: str) -> str:
    made = "".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{made}</w:tr>"


def test_the_first_row_is_the_head_and_a_merged_cell_counts_for_each_row_that_it_spans() -> None:
    spans = ["<w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + p("Lake"), "<w:tcPr><w:vMerge/></w:tcPr>" + p("")]
    rows = row("Place", "Boat", "Fee") + row(spans[0], "Canoe", "8") + row(spans[1], "Raft", "12")
    assert read(f"<w:tbl>{rows}</w:tbl>") == (
        "| Place | Boat | Fee |\n| --- | --- | --- |\n| Lake | Canoe | 8 |\n| Lake | Raft | 12 |\n"
    )


def test_a_table_in_a_cell_stands_behind_its_table_with_rows_of_its_own() -> None:
    inner = f"<w:tbl>{row('Size', 'Price')}{row('Small', '3 | 4')}</w:tbl>"
    rows = row("Shop", "Sells") + row("Bakery", p("Rolls") + inner + p(""))
    assert read(f"<w:tbl>{rows}</w:tbl>" + p("Cash only.")) == (
        "| Shop | Sells |\n| --- | --- |\n| Bakery | Rolls |\n\n"
        "| Size | Price |\n| --- | --- |\n| Small | 3 \\| 4 |\n\nCash only.\n"
    )


def test_revisions_are_read_as_accepted_and_headers_once() -> None:
    body = p(
        t("Rent is ")
        + f"<w:del><w:r><w:delText>90</w:delText></w:r></w:del><w:ins>{t('95')}</w:ins>"
        + t(" euros.")
    )
    body += p(f"<w:moveFrom>{t('Pay in May.')}</w:moveFrom>") + p(f"<w:moveTo>{t('Pay in June.')}</w:moveTo>")
    gone = "<w:tr><w:trPr><w:del/></w:trPr><w:tc>" + p("Old") + "</w:tc><w:tc>" + p("row") + "</w:tc></w:tr>"
    body += f"<w:tbl>{row('Room', 'Beds')}{gone}{row('Two', '2')}</w:tbl>"
    header = p("House rules of 2031") + p("House rules of 2031") + p("Page 3")
    assert read(body, header=header) == (
        "House rules of 2031\n\nRent is 95 euros.\n\nPay in June.\n\n| Room | Beds |\n| --- | --- |\n| Two | 2 |\n"
    )
