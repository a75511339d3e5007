"""A document as the page shows it: typeset, with every piece of text knowing where it stands in the source.

What the document holds is data: it is escaped, none of its links leads anywhere, none of its pictures is loaded.
"""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.comments import comments
from ingest.index import Index
from ingest.sources import Source

_SCRIPTS = ("article.js", "window.js")
# what may be opened and closed; every other token adds nothing
_TAGS = {
    *("p", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"),
    *("em", "strong", "h1", "h2", "h3", "h4", "h5", "h6"),
}


def article_html(source: Source) -> str:
    """The document as HTML.

    A piece of its text is `<span data-at="OFFSET">…</span>`, where the source has the same text at that offset,
    in code points. Where what is shown differs from the source (`&amp;`), there is no such span around it. Marks,
    comments and the front matter are left out; a note on a lost list is shown as a remark.
    """
    body = source.text[source.body_start :].replace("\0", "\ufffd")
    position = _Position(body, source.body_start)
    return "".join(part for token in _READER.parse(body) for part in _block(token, position))


class _Position:
    """Finds pieces of the text one after another; a Markdown reader does not say where they stand."""

    def __init__(self, body: str, start: int) -> None:
        self._body, self._start = body, start
        self._lines = [0, *(newline.end() for newline in re.finditer("\n", body))]
        self._at = 0

    def at_line(self, line: int) -> None:
        self._at = max(self._at, self._lines[min(line, len(self._lines) - 1)])

    def find(self, piece: str) -> int | None:
        found = self._body.find(piece, self._at)
        if found < 0:
            return None
        self._at = found + len(piece)
        return self._start + found


def _block(token: Token, position: _Position) -> Iterator[str]:
    if token.map and token.nesting >= 0:
        position.at_line(token.map[0])
    if token.type == "inline":
        for child in token.children or []:
            yield from _inline(child, position)
    elif token.type in ("fence", "code_block"):
        if token.type == "fence" and token.map:
            position.at_line(token.map[0] + 1)
        yield f"<pre>{''.join(_runs(token.content, position))}</pre>"
    elif token.type == "html_block":
        found = list(comments(token.content))
        yield from (f'<p class="remark">Note: {html.escape(one.note)}</p>' for one in found if one.note)
        borders = [0, *(edge for one in found for edge in (one.start, one.end)), len(token.content)]
        for start, end in zip(borders[::2], borders[1::2], strict=True):
            if text := token.content[start:end].strip():
                yield f"<p>{''.join(_runs(text, position))}</p>"
    elif token.type == "hr":
        yield "<hr>"
    else:
        yield _tag(token)


def _inline(token: Token, position: _Position) -> Iterator[str]:
    match token.type:
        case "html_inline" if token.content.startswith("<!--"):
            return
        case "text" | "code_inline" | "html_inline" | "image":
            yield _run(token.content, position)
        case "text_special":  # an escape such as \* stands one further, an entity is no text of the source
            found = position.find(token.markup)
            if found is not None and token.markup.endswith(token.content):
                yield _span(token.content, found + len(token.markup) - len(token.content))
            else:
                yield html.escape(token.content)
        case "softbreak":
            yield " "
        case "hardbreak":
            yield "<br>"
        case _:
            yield _tag(token)


def _runs(text: str, position: _Position) -> Iterator[str]:
    """Line by line, since what a block is indented by is not part of its content."""
    for line in text.splitlines(keepends=True):
        words = line.rstrip("\n")
        yield _run(words, position) + line[len(words) :]


def _run(text: str, position: _Position) -> str:
    return _span(text, position.find(text)) if text else ""


def _span(text: str, at: int | None) -> str:
    shown = html.escape(text)
    return shown if at is None else f'<span data-at="{at}">{shown}</span>'


def _tag(token: Token) -> str:
    if token.tag not in _TAGS or token.nesting == 0:
        return ""
    # the page's own heading stands above those of the document
    tag = f"h{min(int(token.tag[1]) + 1, 6)}" if re.fullmatch(r"h[1-6]", token.tag) else token.tag
    if token.nesting < 0:
        return f"</{tag}>"
    first = token.attrGet("start")
    return f'<{tag} start="{int(first)}">' if tag == "ol" and first is not None else f"<{tag}>"


_READER = MarkdownIt("commonmark").enable("table").disable("text_join")  # which would hide where an escape stands


def panel_html(index: Index) -> str:
    """The panel beside the chat: the first document, and a chooser where there are several."""
    first, *others = index.manifest.sources
    if others:
        options = "".join(
            f'<option value="{html.escape(one.name)}">{html.escape(one.title)}</option>'
            for one in index.manifest.sources
        )
        head = f'<select aria-label="Document">{options}</select>'
    else:
        head = f'<span class="title">{html.escape(first.title)}</span>'
    close = '<button class="close" type="button">Close</button>'
    return f'<div class="head">{head}{close}</div>{document_html(index.sources[first.name])}'


def document_html(source: Source) -> str:
    """One document, as the panel holds it."""
    name, title = html.escape(source.name), html.escape(source.title)
    return f'<article data-source="{name}" aria-label="{title}" tabindex="0">{article_html(source)}</article>'


def article_panel(index: Callable[[], Index]) -> gr.HTML:
    """The panel, empty yet, with the scripts that everything on the page which moves at once is in."""

    def document(name: str) -> str:
        """A document's HTML, for the script; of one that has gone, a word on that."""
        sources = index().sources
        ends_so = [one for one in sources if f"/{one}".endswith(f"/{name}")]  # other programs are given its end
        source = sources.get(name) or (sources[ends_so[0]] if len(ends_so) == 1 else None)
        return document_html(source) if source else "<article><p>This document is no longer indexed.</p></article>"

    return gr.HTML(
        elem_id="article",
        padding=False,
        js_on_load="".join(Path(__file__).with_name(name).read_text("utf-8") for name in _SCRIPTS),
        server_functions=[document],
    )
