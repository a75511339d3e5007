"""What is asked, in whatever form it comes, checked before anything is done with it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from assistant.answers import Ask
from assistant.conversation import EARLIER_TOLD, LONGEST_QUESTION
from ingest.errors import QuestionError

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # what bytes that are not UTF-8 become on the command line

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
