"""A source becomes passages: spans of its text that are small enough to embed and whole enough to read. Pure.

A document is cut at its headings into sections, a section at its blocks (paragraphs, lists, tables), and what
is still too long at list items, then sentences, then words. HTML comments belong to no passage, and no passage
crosses one. Everything else of a section lies in exactly one passage, but for white space.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from markdown_it.token import Token

from ingest.comments import comments, unquotable_spans
from ingest.embeddings import MAX_TOKENS, count_word_pieces
from ingest.markdown import BOLD_HEADING, QUESTION, block_tokens, code_in, heading, plain
from ingest.sentences import sentence_spans
from ingest.sources import Source
from ingest.text import Span, count_tokens, trim

# Section path and passage together, in tokens of cl100k_base. The embedded model reads 256 of its own, which
# for English are about as many; for code, tables and dotted lines they are more, and then `_size` counts them.
PASSAGE_TOKENS = 200
_LONGEST_SECTION = 160  # characters of it that are read above a passage
_SECTION_TOKENS = 60  # a longer section path is cut when it is embedded

_BELOW_ALL = 7
_SHORT = 20  # characters that show how a line ends
# `{% include x %}`, `import X from "x"`, a component's tags around a text, GitHub's `> [!NOTE]`
_PAGE_MAKERS_MARK = re.compile(
    r"^(?:\{%[^\n]*%\}|(?:im|ex)port [^\n]* from [\"'][^\"'\n]*[\"'];?|>[ \t]*\[!\w+\])[ \t]*$"
    r"|^</?[A-Z]\w*(?: [^<>\n]*)?>|</[A-Z]\w*>[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Passage:
    """A span of a source: `source.text[start:end] == text`. `source` is its name, `section` its heading path."""

    source: str
    section: str
    start: int
    end: int
    text: str

    @property
    def embedded_text(self) -> str:
        """What is embedded and ranked: the section path, then the text."""
        return f"{_cut_to_tokens(self.section, _SECTION_TOKENS)}\n{self.text}"


class Section(NamedTuple):
    """A heading (or the text before the first one) and what follows it up to the next heading."""

    path: str  # the headings above and its own, joined by " > "; the document's title only where there is no other
    span: Span
    blocks: list[int]  # where its blocks begin, the heading included
    items: list[int]  # where list items and table rows begin


def split(source: Source, budget: int = PASSAGE_TOKENS) -> list[Passage]:
    """The passages of `source`, in order, each of at most `budget` tokens with its section path.

    Only a budget that is smaller than a section path and one word can be exceeded.
    """
    holes = unquotable_spans(source.text, source.body_start, source.language)
    not_quoted = sorted([*holes, *_page_makers_marks(source)])
    passages = []
    for section in sections(source):
        room = max(budget - _size(_cut_to_tokens(section.path, _SECTION_TOKENS)) - 1, 1)
        for region in _outside(section.span, not_quoted):
            for start, end in _fit(source.text, region, room, _borders(source, section)):
                passages.append(Passage(source.name, section.path, start, end, source.text[start:end]))
    return passages


def sections(source: Source) -> list[Section]:
    """The sections of `source` in order; together they cover it from the end of the front matter to its end."""
    text, begin = _blank_comments(source.text, source.body_start), source.body_start
    line_starts = [0, *(m.end() for m in re.finditer("\n", text)), len(text)]
    blocks: list[int] = []
    items: list[int] = []
    tokens = block_tokens(text)
    for token in tokens:
        if token.map is None or token.nesting < 0:
            continue
        start = line_starts[token.map[0]]
        if token.level == 0:
            blocks.append(start)
        elif token.type in ("list_item_open", "tr_open"):
            items.append(start)

    headings = list(_headings(text, tokens, line_starts))
    paths = _heading_paths(headings, source.title)
    starts = [begin, *(start for start, _, _ in headings), len(text)]
    return [
        Section(path, Span(start, end), _between(blocks, start, end), _between(items, start, end))
        for path, (start, end) in zip([source.title, *paths], pairwise(starts), strict=True)
        if source.text[start:end].strip()
    ]


def _headings(text: str, tokens: list[Token], line_starts: list[int]) -> Iterator[tuple[int, int, str]]:
    """Where each heading stands, its level and its words; what an FAQ asks before an answer is below all."""
    for token, words in pairwise(tokens):
        if token.map is None or token.type not in ("heading_open", "paragraph_open"):
            continue
        first, *others = line_starts[slice(*token.map)]
        bold = BOLD_HEADING.match(text, first) if token.type == "paragraph_open" and token.level == 0 else None
        if token.type == "heading_open" and token.level == 0:
            yield first, int(token.tag[1]), plain(words.content)
        elif found := QUESTION.match(text, first) or bold:
            yield first, _BELOW_ALL, plain(found["words"])
        for line in others:
            found = QUESTION.match(text, line)
            if found and (not found["mark"] or _begins_anew(text, line, found)):
                yield line, _BELOW_ALL, plain(found["words"])


def _begins_anew(text: str, line: int, question: re.Match[str]) -> bool:
    """Whether a question in bold at the beginning of a line is no part of a sentence that began before."""
    has_ended = text[max(line - _SHORT, 0) : line].rstrip(' \n*_)"”’').endswith((".", "!", "?", ":"))
    return has_ended or bool(BOLD_HEADING.match(text, line) and not question["words"][0].islower())


def section_above(section: str) -> str:
    """The path of the section right above one; empty for one that has none above."""
    return section.rpartition(" > ")[0]


def heading_above(section: str) -> str:
    """The end of the headings above a passage, as a line: with it is read what the passage is about."""
    return f"{section[-_LONGEST_SECTION:]}\n"


def text_as_read(section: str, text: str) -> str:
    """A passage's text as the reading model reads it, by which its token vectors are kept with a small index."""
    return heading_above(section) + plain_headings(text)


def plain_headings(text: str) -> str:
    """A text of the same length whose headings in bold, and questions of an FAQ, are marked like other headings.

    So the reading model knows them.
    """
    bold = BOLD_HEADING.sub(lambda line: line[0].replace(line["mark"], "# ", 1).replace(line["mark"], "  "), text)
    return QUESTION.sub(
        lambda one: f"{one['before']}{'#':<{len(one['sign'])}}{one['words']}{' ' * len(one['close'])}", bold
    )


def _heading_paths(headings: list[tuple[int, int, str]], title: str) -> list[str]:
    """Each heading's path. A single heading of the first level is the document's title and not repeated."""
    first_level = [words for _, level, words in headings if level == 1]
    above: list[tuple[int, str]] = []
    paths = []
    for _, level, words in headings:
        above = [*((n, w) for n, w in above if n < level), (level, words)]
        shown = [w for n, w in above if w and not (n == 1 and len(first_level) == 1)]
        paths.append(" > ".join(shown) or words or title)
    return paths


def _blank_comments(text: str, body_start: int) -> str:
    """`text` of the same length with front matter and comments as white space, and bullets as Markdown's."""
    parts, at = [], 0
    for start, end in [(0, body_start), *((comment.start, comment.end) for comment in comments(text, body_start))]:
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return re.sub(r"^([ \t]*)•(?=[ \t])", r"\1-", "".join([*parts, text[at:]]), flags=re.M)


def _between(offsets: list[int], start: int, end: int) -> list[int]:
    return offsets[bisect_left(offsets, start) : bisect_left(offsets, end)]


def _outside(span: Span, others: list[Span]) -> Iterator[Span]:
    """The parts of `span` between others."""
    at = span.start
    for other in others:
        if span.start <= other.start < span.end:
            yield Span(at, max(at, other.start))
            at = max(at, other.end)
    yield Span(at, max(at, span.end))


def _page_makers_marks(source: Source) -> Iterator[Span]:
    """What stands in a text for the program that makes a page of it, outside of code."""
    is_code = code_in(source.text)
    for mark in _PAGE_MAKERS_MARK.finditer(source.text, source.body_start):
        if not is_code(mark.start()):
            yield Span(*mark.span())


Cutter = Callable[[Span], list[Span]]


def _borders(source: Source, section: Section) -> list[Cutter]:
    """Where a span may be cut, the best places first."""
    text = source.text
    return [
        lambda span: _cut_at(span, _block_starts(text, section)),
        lambda span: _cut_at(span, section.items),
        lambda span: sentence_spans(text, *span, source.language),
        lambda span: [Span(*m.span()) for m in re.compile(r"\S+").finditer(text, span.start, span.end)],
        lambda span: [Span(i, min(i + 50, span.end)) for i in range(span.start, span.end, 50)],
        lambda span: [Span(i, i + 1) for i in range(span.start, span.end)],
    ]


def _block_starts(text: str, section: Section) -> list[int]:
    """The block starts that are borders: a heading keeps what follows it, a lead-in (`…:`) keeps its list."""
    kept = []
    for before, start in pairwise(section.blocks):
        lead_in = text[before:start].rstrip().endswith(":")
        opens = before == section.span.start and heading(text[before:start].lstrip().partition("\n")[0])
        if not lead_in and not opens:
            kept.append(start)
    return kept


def _cut_at(span: Span, starts: list[int]) -> list[Span]:
    inside = starts[bisect_right(starts, span.start) : bisect_left(starts, span.end)]
    return [Span(a, b) for a, b in pairwise([span.start, *inside, span.end])]


def _fit(text: str, span: Span, room: int, cutters: list[Cutter]) -> list[Span]:
    """`span`, trimmed, cut into the fewest neighbours of at most `room` tokens, at the best borders."""
    whole = trim(text, span)
    if whole is None:
        return []
    if not cutters or _size(text[whole.start : whole.end]) <= room:
        return [whole]
    pieces = [p for part in cutters[0](whole) for p in _fit(text, part, room, cutters[1:])]
    return _pack(text, pieces, room)


def _pack(text: str, pieces: list[Span], room: int) -> list[Span]:
    """Joins neighbours, from the first on, while they fit."""
    packed: list[Span] = []
    for piece in pieces:
        if packed and _size(text[packed[-1].start : piece.end]) <= room:
            packed[-1] = Span(packed[-1].start, piece.end)
        else:
            packed.append(piece)
    return packed


def _size(text: str) -> int:
    """The tokens of `text`; where its word pieces would fill the model's window sooner, their share of it.

    Counted and not estimated: no estimate without the vocabulary both holds always and leaves English alone.
    Word pieces end at white space, so sizes of a path and of the text below it may be added.
    """
    window = MAX_TOKENS - 2  # without the model's own marks
    return max(count_tokens(text), -(-count_word_pieces(text) * PASSAGE_TOKENS // window))


def _cut_to_tokens(text: str, limit: int) -> str:
    """The first words of `text` that fit into `limit` tokens, or of a single word that does not its beginning."""
    if _size(text) <= limit:
        return text
    kept = text.split()[: limit + 1]
    while kept and _size(" ".join(kept)) > limit:
        kept.pop()
    return " ".join(kept) or text[: limit // 4]  # a character has at most four bytes, a token at least one
