"""The earlier turns of a conversation: what the next question needs of them, without a chat model and for one."""

import re
from collections.abc import Callable, Sequence
from html import escape as escape_tags

from rapidfuzz import fuzz, process

from assistant import prompts
from assistant.answers import EarlierTurn
from assistant.prompts import MARKER, UNPROVEN
from assistant.reading_model.scope import Scope
from ingest.lexicon import content_words
from ingest.text import ORDINALS

TURNS = 3  # questions at most that are read together, the one that is asked among them
_WHOLE = 2  # content words of an earlier question that needs none before it
_EXCHANGES = re.compile(  # "and KPO?", "KPO?"
    r"(?:and|or|same|also|what about|how about)\b|\w+\W*$", re.IGNORECASE
)
_SAY_NOTHING: tuple[Scope, ...] = ("assistant", "document")
_ALIKE = 60  # how alike two words must be, of 100, for one to stand for the other: BPO and KPO are 67
# "the 4th one", "the last point on that list", "number 3"
_ITEM = re.compile(
    rf"(?:\bthe\s+(?:(?P<ordinal>{'|'.join(ORDINALS)}|last)"
    r"|(?P<nth>\d\d?)(?:st|nd|rd|th))|(?:\bnumber|\bno\.|#)\s*(?P<number>\d\d?))\b"
    r"(?P<listed>(?:\s+(?:one|point|item|entry)\b)?"
    r"(?:\s+(?:of|on|in)\s+(?:them|these|those|(?:the|that|this|your)\s+list)\b)?)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(?:[-*]|\d+[.)])\s+(.+)$", re.MULTILINE)
EARLIER_TOLD = 20  # earlier questions that a chat model is told,
ANSWERS_TOLD = 6  # the last of them with their answers
LONGEST_QUESTION = 4_000  # characters
LONGEST_ANSWER = 4_000  # characters of an earlier answer that a chat model is told
LONGEST_EARLIER = 400  # characters of an earlier question that are read; more would drown the one that is asked


def resolve(
    question: str, history: Sequence[str], follows_up: Callable[[str], bool], scope: Callable[[str], Scope]
) -> str:
    """A question, behind those before it where it needs them.

    Whether it `follows_up` the reading model says, as it does which `scope` each has: of those before it only what
    is asked of passages counts. What a question leaves out stands in no "hi".
    """
    question = " ".join(question.split())
    if not with_word(question, history) and not follows_up(question):
        return question
    return standalone(question, [one for one in history if scope(one) not in _SAY_NOTHING])


def standalone(question: str, history: Sequence[str]) -> str:
    """The question behind the last one before it, a line each: what it leaves out stands there.

    One that only puts a word in the place of another ("and KPO?") is the earlier one with that word. Before an
    earlier question of hardly any words comes the one before that, too. `history` holds the earlier questions,
    oldest first.
    """
    question = " ".join(question.split())
    if exchanged := with_word(question, history):
        return exchanged
    asked = [question]
    for turn in list(history)[::-1][: TURNS - 1]:
        if earlier := " ".join(turn.split())[:LONGEST_EARLIER]:
            asked.insert(0, earlier)
        if len(content_words(earlier)) >= _WHOLE:
            break
    return "\n".join(asked)


def with_word(question: str, history: Sequence[str]) -> str | None:
    """The earlier question with another word ("and KPO?"); `None` where a question does not say only that.

    The word takes the place of the one there that looks most like it.
    """
    if not history or not _EXCHANGES.match(question):
        return None
    earlier = asked_last(standalone(history[-1], history[:-1][-TURNS:]))[:LONGEST_EARLIER]
    own, others = content_words(question), content_words(earlier)
    if len(own) != 1 or own[0] in others:
        return None
    found = process.extractOne(own[0], others, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    word = re.search(rf"\b{re.escape(own[0])}\b", question, re.IGNORECASE)
    if not found or not word:
        return None
    return re.sub(rf"\b{re.escape(found[0])}\b", lambda _: word[0], earlier, flags=re.IGNORECASE)


def points_at_item(question: str) -> bool:
    """Whether a question names an item of a list by its place ("explain the 4th one")."""
    return _pointer(question) is not None


def _pointer(question: str) -> re.Match[str] | None:
    """The words that name an item; those that might name something else only where hardly another word stands."""
    found = _ITEM.search(question)
    if found and (found["listed"] or not content_words(question[: found.start()] + question[found.end() :])):
        return found
    return None


def with_item(question: str, answer: str) -> str | None:
    """The question with the item of an earlier answer's list in the place of the words that point at it.

    Of an item that begins with a name ("Nearshore: ...") the name. `None` where the answer has no such item.
    """
    rows = [line.split("|")[1] for line in answer.splitlines() if line.startswith("|")][2:]  # below the head
    items = [
        _without_markers(item).strip(" .*").split(":")[0]
        for item in _LISTED.findall(answer) or rows
        if item.strip()
    ]
    found = _pointer(question)
    if not found or len(items) < 2:
        return None
    word = (found["ordinal"] or "").casefold()
    place = ORDINALS.get(word) or int(found["nth"] or found["number"] or len(items))
    if not 1 <= place <= len(items):
        return None
    return " ".join(f"{question[: found.start()]}{items[place - 1]}{question[found.end() :]}".split())


def recent(history: Sequence[EarlierTurn]) -> tuple[EarlierTurn, ...]:
    """The last turns as a chat model is told them: answers without their markers, and of older turns none."""
    older, last = history[-EARLIER_TOLD:-ANSWERS_TOLD], history[-ANSWERS_TOLD:]
    return (
        *(EarlierTurn(question=turn.question) for turn in older),
        *(EarlierTurn(question=turn.question, answer=_without_markers(turn.answer)) for turn in last),
    )


def _without_markers(answer: str) -> str:
    return MARKER.sub("", answer[:LONGEST_ANSWER]).replace(f" {UNPROVEN}", "").replace(UNPROVEN, "").strip()


def turns(standalone_question: str) -> list[str]:
    """The questions that `standalone` has joined, the one that is asked last."""
    return standalone_question.split("\n")


def asked_last(standalone_question: str) -> str:
    """Of these the one that is asked, without those that it is read behind."""
    return turns(standalone_question)[-1]


def turns_as_prompt(history: Sequence[EarlierTurn]) -> str:
    """The turns of a conversation as a prompt holds them, oldest first; empty where there are none."""
    told = [
        (prompts.TURN if turn.answer else prompts.UNANSWERED_TURN).format(
            question=escape_tags(turn.question, quote=False), answer=escape_tags(turn.answer, quote=False)
        )
        for turn in history
    ]
    return prompts.EARLIER_TURNS.format(turns="\n".join(told)) if told else ""
