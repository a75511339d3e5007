"""One conversation: its turns, what the next question needs of them, and how the chat shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answers import Answer
from ui.web import render


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

    def end(self, notice: str = "") -> None:
        """Nothing more will come; `notice` says why, where that is not plain."""
        self.notice, self.done = notice, True


def earlier_questions(turns: Sequence[Turn]) -> tuple[str, ...]:
    """The questions that were answered, oldest first; one that was turned down would be turned down again."""
    return tuple(turn.question for turn in turns if turn.answer)


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The turns as messages of `gr.Chatbot`."""
    shown = []
    for number, turn in enumerate(turns, start=1):
        shown.append({"role": "user", "content": render.question_html(turn.question)})
        reply = ""
        if turn.answer:
            finished = turn.done and not turn.notice
            reply += render.answer_html(turn.answer, key=f"turn{number}", finished=finished)
        if turn.notice:
            reply += render.notice_html(turn.notice)
        if reply:
            shown.append({"role": "assistant", "content": reply})
    return shown
