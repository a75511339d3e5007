"""Questions to go on with: about the sections beside an answer, or what comes nearest to a question without one.

Each is looked up first: one that is answered from elsewhere, or not at all, is not suggested.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.answers import Answer, Citation
from assistant.headings import last_heading, sections_of
from assistant.injection import orders
from ingest.passages import Section
from ingest.sources import Source
from ingest.text import Span, words

_AFTER_ANSWER, _AFTER_REFUSAL = 3, 1  # how many are suggested
_TRIED = 8  # looked up before giving up; each takes a third of a question's time

SAID_ABOUT = "What is said about"  # a heading that is no question by itself
_ASKS = re.compile(r"(?:how|what|when|where|which|who|why)\b", re.IGNORECASE)  # "How to clean the filter"
_COUNTS = re.compile(r"\d{1,2} \w+")  # "6 common benefits"

Place = tuple[str, Span]  # a source's name, and where in it


class Idea(NamedTuple):
    """A question that might be suggested."""

    question: str
    place: Place  # of the section that it asks for


def suggestions(
    answer: Answer,
    asked: Sequence[str],
    sources: Mapping[str, Source],
    answered_from: Callable[[str, Place], bool],
) -> tuple[str, ...]:
    """Up to three questions after an answer, one after a refusal.

    `asked` are the questions of the conversation, which are not suggested again; `answered_from` looks up
    whether a section answers a question.
    """
    wanted = _AFTER_ANSWER if answer.answered else _AFTER_REFUSAL
    told = _cited(answer.citations)
    near = told or [(p.source, Span(p.start, p.end)) for p in answer.passages]
    before = {_bare(question) for question in (*asked, answer.question, answer.standalone_question)}
    ideas = [idea for idea in ideas_beside(near, sources) if _bare(idea.question) not in before]
    found: list[Idea] = []
    for idea in [idea for idea in ideas if not _overlap(told, [idea.place])][:_TRIED]:
        if len(found) == wanted:
            break
        if not _overlap(told, [idea.place]) and answered_from(idea.question, idea.place):
            found.append(idea)
            told.append(idea.place)
    return tuple(idea.question for idea in found)


def ideas_beside(near: Sequence[Place], sources: Mapping[str, Source]) -> list[Idea]:
    """A question for each section of the documents that are near, those beside these places first."""
    ideas = []
    for name in dict.fromkeys(name for name, _ in near if name in sources):
        sections = sections_of(sources[name])
        for number, section in enumerate(sections):
            title = last_heading(section.path)
            if title != sources[name].title and not orders(title):  # all of it is about the title
                place = Span(section.span.start, _end(sections, number))
                ideas.append(Idea(_asking_for(title), (name, place)))

    def distance(idea: Idea) -> tuple[int, int]:
        name, span = idea.place
        gaps = [
            (i, max(span.start - place.end, place.start - span.end, 0))
            for i, (other, place) in enumerate(near)
            if other == name
        ]
        rank, gap = min(gaps, key=lambda pair: pair[1])
        return gap, rank

    return sorted(ideas, key=distance)


def _end(sections: Sequence[Section], number: int) -> int:
    """Where a section ends with all that stand below it."""
    last = number
    while last + 1 < len(sections) and sections[last + 1].path.startswith(f"{sections[number].path} > "):
        last += 1
    return sections[last].span.end


def _asking_for(heading: str) -> str:
    """A heading as a question for what stands below it."""
    if heading.endswith("?"):
        return heading
    if _ASKS.match(heading):
        return f"{heading}?"
    if _COUNTS.match(heading):
        return f"What are the {heading}?"
    return f"{SAID_ABOUT} “{heading}”?"


def _cited(citations: Sequence[Citation]) -> list[Place]:
    return [(c.source, Span(c.start, c.end)) for c in citations]


def _overlap(ones: Sequence[Place], others: Sequence[Place]) -> bool:
    return any(a == b and s.start < t.end and t.start < s.end for a, s in ones for b, t in others)


@lru_cache(maxsize=8_192)
def _bare(question: str) -> str:
    return " ".join(words(question))
