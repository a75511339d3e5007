"""A question with the earlier ones of its conversation, as it is retrieved and read for without a chat model."""

import re
from collections.abc import Sequence

from ingest.lexicon import content_words

TURNS = 3  # questions at most that are read together, the one that is asked among them
_WHOLE = 2  # content words of an earlier question that needs none before it
EARLIER_TOLD = 20  # earlier questions that a chat model is told, which rewrites the last
LONGEST_QUESTION = 4_000  # characters
LONGEST_EARLIER = 400  # characters of an earlier question that are read; more would drown the one that is asked

# Said in a conversation without asking for anything.
_SMALL_TALK = re.compile(
    r"^(?:\W|\b(?:bye|cool|good|great|hello|hi|nice|ok(?:ay)?|perfect|thank(?:s| you)|very much|a lot|wow)\b)+$",
    re.IGNORECASE,
)


def standalone(question: str, history: Sequence[str]) -> str:
    """The question behind the last one before it, a line each: what it leaves out stands there.

    Before an earlier question of hardly any words comes the one before that, too. `history` holds the earlier
    questions, oldest first.
    """
    question = " ".join(question.split())
    if _SMALL_TALK.match(question):
        return question
    asked = [question]
    for turn in list(history)[::-1][: TURNS - 1]:
        if earlier := " ".join(turn.split())[:LONGEST_EARLIER]:
            asked.insert(0, earlier)
        if len(content_words(earlier)) >= _WHOLE:
            break
    return "\n".join(asked)


def turns(standalone_question: str) -> list[str]:
    """The questions that `standalone` has joined, the one that is asked last."""
    return standalone_question.split("\n")
