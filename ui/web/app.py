"""The chat window: a conversation with the assistant in the browser, and the endpoint `ask` for clients."""

import contextlib
import logging
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import gradio as gr
from gradio.events import api
from pydantic import ValidationError

from assistant.answers import Answer, Ask
from ingest.errors import UserError
from ui.web.server import Server, address_of, is_loopback, take_port
from ui.web.turns import Turn, earlier_questions, messages

TITLE = "BPO or KPO?"
INTRODUCTION = (
    "Ask about Business Process Outsourcing and Knowledge Process Outsourcing. "
    "Every answer shows the sentences it rests on, word for word."
)
EXAMPLES = (
    "What drives BPO compared with KPO?",
    "What are the six common benefits?",
    "Which top BPO companies are there?",
    "What does Time Doctor cost?",
)
BROKEN = "Something went wrong here, and it is not your question. The terminal shows the details."
STOPPED = "Stopped. Ask again whenever you like."
OPEN_TO_ALL = "WARNING: everyone who reaches this computer can use this chat window; it has no password."
AT_ONCE = 8  # answers in the making; one more waits its turn
WAITING = 64
IDLE: dict[str, Any] = {"interactive": True, "autofocus": True, "submit_btn": "Ask", "stop_btn": False}
BUSY: dict[str, Any] = {"interactive": False, "autofocus": False, "submit_btn": False, "stop_btn": "Stop"}

Turns = list[Turn]
Messages = list[dict[str, str]]

log = logging.getLogger(__name__)


class Assistant(Protocol):
    """What the chat window asks of the assistant; its chain, a LangChain Runnable, is one."""

    def invoke(self, ask: Ask, /) -> Answer:
        """The answer, or a `UserError`."""

    def stream(self, ask: Ask, /) -> Iterator[Answer]:
        """Answers, each replacing the last, or a `UserError`."""


def _asked(question: str, turns: Turns) -> tuple[Messages, gr.Textbox]:
    turns.append(Turn(question))
    return messages(turns), gr.Textbox("", **BUSY)


def _example_picked(turns: Turns, picked: gr.SelectData) -> tuple[Messages, gr.Textbox]:
    turns.append(Turn(str(picked.value["text"])))
    return messages(turns), gr.Textbox(**BUSY)


def _again(turns: Turns) -> tuple[Messages, gr.Textbox]:
    turns[-1:] = [Turn(last.question) for last in turns[-1:]]
    return messages(turns), gr.Textbox(**BUSY)


def _stopped(turns: Turns) -> Messages:
    for turn in turns:
        if not turn.done:
            turn.end(STOPPED)
    return messages(turns)


def _cleared(turns: Turns) -> Messages:
    _stopped(turns)
    turns.clear()
    return messages(turns)


def _settled(turns: Turns) -> tuple[Messages, gr.Textbox]:
    return messages(turns), gr.Textbox(**IDLE)


def _ask(question: object, history: object) -> Ask:
    try:
        return Ask.model_validate({"question": question, "history": history})
    except ValidationError as error:
        raise UserError("The question is not text. Send a string, and a list of strings as history.") from error


def _answered(assistant: Assistant, turns: Turns) -> Iterator[Messages]:
    """The conversation as the answer to its last question grows."""
    if not turns:  # cleared in the meantime, or the server was started anew under an open page
        return
    turn, history = turns[-1], earlier_questions(turns[:-1])
    try:
        for answer in assistant.stream(Ask(question=turn.question, history=history)):
            if turn.done:
                return
            turn.answer = answer
            yield messages(turns)
        turn.end()
    except UserError as error:  # in place of whatever of the answer was there
        turn.answer = None
        turn.end(str(error))
    except Exception:  # the edge: whoever reads the page gets a sentence, the terminal the traceback
        log.exception("No answer to %r", turn.question)
        turn.answer = None
        turn.end(BROKEN)
    yield messages(turns)


def build(assistant: Assistant) -> gr.Blocks:
    """The page and the endpoint `ask`; nothing is served before `launch`."""

    def answer(turns: Turns) -> Iterator[Messages]:
        yield from _answered(assistant, turns)

    def ask(question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answers a question; `history` is the earlier questions of the conversation, oldest first."""
        try:
            return assistant.invoke(_ask(question, history or ())).model_dump(mode="json")
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True)
    with blocks:
        gr.HTML(f"<h1>{TITLE}</h1><p>{INTRODUCTION}</p>", elem_id="head", padding=False)
        turns = gr.State([])
        chat = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            label="Conversation",
            scale=1,
            placeholder="**What would you like to know?**",
            examples=[{"text": example} for example in EXAMPLES],
            allow_tags=False,
            latex_delimiters=[],
            buttons=[],  # what Gradio copies is the HTML of a message
            feedback_options=None,
        )
        box = gr.Textbox(
            elem_id="question",
            label="Your question",
            placeholder="Ask a question …",
            container=False,
            max_lines=6,
            **IDLE,
        )
        limit: dict[str, Any] = {"concurrency_limit": AT_ONCE, "concurrency_id": "answer"}
        at_once: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        limited: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", **limit}
        begin = [
            box.submit(_asked, [box, turns], [chat, box], **at_once),
            chat.example_select(_example_picked, turns, [chat, box], **at_once),
            chat.retry(_again, turns, [chat, box], **at_once),
        ]
        running = [event.then(answer, turns, chat, **limited) for event in begin]
        for event in running:  # a stop ends as either, a full queue as a failure; `then` misses the latter
            event.success(_settled, turns, [chat, box], **at_once)
            event.failure(_settled, turns, [chat, box], **at_once)
        # Neither frees the box: before the page has seen the end of the run it drops the next question.
        box.stop(_stopped, turns, chat, cancels=running, **at_once)
        chat.clear(_cleared, turns, chat, cancels=running, **at_once)
        api(ask, api_name="ask", **limit)
        blocks.queue(max_size=WAITING, api_open=False)
    return blocks


def launch(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    say: Callable[[str], object] = print,
) -> None:
    """Serves the chat window until it is interrupted (Ctrl+C).

    Raises:
        UserError: no free port, or a host that this machine does not have.
    """
    with take_port(host, port, say) as listener:
        address = address_of(listener, host)
        if not is_loopback(listener):
            print(OPEN_TO_ALL, file=sys.stderr)
        server = Server(build(assistant), host)
        say(f"The chat window is at {address} (Ctrl+C ends it).")
        if open_browser:  # a browser in the terminal would keep this thread
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
