"""HTML comments in a text, and those of ours among them: notes on what was left out of it at their place. Pure.

All of it takes linear time, whatever the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ingest.sentences import ENDED, sentence_spans
from ingest.text import Span

_OPENS, _CLOSES = "<!--", "-->"
_NOTE = re.compile(r"<!--\s*note:")
_BEFORE_A_COMMENT = re.compile(rf"\s*(?={_OPENS})")
_SAYS_A_PART = re.compile(r"formula|letters|field|rest")  # what a sentence lacks even where it stands at its end
_LOST_LIST = re.compile(r"\blist\b.*\blost\b")
_NEAR = 200  # characters beside a note that tell whether it stands in a sentence


class Comment(NamedTuple):
    """A comment is `text[start:end]`; `note` says what is left out where it is one of ours, else it is `None`."""

    start: int
    end: int
    note: str | None


def comments(text: str, start: int = 0, end: int | None = None) -> Iterator[Comment]:
    """The comments of `text[start:end]` in order; one that never ends is none."""
    end = len(text) if end is None else end
    opens = text.find(_OPENS, start, end)
    while opens >= 0 and (closes := text.find(_CLOSES, opens + len(_OPENS), end)) >= 0:
        note = _NOTE.match(text, opens, closes)
        behind = closes + len(_CLOSES)
        yield Comment(opens, behind, " ".join(text[note.end() : closes].split()) if note else None)
        opens = text.find(_OPENS, behind, end)


def is_list(note: str) -> bool:
    """Whether a note says that the list which stood here was lost, as those of the article do."""
    return bool(_LOST_LIST.search(note))


def note_after(text: str, end: int) -> Comment | None:
    """The note that stands right behind `end`: what the source text lost there; `None` where nothing was lost."""
    blank = _BEFORE_A_COMMENT.match(text, end)
    found = next(comments(text, blank.end()), None) if blank else None
    return found if found and found.note is not None else None


def unquotable_spans(text: str, start: int, language: str = "") -> Iterator[Span]:
    """The comments of `text[start:]`; one of ours in a sentence with that: it has a hole, and is not quoted.

    `language`: that of the text, where it is known.
    """
    line: list[Comment] = []
    for comment in comments(text, start):
        if line and "\n" in text[line[-1].end : comment.start]:
            yield from _of_a_line(text, line, language)
            line = []
        line.append(comment)
    if line:
        yield from _of_a_line(text, line, language)


def _of_a_line(text: str, line: list[Comment], language: str) -> Iterator[Span]:
    """The same of the comments of a line, whose sentences are worked out once."""
    start, end = text.rfind("\n", 0, line[0].start) + 1, text.find("\n", line[-1].end)
    end = len(text) if end < 0 else end
    borders = [Comment(start, start, None), *line, Comment(end, end, None)]
    between = [text[a.end : b.start] for a, b in pairwise(borders)]
    bare, at = "".join(between), 0
    is_heading = bare.lstrip().startswith("#")
    # as a name, a comment may begin a sentence and parts none
    named = "".join(words + "X" * (one.end - one.start) for words, one in zip(between, borders[1:], strict=True))
    holes = any(comment.note is not None for comment in line)
    sentences = sentence_spans(named, language=language) if holes else []
    for words, comment in zip(between, line, strict=False):
        at += len(words)
        if is_heading or not _is_in_a_sentence(comment, bare, at):
            yield Span(comment.start, comment.end)
        else:
            first = bisect_right(sentences, comment.start - start, key=lambda sentence: sentence.end)
            behind = bisect_left(sentences, comment.end - start, key=lambda sentence: sentence.start)
            yield Span(start + sentences[first].start, start + sentences[behind - 1].end)


def _is_in_a_sentence(comment: Comment, line: str, at: int) -> bool:
    """Whether a comment is one of ours that stands within a sentence, at this place of a line without comments."""
    before, after = line[max(at - _NEAR, 0) : at].strip(), line[at : at + _NEAR].strip()
    goes_on = after[:1].islower() or after.startswith((",", ";", ".", ":", ")", "%"))
    within = (before and not ENDED.search(before)) or goes_on
    return bool(comment.note is not None and within and ((before and after) or _SAYS_A_PART.search(comment.note)))
