"""One conversation: its turns, what the next question needs of them, and how the chat shows them."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from assistant.answers import Answer, Ask, EarlierTurn
from ui.web import render

LEFT = "This was not answered: the page was left, or its server ended, before the answer was whole. Ask again."
ASKED_BEFORE = "Asked before it, in the question set."


@dataclass(eq=False)
class Turn:
    """A question and what came of it: an answer, a notice, or nothing yet.

    Whoever answers a turn writes to that turn alone, never to the list it stands in. A conversation that was
    cleared meanwhile therefore stays cleared, however late an answer comes.
    """

    question: str
    answer: Answer | None = None
    notice: str = ""
    done: bool = False
    sent_to: tuple[str, ...] | None = ()  # the hosts that saw the question; `None`: not known
    within: tuple[str, ...] = ()  # the documents that it is asked of; all where it names none
    strict: bool | None = None  # whether what is not proven is left out (see `Ask`)
    remark: str = ""  # what is said above the answer
    id: str = field(default_factory=lambda: uuid4().hex)  # what is kept of its thumbs has the same

    def __post_init__(self) -> None:
        # no fields, so they are not kept
        self.stop = threading.Event()  # ends the request at a chat model's server
        self.steps: Iterator[None] = iter(())  # to its answer, for whoever shows it

    def end(self, notice: str = "") -> None:
        """Nothing more will come; `notice` says why, where that is not plain."""
        self.notice, self.done = notice, True
        self.stop.set()


class Turns(list[Turn]):
    """The conversation of a page."""

    known = False  # to this process; one that was cleared is known, too


_TURNS = TypeAdapter(list[Turn])


def dump(turns: Sequence[Turn]) -> str:
    """The conversation as the browser keeps it while its tab is open; of answers only whole ones."""
    kept = [turn if turn.done else Turn(turn.question) for turn in turns]
    return _TURNS.dump_json(kept).decode()


def load(saved: str) -> list[Turn]:
    """The conversation that `dump` wrote; an empty one where the browser sends anything else."""
    try:
        turns = _TURNS.validate_json(saved)
    except ValidationError:
        return []
    for turn in turns:
        if not turn.done:
            turn.end(LEFT)
    return turns


def restored(turns: Turns, saved: str) -> Turns:
    """The turns of a page; of one that another process knew, those that it sends along."""
    if not turns.known:
        turns.known = True  # first: a page's load and its first question come at once
        turns[:0] = load(saved)
    return turns


def whole_answers(turns: Sequence[Turn]) -> list[Answer]:
    """What can be kept; what was stopped is no answer."""
    return [turn.answer for turn in turns if turn.answer and turn.done and not turn.notice]


def earlier_questions(turns: Sequence[Turn]) -> tuple[str, ...]:
    """The questions that were answered, oldest first; one that was turned down would be turned down again."""
    return tuple(turn.question for turn in earlier_turns(turns))


def earlier_turns(turns: Sequence[Turn]) -> tuple[EarlierTurn, ...]:
    """The same with their answers."""
    return tuple(
        EarlierTurn(question=turn.question, answer=turn.answer.text if turn.answer else "")
        for turn in turns
        if turn.answer or turn.notice == ASKED_BEFORE
    )


def messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The turns as messages of `gr.Chatbot`; the last answer's suggestions are buttons."""
    shown: list[dict[str, Any]] = []
    for number, turn in enumerate(turns, start=1):
        shown.append({"role": "user", "content": render.question_html(turn.question)})
        reply = render.notice_html(turn.remark) if turn.remark else ""
        if turn.answer:
            finished = turn.done and not turn.notice
            reply += render.answer_html(turn.answer, f"turn{number}", finished, turn.sent_to)
        if turn.notice:
            reply += render.notice_html(turn.notice)
        if reply:
            shown.append({"role": "assistant", "content": reply})
    if turns and turns[-1].done and turns[-1].answer:
        shown[-1]["options"] = [{"value": question} for question in turns[-1].answer.suggestions]
    return shown


def ask_of(turn: Turn, before: Sequence[Turn]) -> Ask:
    """What is asked: a question of this conversation, but for one that was suggested, which stands by itself."""
    suggested = before[-1].answer.suggestions if before and before[-1].answer else ()
    history = () if turn.question in suggested else earlier_turns(before)
    return Ask(question=turn.question, history=history, within=turn.within, strict=turn.strict)
