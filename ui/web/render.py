"""An `Answer` as the HTML that the chat shows.

Everything that comes from a question, a document or a model is data: it is escaped here and never becomes
markup. The result is one line that opens with a block element, so that the Markdown reader of the chat passes
it on untouched; Markdown in the data therefore stays what it is, text.
"""

import html
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.exports import answer_markdown
from assistant.headings import last_heading
from assistant.lines import markdown_reader
from assistant.prompts import UNPROVEN
from ingest.pages import page_of
from ui.web.originals import link_to
from ui.wording import how, is_unsure, proof

# A question longer than this is shown cut; the assistant gets the whole of it.
QUESTION_SHOWN = 600
NEAREST_SHOWN = 3  # passages below a refusal

_MARKER = re.compile(r"\[(\d+)\]")
_HEADING_OR_ITEM = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|([-*+])[ \t]+)")


def question_html(question: str) -> str:
    """What a person asked, as text with its line breaks."""
    if not question.strip():
        return '<div class="asked">(an empty question)</div>'
    cut = f"{question[:QUESTION_SHOWN].rstrip()} …" if len(question) > QUESTION_SHOWN else question
    edit = '<a class="edit" href="#question" role="button">Edit</a>'
    whole = f'<pre class="copied">{_kept(question)}</pre>'  # for the box, with all its white space
    return _one_line(f'<div class="question"><div class="asked">{_lines(cut)}</div>{edit}{whole}</div>')


def notice_html(message: str) -> str:
    """A message about the conversation, such as a mistake to mend; it never looks like an answer."""
    return _one_line(f'<div class="notice" role="status">{_lines(message)}</div>')


def line_html(text: str) -> str:
    """A line that a screen reader says."""
    return f'<p role="status">{html.escape(text)}</p>'


def answer_html(answer: Answer, key: str, finished: bool = True, sent_to: Sequence[str] | None = ()) -> str:
    """The text with its markers as links, the quotes that they lead to, and how the answer came about.

    The ids of its quotes begin with `key`: letters and digits that no other answer on the page has. Until it is
    `finished` nothing is said about time and support. `sent_to` are the hosts that saw the question, if known.
    """
    kind = "answer" if answer.answered else "answer refusal"
    parts = [f'<div class="reply">{_markdown(answer, key)}</div>']
    parts += [f'<p class="notice" role="status">{_lines(notice)}</p>' for notice in answer.notices]
    if not answer.answered and answer.passages and finished:
        parts.append(_nearest(answer.passages[:NEAREST_SHOWN], answer.files))
    if answer.citations:
        items = "".join(_citation(citation, key, answer.files) for citation in answer.citations)
        summary = html.escape(proof(answer) if finished else "Quotes")
        parts.append(f'<details><summary>{summary}</summary><ol class="quotes">{items}</ol></details>')
    if finished:
        kind += " unsure" if is_unsure(answer) else ""
        kind += " finished"
        copy = f'<a class="copy" href="#{key}-text" role="button">Copy</a>'
        parts.append(f'<p class="quiet">{html.escape(how(answer, sent_to))} · {copy}</p>')
        parts.append(f'<pre class="copied" id="{key}-text">{_kept(answer_markdown(answer))}</pre>')
    return _one_line(f'<div class="{kind}">{"".join(parts)}</div>')


def _citation(citation: Citation, key: str, files: Mapping[str, str]) -> str:
    file = ""
    if citation.page:
        address, page = html.escape(link_to(citation.source, citation.start)), html.escape(citation.page)
        named = f'aria-label="Open the PDF at p. {page}"'
        file = f' <a class="file" href="{address}" {named} target="_blank" rel="noopener">Open the PDF</a>'
    return (
        f'<li id="{key}-{citation.number}"><div class="number">[{citation.number}]</div>'
        f"<div>{_place(citation, files)}{file}<blockquote>{_passage(citation.quote)}</blockquote></div></li>"
    )


def _nearest(passages: Sequence[RetrievedPassage], files: Mapping[str, str]) -> str:
    by_place = {(passage.source, passage.section): passage for passage in reversed(passages)}
    places = " · ".join(_place(passage, files, short=True) for passage in reversed(by_place.values()))
    return f'<p class="nearest">What comes nearest: {places}</p>'


def _place(item: Citation | RetrievedPassage, files: Mapping[str, str], short: bool = False) -> str:
    """A link to the span in the article: the section, and the file where there are several or no section."""
    section = _section(last_heading(item.section) if short else item.section, item.source)
    names = [files[item.source], section] if len(files) > 1 or not section else [section]
    shown = " · ".join(_lines(name) for name in names if name)
    source = quote(item.source, safe="", errors="replace")
    return f'<a class="place" href="#at-{item.start}-{item.end}-{source}">{shown}</a>'


def _section(section: str, source: str) -> str:
    """A section as it is named, that of a PDF "p. 3"."""
    page = page_of(source, section)
    return section.replace(f"Page {page}", f"p. {page}", 1) if page else section


def _lines(text: str) -> str:
    return re.sub(r"\r\n?|\n", "<br>", html.escape(text.strip()))


def _kept(text: str) -> str:
    """Text for the clipboard, with its lines, as markup of one line."""
    return html.escape(text).replace("\r", "&#13;").replace("\n", "&#10;")


def _passage(text: str) -> str:
    """A span of a source without its heading marks and with bullets: reading it should not need Markdown."""
    return _lines(_HEADING_OR_ITEM.sub(lambda mark: "• " if mark[1] else "", text))


def _one_line(markup: str) -> str:
    # An empty line would end the HTML block, and what follows would be read as Markdown.
    return re.sub(r"[\r\n]+", " ", markup)


def _markdown(answer: Answer, key: str) -> str:
    links = {citation.number: citation for citation in answer.citations}
    doubts = iter([sentence.doubt for sentence in answer.sentences if sentence.doubt])
    return str(_READER.render(answer.text, {"key": key, "links": links, "files": answer.files, "doubts": doubts}))


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Text, escaped; its markers are links where a citation of that number exists."""

    def link(marker: re.Match[str]) -> str:
        citation = env["links"].get(int(marker[1]))
        if citation is None:
            return marker[0]
        section = _section(last_heading(citation.section), citation.source)
        name = html.escape(section or env["files"][citation.source])
        spoken = f'<span class="spoken">Citation </span>{marker[1]}<span class="spoken">, {name}</span>'
        return f'<a class="marker" href="#{env["key"]}-{citation.number}">{spoken}</a>'

    def unproven(_: re.Match[str]) -> str:
        """The marks stand in the order of the sentences that they are behind."""
        why = next(env["doubts"], "")
        return f'<span class="unproven">no proof{": " if why else ""}{html.escape(why)}</span>'

    linked = _MARKER.sub(link, html.escape(tokens[index].content))
    return re.sub(re.escape(UNPROVEN), unproven, linked)


def _escaped(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return html.escape(tokens[index].content)


def _reader() -> MarkdownIt:
    """Of answers, with their markers as links."""
    reader = markdown_reader()
    reader.disable("text_join")  # which would make text of an escaped `\[1\]` and a marker the same
    reader.add_render_rule("text", _text)
    reader.add_render_rule("text_special", _escaped)
    return reader


_READER = _reader()
