"""Questions to go on with: about what stands near an answer, or what comes nearest to a question without one.

They are the questions that are indexed beside a document, or made from its headings where there are none. Each
is put to the offline reader first: one that it would refuse, or answer from elsewhere, is not suggested.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.answers import Answer, Citation
from assistant.evidence import Evidence
from assistant.outline import last_heading, sections_of
from ingest.lexicon import STOP_WORDS
from ingest.sources import Source
from ingest.text import Span, words

_AFTER_ANSWER, _AFTER_REFUSAL = 3, 1  # how many are suggested
_TRIED = 8  # put to the reader before giving up; each takes as long as a question
_PLAIN = re.compile(r"[A-Z].{14,78}\?")  # not every indexed question is one that a person would like to read
_SAME = 0.85  # questions that are more alike ask for the same

Place = tuple[str, Span]  # a source's name, and where in it


class _Idea(NamedTuple):
    question: str
    source: str
    spans: tuple[Span, ...]
    like: float  # how like the question that was asked


def suggestions(
    answer: Answer,
    asked: Sequence[str],
    evidence: Evidence,
    sources: Mapping[str, Source],
    cited_for: Callable[[str], Sequence[Citation]],
) -> tuple[str, ...]:
    """Up to three questions after an answer, one after a refusal.

    `asked` are the questions of the conversation, which are not suggested again; `cited_for` asks the
    offline reader and says what it cites.
    """
    wanted = _AFTER_ANSWER if answer.answered else _AFTER_REFUSAL
    ideas = _ideas(answer, evidence, sources)
    ideas = _after_answer(answer, ideas) if answer.answered else _after_refusal(answer, ideas)
    told = _cited(answer.citations)
    before = {_bare(question) for question in (*asked, answer.question, answer.standalone_question)}
    found: list[_Idea] = []
    new = [idea for idea in ideas if _bare(idea.question) not in before and not _overlap(told, _places(idea))]
    for idea in _one_for_each_place(new)[:_TRIED]:
        if len(found) == wanted:
            break
        if _overlap(cited := _cited(cited_for(idea.question)), _places(idea)):
            found.append(idea)
            told += cited
    return tuple(idea.question for idea in found)


def _ideas(answer: Answer, evidence: Evidence, sources: Mapping[str, Source]) -> list[_Idea]:
    """The plainest first."""
    near = [*(c.source for c in answer.citations), *(p.source for p in answer.passages)]
    texts = {name: sources[name] for name in near if name in sources}
    ideas, have = [], set()
    for (question, name, spans), like in evidence.alike(answer.standalone_question):
        have.add(name)
        if spans and name in texts and like < _SAME and _PLAIN.fullmatch(question):
            ideas.append(_Idea(question, name, spans, like))
    for name in [name for name in texts if name not in have]:
        for section in sections_of(texts[name]):
            title = last_heading(section.path)
            if title == texts[name].title:  # all of it is about that
                continue
            asks = title if title.endswith("?") else f"What is said about “{title}”?"
            ideas.append(_Idea(asks, name, (section.span,), 0.0))
    return sorted(ideas, key=lambda idea: -_plainness(idea.question, _answer_of(idea, texts[idea.source])))


def _answer_of(idea: _Idea, source: Source) -> str:
    return " ".join(source.text[start:end] for start, end in idea.spans)


@lru_cache(maxsize=2_048)
def _plainness(question: str, answer: str) -> float:
    """The share of a question's words that its answer holds: how far it is put in the document's own words."""
    said = set(words(answer))
    asked = [word for word in words(question) if word not in STOP_WORDS]
    return sum(word in said for word in asked) / len(asked) if asked else 0.0


def _after_answer(answer: Answer, ideas: list[_Idea]) -> list[_Idea]:
    """Those about what stands nearest to the answer first."""

    def distance(idea: _Idea) -> int:
        ends = [c.end for c in answer.citations if c.source == idea.source]
        return min((abs(span.start - end) for span in idea.spans for end in ends), default=1_000_000)

    return sorted(ideas, key=distance)


def _after_refusal(answer: Answer, ideas: list[_Idea]) -> list[_Idea]:
    """Those that are most like the question first; where nothing says how like, in the order of the passages."""
    nearest = [(p.source, Span(p.start, p.end)) for p in answer.passages]

    def rank(idea: _Idea) -> int:
        if idea.like:
            return 0
        hits = [i for i, place in enumerate(nearest) if _overlap([place], _places(idea))]
        return hits[0] if hits else len(nearest)

    return sorted(ideas, key=lambda idea: (-idea.like, rank(idea)))


def _one_for_each_place(ideas: list[_Idea]) -> list[_Idea]:
    first: dict[Place, _Idea] = {}
    for idea in ideas:
        first.setdefault(_places(idea)[0], idea)
    return list(first.values())


def _places(idea: _Idea) -> list[Place]:
    return [(idea.source, span) for span in idea.spans]


def _cited(citations: Sequence[Citation]) -> list[Place]:
    return [(c.source, Span(c.start, c.end)) for c in citations]


def _overlap(ones: Sequence[Place], others: Sequence[Place]) -> bool:
    return any(a == b and s.start < t.end and t.start < s.end for a, s in ones for b, t in others)


@lru_cache(maxsize=8_192)
def _bare(question: str) -> str:
    return " ".join(words(question))
