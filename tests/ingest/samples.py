"""Small PDF and Word files, made by hand, so that a test says all that is in them."""

import io
import zipfile
from html import escape


def pdf(*pages: list[tuple[int, int, str]], title: str = "") -> bytes:
    """A PDF of these pages, each of them lines of (distance from the bottom, size of the letters, text)."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<< /Title ({title}) >>",
        "<< /Type /Catalog /Pages 3 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    font = "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for i, lines in enumerate(pages):
        drawn = "\n".join(f"BT /F {size} Tf 72 {y} Td ({text}) Tj ET" for y, size, text in lines)
        objects.append(
            f"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 612 792] /Resources {font} /Contents {5 + 2 * i} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
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
    body = "".join(
        f'<w:p>{f"""<w:pPr><w:pStyle w:val="{styles[style]}"/></w:pPr>""" if style else ""}'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    defined = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/></w:style>'
        for name, id_ in styles.items()
    )
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    )
    document, style = f"{office}/officeDocument", f"{office}/styles"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": relation.format(f'<Relationship Id="r1" Type="{document}" Target="word/document.xml"/>'),
        "word/_rels/document.xml.rels": relation.format(
            f'<Relationship Id="r1" Type="{style}" Target="styles.xml"/>'
        ),
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {space}>{defined}</w:styles>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()
