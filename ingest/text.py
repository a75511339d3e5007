"""Sentences, words, and folding with an offset map: what every matching in the project uses.

All positions are code points into the text that was passed in.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import tiktoken


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Folded(NamedTuple):
    """A text made comparable, and for each of its characters the place in the original it came from."""

    text: str
    starts: list[int]  # starts[i] is where character i of `text` begins in the original, ends[i] where it ends
    ends: list[int]

    def span(self, start: int, end: int) -> Span:
        """The original range that the folded range `start:end` (not empty) came from."""
        return Span(self.starts[start], self.ends[end - 1])


_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′`´"), "'") | dict.fromkeys(map(ord, "“”„‟″«»"), '"')
_DASHES = frozenset("-‐‑‒–—―−")
# Marks that carry no words: bullets, heading signs, quote signs. The number of a heading is a word and stays.
_LINE_MARK = re.compile(r"^(?:[ \t]*(?:(?:#{1,6}|[-*+•])(?=[ \t])|>))+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")


def fold(text: str) -> Folded:
    """Folds case, quotes and white space, turns hyphens into spaces, and drops Markdown's marks.

    Two texts that differ only in these are equal afterwards. Leading and trailing white space is dropped.
    """
    dropped = {i for pattern in (_LINE_MARK, _EMPHASIS) for m in pattern.finditer(text) for i in range(*m.span())}
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, char in enumerate(text):
        if i in dropped:
            continue
        if char.isspace() or char in _DASHES:
            if chars and chars[-1] != " ":
                chars.append(" ")
                starts.append(i)
                ends.append(i + 1)
            continue
        for folded in char.translate(_QUOTES).casefold():
            chars.append(folded)
            starts.append(i)
            ends.append(i + 1)
    if chars and chars[-1] == " ":
        chars.pop(), starts.pop(), ends.pop()
    return Folded("".join(chars), starts, ends)


def find_folded(needle: str, haystack: Folded) -> Span | None:
    """The first range of `haystack.text` that equals the folded `needle` at word borders."""
    folded, at = fold(needle).text, 0
    while folded and (at := haystack.text.find(folded, at)) >= 0:
        end = at + len(folded)
        if not _inside_word(haystack, at) and not _inside_word(haystack, end):
            return Span(at, end)
        at += 1
    return None


def _inside_word(folded: Folded, at: int) -> bool:
    if not 0 < at < len(folded.text):
        return False
    inside_character = folded.starts[at - 1] == folded.starts[at]  # one that was folded into several
    return inside_character or (folded.text[at - 1].isalnum() and folded.text[at].isalnum())


_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")


def words(text: str) -> list[str]:
    """The words and numbers of `text`, folded; a possessive 's is dropped."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return [word.removesuffix("'s") for word in _WORD.findall(folded)]


# A full stop after these does not end a sentence.
_ABBREVIATIONS = frozenset(
    "e.g i.e mr mrs ms dr prof st vs cf approx dept fig no vol inc ltd co corp jr sr u.s u.k a.m p.m".split(),  # noqa: SIM905 - shorter
)
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[^\W_a-z])|[。！？]+")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]`, without the white space around them.

    A sentence ends at a stop that is followed by white space and a capital, a digit or a quote, unless the
    word before the stop is a known abbreviation or an initial.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        before = re.search(r"[\w.]*$", text[max(begin, match.start() - 20) : match.start()])
        word = before.group().casefold() if before else ""
        initial = len(word) == 1 and word.isalpha() and text[match.start()] == "."
        if word in _ABBREVIATIONS or initial:
            continue
        spans.append(Span(begin, match.end()))
        begin = match.end()
    spans.append(Span(begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, span))]


def trim(text: str, span: Span) -> Span | None:
    """`span` without the white space at its ends; `None` where nothing else is in it."""
    part = text[span.start : span.end]
    stripped = part.strip()
    if not stripped:
        return None
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, start + len(stripped))


@cache
def _encoding(name: str) -> tiktoken.Encoding:
    from ingest.tiktoken_files import provide_vocabularies

    provide_vocabularies()
    return tiktoken.get_encoding(name)


_SLICE = 4_000  # a run without a break costs tiktoken quadratic time, so long texts are counted in slices


def count_tokens(text: str, encoding: str = "cl100k_base") -> int:
    """How many tokens `text` has for OpenAI's models, counted with tiktoken and without the network."""
    model = _encoding(encoding)
    return sum(len(model.encode_ordinary(text[i : i + _SLICE])) for i in range(0, len(text), _SLICE))
