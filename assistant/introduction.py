"""What is said to a greeting, to thanks, and to who asks what this is: neither an answer nor a refusal."""

import re
import time
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from assistant import prompts
from assistant.answers import Answer, Ask, Seconds
from assistant.citations import escape
from assistant.headings import is_heading_of
from assistant.models import EXTRACTIVE
from assistant.overview import sections_asked_for
from assistant.sides import compared
from assistant.suggestions import TELL_ME, ideas_beside
from ingest.text import Span, few

if TYPE_CHECKING:
    from assistant.snapshot import Snapshot

_SMALL_TALK = re.compile(
    r"\W*(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day|night)|how are you|"
    r"thanks?|thank you|thx|ty|cheers|great|nice|cool|perfect|awesome|well done|(?:good)?bye|see you|"
    r"help|(?:who|what) are you|are you an?|what can you do|what do you do|what is this)\b|\W*$",
    re.IGNORECASE,
)
_TITLES, _QUESTIONS = 5, 3  # how many documents are named, and how many questions suggested
_LOOKED_AT = 5  # passages whose heading may be the question
_TRIED = 8  # headings that are looked up for them


def introduce(ask: Ask, opened: "Snapshot", started: float) -> Answer | None:
    """Which documents are answered from, and what may be asked of them; `started`: by `time.perf_counter`.

    `None` where the documents are asked, if only because a heading of theirs asks the same ("Who are you?"), or is
    all that is asked for ("sum up the troubleshooting").
    """
    if opened.evidence.scope(ask.question) != "assistant" or _is_a_heading(ask.question, opened):
        return None
    sources = opened.index.sources
    titles = few((f"“{escape(sources[name].title)}”" for name in sources), _TITLES, len(sources))
    return Answer(
        question=ask.question,
        standalone_question=ask.question,
        answered=True,
        text=prompts.INTRODUCTION.format(titles=titles),
        suggestions=opened.first_questions,
        model=EXTRACTIVE,  # whatever else is set is not asked
        seconds=Seconds(total=time.perf_counter() - started),
    )


def is_small_talk(said: str) -> bool:
    """Whether it greets, thanks or asks what this is, and so goes on with nothing that was said before."""
    return bool(_SMALL_TALK.match(said))


def _is_a_heading(question: str, opened: "Snapshot") -> bool:
    """Whether a heading of the passages that are nearest is this question, or what it asks for."""
    *_, reranked = opened.retriever.rank(question)
    near = opened.index.passages.at([position for position, _ in reranked.scored[:_LOOKED_AT]])
    named = sections_asked_for(question, near, opened.index, opened.retriever)
    return bool(named) or any(is_heading_of(passage.section, question) for passage in near)


def first_questions(opened: "Snapshot") -> tuple[str, ...]:
    """A few questions to begin with, each of which is answered."""
    return tuple(islice(_first_questions(opened), _QUESTIONS))


def _first_questions(opened: "Snapshot") -> Iterator[str]:
    """On the whole, on two things that a title compares, on the sections."""
    sources = opened.index.sources
    first = list(islice(sources, _TITLES))
    whole = ["What is this about?" if len(sources) == 1 else "What are these documents about?"]
    for name in first:
        title = sources[name].title
        if names := compared(title, [title]):
            whole.append("How do {} and {} differ?".format(*names))
    yield from (question for question in whole if opened.reading(question).overview)
    ideas = ideas_beside([(name, Span(0, 0)) for name in first], sources)
    ideas = sorted(ideas, key=lambda idea: idea.question.startswith(TELL_ME))[:_TRIED]  # real questions first
    narrow = (idea for idea in ideas if _is_narrow(idea.question, opened))
    yield from (idea.question for idea in narrow if opened.answered_from(*idea))


def _is_narrow(question: str, opened: "Snapshot") -> bool:
    """Whether it asks for less than the questions on the whole."""
    return opened.evidence.scope(question, compared(question, [question])) == "passages"
