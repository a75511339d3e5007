"""Small PDF and Word files, made by hand, so that a test says all that is in them."""

import io
import zipfile
from collections.abc import Sequence
from html import escape

HIDDEN = "<!-- note: a hidden part -->"  # what `html_hidden` writes
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": WORD,
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    }.items()
)


Line = tuple[int, int, str] | tuple[int, int, int, str]


def column(*texts: str, top: int = 700, size: int = 11) -> list[Line]:
    """Lines one below the other, as `pdf` takes them."""
    return [(top - 14 * number, size, text) for number, text in enumerate(texts)]


def pdf(*pages: Sequence[Line], title: str = "", fields: str = "", labels: str = "") -> bytes:
    """A PDF of these pages, each of them lines of (distance from the bottom, size of the letters, text).

    A line may have the distance from the left in front. `fields` are those of a form on the first page, a
    dictionary of PDF a line, without what every field has. `labels` says how the pages are numbered:
    "0 << /S /r >>" begins with Roman numbers.
    """
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    filled = [f"<< /Type /Annot /Subtype /Widget /F 4 {field} >>" for field in fields.split("\n") if field.strip()]
    places_of_fields = " ".join(f"{4 + 2 * len(pages) + i} 0 R" for i in range(len(filled)))
    form = f"/AcroForm << /Fields [{places_of_fields}] >>" if filled else ""
    objects = [
        f"<< /Title ({title}) >>",
        f"<< /Type /Catalog /Pages 3 0 R {form} /PageLabels << /Nums [{labels}] >> >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for i, lines in enumerate(pages):
        placed = [line if len(line) == 4 else (72, *line) for line in lines]
        drawn = "\n".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, size, text in placed)
        notes = f"/Annots [{places_of_fields}]" if i == 0 and filled else ""
        objects.append(
            f"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 612 792] /Resources {font} /Contents {5 + 2 * i} 0 R "
            f"{notes} >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    objects += filled
    content, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    content += (
        f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(places) + 1} /Root 2 0 R /Info 1 0 R >>\nstartxref\n{len(content)}\n%%EOF"
    )
    return content.encode("latin-1")


def docx(*paragraphs: tuple[str, str]) -> bytes:
    """A Word document of these paragraphs, each of a style ("Title", "Heading 1", "") and a text."""
    styles = {style: style.replace(" ", "") for style, _ in paragraphs if style}
    defined = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/></w:style>'
        for name, id_ in styles.items()
    )
    body = "".join(
        p(escape(text), f'<w:pStyle w:val="{styles[style]}"/>' if style else "") for style, text in paragraphs
    )
    return word_file(body, styles=defined)


def p(text: str, properties: str = "") -> str:
    """A paragraph of Word's XML; what is no text in `text` stands in elements of its own."""
    parts = text if text.startswith("<") else f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{parts}</w:p>"


def t(text: str, properties: str = "") -> str:
    """A run of Word's XML."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def word_file(body: str, styles: str = "", numbering: str = "", header: str = "", footnotes: str = "") -> bytes:
    """A Word document of Word's own XML."""
    parts = {
        "document": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        "styles": f"<w:styles {SPACES}>{styles}</w:styles>",
        "numbering": f"<w:numbering {SPACES}>{numbering}</w:numbering>",
        "footnotes": f"<w:footnotes {SPACES}>{footnotes}</w:footnotes>",
        "header": f"<w:hdr {SPACES}>{header}</w:hdr>",
    }
    related = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/relationships/{kind}" Target="/word/{kind}.xml"/>'
        for kind in parts
    )
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>'
    default = '<Default Extension="xml" ContentType="application/xml"/>'
    types = f'<Types xmlns="{PACKAGE}/content-types">{default}</Types>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for place in ("_rels/.rels", "word/_rels/document.xml.rels"):
            archive.writestr(place, relations)
        for kind, part in parts.items():
            archive.writestr(f"word/{kind}.xml", part)
    return file.getvalue()
