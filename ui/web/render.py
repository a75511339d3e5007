"""An `Answer` as the HTML that the chat shows.

Everything that comes from a question, a document or a model is data: it is escaped here and never becomes
markup. The result is one line that opens with a block element, so that the Markdown reader of the chat passes
it on untouched; Markdown in the data therefore stays what it is, text.
"""

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from assistant.answers import Answer, Citation, RetrievedPassage

# A question longer than this is shown cut; the assistant gets the whole of it.
QUESTION_SHOWN = 600

_MARKER = re.compile(r"\[(\d+)\]")
_HEADING_OR_ITEM = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|([-*+])[ \t]+)")


def question_html(question: str) -> str:
    """What a person asked, as text with its line breaks."""
    if not question.strip():
        return '<div class="asked quiet">(an empty question)</div>'
    cut = f"{question[:QUESTION_SHOWN].rstrip()} …" if len(question) > QUESTION_SHOWN else question
    return _one_line(f'<div class="asked">{_lines(cut)}</div>')


def notice_html(message: str) -> str:
    """A message about the conversation, such as a mistake to mend; it never looks like an answer."""
    return _one_line(f'<div class="notice" role="status">{_lines(message)}</div>')


def answer_html(answer: Answer, key: str, finished: bool = True) -> str:
    """The text with its markers as links, the quotes that they lead to, and how the answer came about.

    Args:
        answer: what to show.
        key: letters and digits that no other answer on the page has; the ids of its quotes begin with it.
        finished: whether this is the last of a stream; before that nothing is said about time and support.
    """
    sources = {item.source for item in answer.citations} | {item.source for item in answer.passages}
    several = len(sources) > 1
    parts = [f'<div class="reply">{_markdown(answer.text, answer.citations, key)}</div>']
    if answer.citations:
        items = "".join(_citation(citation, key, several) for citation in answer.citations)
        parts.append(f'<ol class="quotes">{items}</ol>')
    parts += [f'<p class="notice" role="status">{_lines(notice)}</p>' for notice in answer.notices]
    if finished:
        if not answer.answered and answer.passages:
            parts.append(_nearest(answer.passages, several))
        parts.append(f'<p class="quiet">{html.escape(_summary(answer))}</p>')
    return _one_line(f'<div class="answer">{"".join(parts)}</div>')


def _citation(citation: Citation, key: str, several: bool) -> str:
    place = _place(citation.source, citation.section, several)
    return (
        f'<li id="{_anchor(key, citation.number)}"><div class="number">[{citation.number}]</div>'
        f'<div><div class="place">{place}</div><blockquote>{_passage(citation.quote)}</blockquote></div></li>'
    )


def _nearest(passages: Sequence[RetrievedPassage], several: bool) -> str:
    items = "".join(
        f'<li><div><div class="place">{_place(passage.source, passage.section, several)}</div>'
        f"<blockquote>{_passage(passage.text)}</blockquote></div></li>"
        for passage in passages
    )
    summary = f"<summary>What comes nearest ({len(passages)})</summary>"
    return f'<details>{summary}<ul class="quotes">{items}</ul></details>'


def _summary(answer: Answer) -> str:
    by = f"Answered by {answer.model} in {answer.seconds.total:.2f} s"
    if not answer.sentences:
        return by
    quoted = sum(sentence.support == "quoted" for sentence in answer.sentences)
    total = len(answer.sentences)
    unsupported = sum(sentence.support == "unsupported" for sentence in answer.sentences)
    line = f"{by} · {quoted} of {total} {'sentence' if total == 1 else 'sentences'} quoted"
    return f"{line}, {unsupported} without proof" if unsupported else line


def _place(source: str, section: str, several: bool) -> str:
    """The section; the file before it where there are several, or where there is no section."""
    names = [source, section] if several or not section else [section]
    return " · ".join(_lines(name) for name in names if name)


def _anchor(key: str, number: int) -> str:
    return f"{key}-{number}"


def _lines(text: str) -> str:
    return html.escape(text.strip()).replace("\r\n", "<br>").replace("\r", "<br>").replace("\n", "<br>")


def _passage(text: str) -> str:
    """A span of a source without its heading marks and with bullets: reading it should not need Markdown."""
    return _lines(_HEADING_OR_ITEM.sub(lambda mark: "• " if mark[1] else "", text))


def _one_line(markup: str) -> str:
    # An empty line would end the HTML block, and what follows would be read as Markdown.
    return re.sub(r"[\r\n]+", " ", markup)


def _markdown(text: str, citations: Sequence[Citation], key: str) -> str:
    links = {citation.number: citation for citation in citations}
    return str(_READER.render(text, {"key": key, "links": links}))


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Text, escaped; its markers are links where a citation of that number exists."""

    def link(marker: re.Match[str]) -> str:
        citation = env["links"].get(int(marker[1]))
        if citation is None:
            return marker[0]
        title = html.escape(citation.section or citation.source)
        return f'<a class="marker" href="#{_anchor(env["key"], citation.number)}" title="{title}">{marker[0]}</a>'

    return _MARKER.sub(link, html.escape(tokens[index].content))


def _escaped(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return html.escape(tokens[index].content)


def _reader() -> MarkdownIt:
    """Markdown with nothing but paragraphs, lists, tables and emphasis: a list of what is allowed."""
    reader = MarkdownIt("zero").enable(["list", "table", "emphasis", "escape", "entity", "newline"])
    reader.disable("text_join")  # which would make text of an escaped `\[1\]` and a marker the same
    reader.add_render_rule("text", _text)
    reader.add_render_rule("text_special", _escaped)
    return reader


_READER = _reader()
