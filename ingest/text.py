"""Words, number words, tokens, and folding with an offset map: what every matching in the project uses.

All positions are code points into the text that was passed in.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import NamedTuple

import regex
import tiktoken


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two have a character in common."""
        return self.start < other.end and other.start < self.end


class Folded(NamedTuple):
    """A text made comparable, and for each of its characters the place of the one in the original it came from."""

    text: str
    places: list[int]

    def span(self, start: int, end: int) -> Span:
        """The original range that the folded range `start:end` (not empty) came from."""
        return Span(self.places[start], self.places[end - 1] + 1)


_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′`´"), "'") | dict.fromkeys(map(ord, "“”„‟″«»"), '"')
_DASHES = frozenset("-‐‑‒–—―−")
# Marks that carry no words: bullets, heading signs, quote signs. The number of a heading is a word and stays.
_LINE_MARK = re.compile(r"^(?:[ \t]*(?:(?:#{1,6}|[-*+•])(?=[ \t])|>))+", re.MULTILINE)
_DAGGERS = re.compile(r"(?<=[^\s(])[†‡]+")  # of a footnote, behind a word
EMPHASIS_MARK = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")


def fold(text: str) -> Folded:
    """Folds case, quotes and white space, turns hyphens into spaces, and drops Markdown's marks and daggers.

    Two texts that differ only in these are equal afterwards. Leading and trailing white space is dropped.
    """
    marks = (m for pattern in (_LINE_MARK, EMPHASIS_MARK, _DAGGERS) for m in pattern.finditer(text))
    dropped = {i for mark in marks for i in range(*mark.span())}
    chars: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text):
        if i in dropped:
            continue
        if char.isspace() or char in _DASHES:
            if chars and chars[-1] != " ":
                chars.append(" ")
                places.append(i)
            continue
        for folded in char.translate(_QUOTES).casefold():
            chars.append(folded)
            places.append(i)
    if chars and chars[-1] == " ":
        chars.pop(), places.pop()
    return Folded("".join(chars), places)


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
    inside_character = folded.places[at - 1] == folded.places[at]  # one that was folded into several
    return inside_character or (folded.text[at - 1].isalnum() and folded.text[at].isalnum())


# Letters with their vowel signs, which many scripts write as marks; Arabic and Hebrew mostly leave theirs out.
_WORD = regex.compile(r"\d+(?:[.,]\d+)*|\p{L}[\p{L}\p{M}]*(?:'\p{L}[\p{L}\p{M}]*)*")
_LEFT_OUT = re.compile("[\u0591-\u05c7\u0640\u064b-\u065f\u0670]")


def words(text: str) -> list[str]:
    """The words and numbers of `text`, folded; a possessive 's is dropped."""
    folded = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES).casefold()
    return [word.removesuffix("'s") for word in _WORD.findall(folded)]


_TO_NINETEEN = """one two three four five six seven eight nine ten
    eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TO_TWENTIETH = """first second third fourth fifth sixth seventh eighth ninth tenth
    eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
# English number words and what they stand for
NUMBERS = {
    **{word: number for number, word in enumerate(_TO_NINETEEN.split(), start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS.split(), start=2)},
}
ORDINALS = {word: number for number, word in enumerate(_TO_TWENTIETH.split(), start=1)}


def few(names: Iterable[str], shown: int, count: int) -> str:
    """The first few names of so many, and how many more there are."""
    more = f" and {count - shown:,} more" if count > shown else ""
    return ", ".join(islice(names, shown)) + more


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
