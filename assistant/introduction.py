"""What is said to a greeting, to thanks, and to who asks what this is: neither an answer nor a refusal."""

import re
import time
from typing import TYPE_CHECKING

from assistant import prompts
from assistant.answers import Answer, Ask, Seconds
from assistant.citations import escape
from assistant.headings import is_heading_of
from assistant.models import EXTRACTIVE
from assistant.overview import sections_asked_for
from ingest.lexicon import content_words
from ingest.text import few

if TYPE_CHECKING:
    from assistant.snapshot import Snapshot

_SMALL_TALK = re.compile(
    r"\W*(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day|night)|how are you|"
    r"thanks?|thank you|thx|ty|cheers|great|nice|cool|perfect|awesome|well done|(?:good)?bye|see you|"
    r"help|(?:who|what) are you|are you an?|what can you do|what do you do|what is this)\b|\W*$",
    re.IGNORECASE,
)
_TITLES = 5  # so many documents are named
_LOOKED_AT = 5  # passages whose heading may be the question


def introduce(ask: Ask, opened: "Snapshot", started: float) -> Answer | None:
    """Which documents are answered from, and what may be asked of them; `started`: by `time.perf_counter`.

    A first question without a word that could be looked up ("why?") is told the same. `None` where the documents
    are asked, if only because a heading of theirs asks the same ("Who are you?"), or is all that is asked for
    ("sum up the troubleshooting").
    """
    scope = opened.scorer.scope(ask.question)
    asks_nothing = scope == "passages" and not ask.history and not content_words(ask.question)
    if not (scope == "assistant" or asks_nothing) or _is_a_heading(ask.question, opened):
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
    near = opened.retriever.nearest(question, _LOOKED_AT)
    named = sections_asked_for(question, near, opened.retriever)
    return bool(named) or any(is_heading_of(passage.section, question) for passage in near)
