"""A document of any kind as Markdown, its title and headings kept.

What is left out is a note at its place, an HTML comment. What a hostile file can make a converter do is bounded by
the process that this runs in, see `sandbox`; the converters are loaded only there.
"""

CONVERTED = {".html": "HTML", ".htm": "HTML", ".docx": "Word", ".pdf": "PDF"}


def convert(content: bytes, suffix: str) -> str:
    """The content of a file of one of these kinds. Raises `Unreadable` where it is none, or has no text."""
    if suffix == ".docx":
        from ingest.formats.docx import docx_to_markdown as to_markdown
    elif suffix == ".pdf":
        from ingest.formats.pdf import pdf_to_markdown as to_markdown
    else:
        from ingest.formats.web_page import html_to_markdown as to_markdown
    return to_markdown(content)
