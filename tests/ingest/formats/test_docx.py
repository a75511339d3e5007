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


# --- numbers that Word makes (those of clauses and steps, and lists that begin anew, are in `tests/cases`)

NUMBERING = """<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum><w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:numFmt w:val="lowerLetter"/><w:pStyle w:val="S"/><w:lvlText w:val="(%1)"/></w:lvl>
</w:abstractNum><w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>"""
NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr></w:pPr>'
STYLES = f"""<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="N"><w:name w:val="heading 1"/>{NUMBERED.format(1)}</w:style>
<w:style w:type="paragraph" w:styleId="S"><w:name w:val="List Number"/>{NUMBERED.format(2)}</w:style>
<w:style w:type="paragraph" w:styleId="O"><w:name w:val="heading 1"/><w:basedOn w:val="N"/></w:style>"""


def item(text: str, number: int, level: int = 0, style: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return p(text, f'{named}<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            item("Scope", 1, 0, "H") + item("Price", 1, 0, "H") + item("Fee", 1, 1),
            "# I. Scope\n\n# II. Price\n\n2.1 Fee",
        ),
        (item("A", 2) + item("B", 3, 1) + item("C", 3, 1), "(a) A\n\n- B\n- C"),
        (p("A", '<w:pStyle w:val="N"/>') + p("B", '<w:pStyle w:val="O"/>'), "# I. A\n\n# II. B"),
        (p("A", '<w:pStyle w:val="S"/>') + p("B", '<w:pStyle w:val="S"/>'), "(a) A\n\n(b) B"),
    ],
    ids=["below a Roman one", "bullets below a number", "by style", "by style of steps"],
)
def test_numbers_stand_before_their_headings_and_steps_and_bullets_stay_bullets(body: str, text: str) -> None:
    assert read(body, styles=STYLES, numbering=NUMBERING) == f"{text}\n"


# --- formulas

MATH = '<m:oMath><m:r><m:t xml:space="preserve">{}</m:t></m:r>{}</m:oMath>'
N, TWO = "<m:e><m:r><m:t>n+1</m:t></m:r></m:e>", "<m:r><m:t>2</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (MATH.format("", f"<m:d>{N}{N}</m:d>"), "(n+1|n+1)"),
        (MATH.format("", f"<m:nary><m:sub>{TWO}</m:sub>{N}</m:nary>"), "∫_2 n+1"),
        (MATH.format("", f"<m:sSub><m:e>{TWO}</m:e><m:sub><m:r><m:t>x</m:t></m:r></m:sub></m:sSub>"), "2_x"),
        (MATH.format("M=", f"<m:m><m:mr>{N}</m:mr></m:m>"), "<!-- note: a formula -->"),  # a matrix
    ],
)
def test_a_formula_is_read_where_it_stands_or_noted(formula: str, text: str) -> None:
    assert read(p(t("It is ") + formula + t(" in all."))) == f"It is {text} in all.\n"


# --- text boxes, tables, what is no text

BOX = "<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"
DRAWN = "<w:drawing><wp:inline><a:graphic><a:graphicData>{}</a:graphicData></a:graphic></wp:inline></w:drawing>"
ALTERNATIVES = "<mc:Choice Requires='wps'>{}</mc:Choice><mc:Fallback>{}</mc:Fallback>"
TWICE = f"<mc:AlternateContent>{ALTERNATIVES}</mc:AlternateContent>"


def test_of_several_text_boxes_with_a_picture_each_is_read_once_behind_the_paragraph_that_they_hang_on() -> None:
    group = DRAWN.format(BOX.format(p("Left.")) + BOX.format(p("Right.")) + "<a:blip/>")
    text = read(p(t("Mix.") + f"<w:r>{TWICE.format(group, group)}</w:r>") + p("Stir."))
    assert text == "Mix.\n\nLeft.\n\nRight.\n\n<!-- note: a picture -->\n\nStir.\n"


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
<w:style w:type="paragraph" w:styleId="P"><w:rPr><w:dstrike/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="V"><w:rPr><w:vanish/></w:rPr></w:style>"""
BOXED = f"<w:r><w:pict><v:textbox><w:txbxContent>{p('Wear gloves.')}</w:txbxContent></v:textbox></w:pict></w:r>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="D"/>') + t("8.")), "Pay 8.<!-- note: struck text -->"),
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="E"/>') + t("8.")), "Pay 9 8."),
        (p(t("Pay ") + t("9 ", '<w:rStyle w:val="C"/><w:strike w:val="0"/>') + t("8.")), "Pay 9 8."),
        (p("Pay.", '<w:pStyle w:val="V"/>') + p("Go."), "<!-- note: hidden text -->\n\nGo."),
        (p(t("Pay.") + BOXED, '<w:pStyle w:val="P"/>'), "<!-- note: struck text -->\n\nWear gloves."),
    ],
)
def test_what_a_style_strikes_or_hides_is_out_unless_something_nearer_says_otherwise(body: str, text: str) -> None:
    assert read(body, styles=OUT) == f"{text}\n"


def field(instruction: str, result: str) -> str:
    """A field with its parts in runs of their own; what is no text in the instruction stands in elements."""
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    return f"{marks['begin']}{instruction}{marks['separate']}{t(result)}{marks['end']}"


def said(instruction: str) -> str:
    return f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"


def test_of_a_field_only_its_own_result_is_read_not_those_in_its_instruction() -> None:
    nested = field(said("IF") + field(said("MERGEFIELD Nights"), "34") + said("&gt; 20 10 5"), "10")
    deeper = field(said("IF") + nested + f"<w:r>{DRAWN.format('<a:blip/>')}</w:r>" + said("= 10 a b"), "a")
    without_result = nested.replace('<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + t("10"), "")
    never_ends = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    for made, shown in ((nested, " 10"), (deeper, " a"), (without_result, ""), (never_ends + nested, " 10")):
        assert read(p(t("Pay ") + made + t(" euros."))) == f"Pay{shown} euros.\n"
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
    body += p(t("No cats.", "<w:strike/>") + mark(4).replace("<w:r>", "<w:r><w:rPr><w:strike/></w:rPr>"))
    field = f"<w:fldSimple>{t('winter')}</w:fldSimple>"
    notes = [p(t("A bus in ") + field + mark(3)), p("At seven."), p("But kittens.")]
    text = read(
        body + p("Back", '<w:pStyle w:val="H"/>') + p("At nine."),
        styles=STYLES,
        footnotes="".join(
            f'<w:footnote w:id="{n}">{words}</w:footnote>' for n, words in enumerate(notes, start=2)
        ),
    )
    said = "The ferry leaves at six. Ask.\n\nDogs pay.\n\n<!-- note: struck text -->"
    assert text == f"{said}\n\nA bus in winter\n\nAt seven.\n\n# Back\n\nAt nine.\n"


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
