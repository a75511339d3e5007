"""Markdown as it is read here: the blocks of a document, those of any part of one, code and emphasis. Pure."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.text import EMPHASIS_MARK, Span, trim

_HEADING = re.compile(r"#{1,6}(?:[ \t]+|$)")
# A line in bold that is no sentence, or asks, is a heading below all others: Word, PDF and FAQs have such.
BOLD_HEADING = re.compile(
    r"^[ ]{0,3}(?P<mark>\*\*|__)(?P<words>(?:(?!(?P=mark)).)*[^\s.!:;,…])(?P=mark)[ \t]*$", re.M
)
# What an FAQ puts before an answer, if it is no line of its own: a question in bold or italics, behind "Q:", or as
# the heading of a list's item.
QUESTION = re.compile(
    r"^(?P<before>[ \t]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)*)"
    r"(?P<sign>(?:#{1,6}|(?:\*\*|__)?Q(?:uestion)?[ \t]?\d*[.:)](?:\*\*|__)?)[ \t]+(?:\*\*|__)?"
    r"|(?P<mark>\*{1,3}|_{1,3}))(?P<words>[^?*\n]{1,300}\?)(?P<close>(?(mark)(?P=mark)))",
    re.M,
)
STRUCK = re.compile(r"(?<![~\\`])~~(?![\s~])(?:[^~\n]|~(?!~)|\n(?!\s*\n))+(?<!\s)~~(?!~)")
# One without words of its own is an ornament, as on a web page.
PICTURE = re.compile(
    r"(?<![\\`])!\[(?=\s*[^\s\]])(?:[^\[\]\n]|\n(?!\s*\n))*\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])"
)
# As `all`, since one may hold another. A mark that opens it has a word behind it, one that closes it before it.
_EMPHASISED = re.compile(
    r"(?<![\w\\])(?=(?P<all>(?P<mark>(?<!\*)\*{1,3}(?![\s*])|(?<!_)_{1,3}(?![\s_]))"
    r"(?:(?P=mark){2}|(?!(?P=mark)|\n\s*\n).)+(?<!\s)(?P=mark)(?!\w|(?<=\*)\*|(?<=_)_)))",
    re.DOTALL,
)
_UNDERLINE = re.compile(r"^[ ]{0,3}(?:=+|-{2,})[ \t]*$")
# The first line of a list item, with its `words`.
ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?P<words>.*)$")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]+\|?[ \t]*$")
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})")
_CODE = re.compile(r"^[ \t]*(```+|~~~+).*?^[ \t]*\1", re.DOTALL | re.MULTILINE)

Kind = Literal["heading", "list", "table", "code", "text"]


_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")
_INLINE = MarkdownIt("commonmark")
_TAG = re.compile(r"</?[a-z][^<>]*>")  # `List<T>` has none


def block_tokens(document: str) -> list[Token]:
    """The blocks of a whole document as CommonMark has them, with their lines (`map`), and tables."""
    return _PARSER.parse(document)


def code_in(text: str) -> Callable[[int], bool]:
    """Whether a place of `text` is within code between fences."""
    spans = [found.span() for found in _CODE.finditer(text)]

    def is_code(at: int) -> bool:
        n = bisect_right(spans, (at, len(text))) - 1
        return n >= 0 and at < spans[n][1]

    return is_code


def heading(line: str) -> Span | None:
    """Where the words of a heading's line stand; of one that is underlined nothing tells in its own line."""
    if signs := _HEADING.match(line):
        return Span(signs.end(), max(signs.end(), len(line.rstrip(" \t#"))))
    bold = BOLD_HEADING.match(line)
    return Span(*bold.span("words")) if bold else None


def plain(line: str) -> str:
    """What a heading says, without its marks and what is struck: "**Guide** to [it](a.md)" is "Guide to it"."""
    parts = _INLINE.parseInline(" ".join(STRUCK.sub("", line).split()))[0].children or []
    return "".join(part.content for part in parts if not _TAG.fullmatch(part.content)).strip()


class Emphasis(NamedTuple):
    """What stands between two marks of emphasis, and these."""

    start: int
    end: int
    mark: str


@lru_cache(maxsize=4096)
def emphasis(text: str) -> tuple[Emphasis, ...]:
    """What is emphasised in a text, the outer before the inner."""
    return tuple(Emphasis(*one.span("all"), one["mark"]) for one in _EMPHASISED.finditer(text))


def with_its_emphasis(text: str, span: Span) -> Span:
    """`span` with the whole of what is emphasised where it has only one of its marks."""
    start, end = span
    for one in emphasis(text):
        if (span.start <= one.start < span.end) != (span.start < one.end <= span.end):
            start, end = min(start, one.start), max(end, one.end)
    return Span(start, end)


def unpaired_emphasis(text: str, span: Span) -> list[str]:
    """The marks of emphasis that open or close something in `span`, but not both."""
    return [mark for mark, count in Counter(EMPHASIS_MARK.findall(text, *span)).items() if count % 2]


class Block(NamedTuple):
    """The lines of a block, trimmed; of code without its fences, of a heading without its underline."""

    kind: Kind
    lines: list[Span]


def blocks(text: str) -> list[Block]:
    """The blocks of a passage, in order; blank lines and rules belong to none.

    A passage may begin or end within a list, a table or code, which no parser of whole documents reads as such.
    """
    places = [Span(*match.span()) for match in re.finditer(r"[^\n]+|(?<=\n)(?=\n)", text)]
    lines = [text[place.start : place.end] for place in places]
    found: list[Block] = []
    last: Block | None = None  # may go on with the next line
    blank, at = True, 0
    while at < len(lines):
        line, words = trim(text, places[at]), lines[at].strip()
        behind = lines[at + 1] if at + 1 < len(lines) else ""
        if line is None or _TABLE_RULE.match(words):
            goes_on = last and last.kind == ("list" if line is None else "table")
            last, blank = last if goes_on else None, True
        elif (end := _end_of_code(lines, at)) is not None:
            inside = [trimmed for one in places[at + 1 : end] if (trimmed := trim(text, one))]
            found.append(Block("code", inside))
            last, at = None, end
        elif not _FENCE.match(words):
            belongs = not blank or places[at].start < line.start  # to the item above, if it is none itself
            kind = _kind(words, behind, last, belongs)
            if last is None or kind == "heading" or kind != last.kind:
                last = Block(kind, [])
                found.append(last)
            last.lines.append(line)
            at += kind == "heading" and heading(words) is None  # past its underline
            blank = False
        at += 1
    return [block for block in found if block.lines]


def _kind(words: str, behind: str, last: Block | None, belongs: bool) -> Kind:
    """What a line is, from the line behind it and the block before it; `belongs`: to an item of that."""
    before = last.kind if last else ""
    if heading(words):
        return "heading"
    if ITEM.match(words):
        return "list"
    if words.startswith("|") or ("|" in words and (before == "table" or _is_rule_of_columns(behind))):
        return "table"
    if _UNDERLINE.match(behind) and before != "text":
        return "heading"
    return "list" if before == "list" and belongs else "text"


def _is_rule_of_columns(line: str) -> bool:
    return bool(_TABLE_RULE.match(line)) and "|" in line and "-" in line


def _end_of_code(lines: Sequence[str], at: int) -> int | None:
    """The number of the line that closes the code which a line opens; `None` where there is none."""
    opening = _FENCE.match(lines[at])
    if not opening:
        return None
    fence = opening[0].strip()
    for number in range(at + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return number
    return None
