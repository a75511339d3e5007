"""Sentences of a text in any language, by the library `sentencex`; a few of its mistakes are mended.

All positions are code points into the text that was passed in.
"""

import re
from collections.abc import Iterator

from ingest.language import language_of
from ingest.text import Span, trim

_ONE = re.compile(r"[^.!?\n\x80-\U0010ffff]*[.!?]?\s*")  # surely one sentence, or none
# Of emphasis in Markdown, and of a footnote behind a stop: no part of a sentence.
_MARKS = re.compile(r"\*+|~~|(?<!\w)_+|_+(?!\w)|(?<=[.!?…\"”’)])[⁰¹²³⁴-⁹†‡]+")
# How a text ends that goes on with a new sentence; behind the stop quotes, brackets and the marks of footnotes.
ENDED = re.compile(r"[.!?:;…。！？][\"'”’)\]⁰¹²³⁴-⁹†‡]*$")
_NO_OPENING = re.compile(r"(?<=\w)['’](?=\w)|\((?=\w{1,3}\))")  # of a quotation or a bracket: "person's", "(1)"
_QUOTES, _MOST_QUOTES = '"“„«‘「『(（[', 1_000  # the library looks for the end of each: of more nobody made prose
# Ends that the library misses: behind a bracket, and behind an ellipsis.
_ENDS = re.compile(r"(?:[.!?。！？]['\"’”]?[)）]|…)(?=\s+[^\Wa-z_]|\s+[\"“‘(]|(?<=）)[^\W_])")
# What stands before a border that ends no sentence: the number of an item, a label in bold ("**Refunds.** We
# pay"), an initial, a short form before a figure ("approx. 40"), an ordinal number ("31. März").
_OPENS = re.compile(r"\**\d{1,3}[.)]\s*\Z|(?P<bold>\*\*|__)(?:(?!(?P=bold)).)+[.:](?P=bold)\s*\Z")
_LABEL = 200  # characters that such a label has at most
_BLANK = re.compile(r"\s*(?=\S)")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.\Z")
_BEFORE_FIGURES = re.compile(
    r"(?<!\w)(?:abs|approx|art|avg|ca|ch|est|ext|fig|max|min|no|nr|op|para|pos|pp|sec|tel|vol)\.\Z", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,2}\.\Z")
# Before a month it is one whatever the language of a few words is taken for. Months that are words of English, or
# are written small, need no list.
_MONTH = re.compile(r"(?:Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b")
_WITH_ORDINALS = {
    *("cs", "da", "de", "et", "fi", "hr", "hu", "is", "lb", "lv"),
    *("nb", "nn", "no", "pl", "sk", "sl", "sr", "tr"),
}


def sentence_spans(text: str, start: int = 0, end: int | None = None, language: str = "") -> list[Span]:
    """The sentences of `text[start:end]` in order, without the white space around them.

    `language`: that of the text, which is found out where it is not known.
    """
    end = len(text) if end is None else end
    spans, begin = [], start
    if not _ONE.fullmatch(text, start, end):
        language = language or language_of(text)
        for border in sorted(set(_borders(text, start, end, language))):
            if border > begin and _ends(text, begin, border, end, language):
                spans.append(Span(begin, border))
                begin = border
    spans.append(Span(begin, end))
    return [trimmed for span in spans if (trimmed := trim(text, span))]


def _borders(text: str, start: int, end: int, language: str) -> Iterator[int]:
    """Where the library sees a border, and where it misses one."""
    from sentencex import get_sentence_boundaries  # a library of four megabytes

    marks = {i for mark in _MARKS.finditer(text, start, end) for i in range(*mark.span())}
    kept = [i for i in range(start, end) if i not in marks]
    plain = _NO_OPENING.sub("x", "".join(text[i] for i in kept))
    if sum(map(plain.count, _QUOTES)) > _MOST_QUOTES:
        plain = plain.translate(dict.fromkeys(map(ord, _QUOTES), "x"))
    for border in get_sentence_boundaries(language, plain):
        words = plain[border["start_index"] : border["end_index"]].rstrip()
        behind = kept[border["start_index"] + len(words) - 1] + 1 if words else start
        while behind in marks:  # they close what the sentence has opened
            behind += 1
        yield behind
    yield from (match.end() for match in _ENDS.finditer(text, start, end))


def _ends(text: str, begin: int, border: int, end: int, language: str) -> bool:
    """Whether a sentence that began at `begin` ends at `border`."""
    blank = _BLANK.match(text, border, end)
    if blank is None or "\n\n" in blank[0]:
        return True
    following, stopped = text[blank.end()], text[max(begin, border - _LABEL) : border].strip().rstrip("*_")
    return not (
        following.islower()
        or (border - begin <= _LABEL and _OPENS.match(text[begin:border].strip()))
        or _INITIAL.search(stopped)
        or (following.isdigit() and _BEFORE_FIGURES.search(stopped))
        or (_ORDINAL.search(stopped) and (language in _WITH_ORDINALS or _MONTH.match(text, blank.end())))
    )
