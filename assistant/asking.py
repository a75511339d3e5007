"""What is asked and of which documents, in whatever form it comes, checked before anything is done with it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from assistant.answers import Ask
from assistant.conversation import EARLIER_TOLD, LONGEST_QUESTION
from ingest.errors import QuestionError
from ingest.snapshots import SourceRecord
from ingest.sources import Source, shown_name
from ingest.text import few, words

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # what bytes that are not UTF-8 become on the command line
_NAMED = 5  # documents, where one is asked for that is not there

Asked = Ask | Mapping[str, Any] | str


def as_ask(asked: Asked) -> Ask:
    """Checks what is asked. Raises `QuestionError` for an empty, an over-long or a garbled question."""
    try:
        ask = Ask(question=asked) if isinstance(asked, str) else Ask.model_validate(asked)
    except ValidationError:
        raise QuestionError("That is no question. Give text, or a question with its history of texts.") from None
    if not ask.question.strip():
        raise QuestionError("The question is empty. Type one.")
    last = ask.history[-EARLIER_TOLD:]
    for text in (ask.question, *(turn.question for turn in last)):
        if len(text) > LONGEST_QUESTION:
            raise QuestionError(
                f"The question has {len(text):,} characters, the limit is {LONGEST_QUESTION:,}. Shorten it."
            )
    if any(
        _SURROGATE.search(text) for text in (ask.question, *ask.within, *(t.question + t.answer for t in last))
    ):
        raise QuestionError("The question is not UTF-8. Type it again.")
    return ask


def documents_named(names: Sequence[str], sources: Sequence[SourceRecord | Source]) -> list[str]:
    """The documents that a person means by these names: titles, names of files, or whole words of either.

    Case and punctuation do not count. Raises `QuestionError` where there is none by a name.
    """
    called: dict[str, list[str]] = {}
    for one in sources:
        path = PurePosixPath(one.name)
        called[one.name] = [_bare(own) for own in (one.title, one.name, path.name, path.stem)]
    found: list[str] = []
    for name in names:
        meant = _meant(name, called)
        if not meant:
            told = (f"“{one.title}” ({shown_name(one.name, called)})" for one in sources)
            shown = few(told, _NAMED, len(sources))
            raise QuestionError(f"There is no document “{name}”. Name one of these: {shown}.")
        found += meant
    return list(dict.fromkeys(found))


def _meant(name: str, called: Mapping[str, Sequence[str]]) -> list[str]:
    """The documents of this name, else those with these words for a name, else with these words in one."""
    if name in called:
        return [name]
    asked = _bare(name)
    if not asked:
        return []
    same = [source for source, own in called.items() if asked in own]
    return same or [source for source, own in called.items() if any(f" {asked} " in f" {one} " for one in own)]


def _bare(text: str) -> str:
    return " ".join(words(text))
