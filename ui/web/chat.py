"""The conversation: ask, follow up, stop, ask again, edit, clear, keep."""

import json
import math
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from langchain_core.runnables import RunnableConfig

from assistant.chain import Assistant
from assistant.model_calls import STOP, Stopped
from assistant.models import EXTRACTIVE
from ingest.errors import UserError
from ui.web.choices import choices_line
from ui.web.faults import said_of
from ui.web.feedback import feedback_panel, no_comment
from ui.web.listeners import ANSWERING, UNQUEUED, WITH_SAVED, hidden
from ui.web.menu import menu
from ui.web.turns import Turn, Turns, ask_of, dump, earlier_questions, messages, restored

STOPPED = "Stopped. Ask again whenever you like."
FULL = "Too many people are asking just now. Ask again in a moment."
GONE = "A document that you chose was removed; the others that you chose are asked."
ALL_GONE = "The documents that you chose were removed; all that there are are asked."
FIRST_WORDS = 2  # questions that the offline reader begins to answer before they have a place in the queue
IDLE: dict[str, Any] = {"interactive": True, "submit_btn": "Ask", "stop_btn": False}
BUSY: dict[str, Any] = {"interactive": False, "autofocus": False, "submit_btn": False, "stop_btn": "Stop"}

Messages = list[dict[str, Any]]
Shown = tuple[Messages, gr.Textbox, str]  # the conversation, the box, what the browser keeps
Begun = tuple[Messages, gr.Textbox, str, str, gr.Row, gr.HTML]  # the same, the scope, and no earlier comment
Cleared = tuple[Messages, str, gr.Row, gr.HTML]


class Panel(NamedTuple):
    """What other panels write to."""

    turns: gr.State
    chat: gr.Chatbot
    saved: gr.Textbox


def chat_panel(page: gr.Blocks, assistant: Assistant, feedback: Path, scope: gr.Textbox) -> Panel:
    """Adds the conversation to the page.

    `feedback` is the file where thumbs up and down are kept, `scope` has the names of the documents that are asked
    as JSON (none for all).
    """

    first_words = threading.Semaphore(FIRST_WORDS)

    def begun(turn: Turn, turns: Turns, reader: str, box: gr.Textbox) -> Begun:
        """A turn that waits for its answer; with the offline reader's first words, where not many ask just now."""
        turn.steps = _answered(assistant.offline if reader == EXTRACTIVE else assistant, turn, list(turns))
        turns.append(turn)
        if reader == EXTRACTIVE and first_words.acquire(blocking=False):
            try:
                next(turn.steps, None)
            finally:
                first_words.release()
        return messages(turns), box, dump(turns), json.dumps(turn.within), *no_comment()

    def asked(question: str, reader: str, scope: str, strict: bool, turns: Turns, saved: str) -> Begun:
        turn = _turn(assistant, question, scope, strict)
        return begun(turn, restored(turns, saved), reader, gr.Textbox("", **BUSY))

    def picked(reader: str, scope: str, strict: bool, turns: Turns, saved: str, question: gr.SelectData) -> Begun:
        """A first question, which is a message, or a suggested one."""
        text = question.value["text"] if isinstance(question.value, dict) else question.value
        return asked(str(text), reader, scope, strict, turns, saved)

    def again(reader: str, scope: str, strict: bool, turns: Turns, saved: str) -> Begun:
        question = turns.pop().question if restored(turns, saved) else ""
        return begun(_turn(assistant, question, scope, strict), turns, reader, gr.Textbox(**BUSY))

    def answer(turns: Turns) -> Iterator[Messages]:
        for turn in [turn for turn in turns if not turn.done]:
            for _ in turn.steps:
                yield messages(turns)

    def turned_away(turns: Turns, saved: str) -> Shown:
        """Where the queue had no room for a question; one that is stopped ends in the same event."""
        for turn in turns:
            if not turn.done and len(page._queue) >= (page._queue.max_size or math.inf):
                turn.end(FULL)
        return _settled(turns, saved)

    def left(request: gr.Request) -> None:
        """Nobody waits any more for what a chat model is being asked, and the conversation is forgotten."""
        session = page.state_holder.session_data.pop(str(request.session_hash), None)  # Gradio keeps 10,000
        if session:
            _stopped(session[turns._id], "")  # Gradio has no other name for what it keeps of a page

    turns = gr.State(Turns())
    saved = hidden()
    chat = gr.Chatbot(
        elem_id="chat",
        show_label=False,
        label="Conversation",
        scale=1,
        placeholder="**What would you like to know?**",
        allow_tags=False,
        autoscroll=False,  # to the end of an answer, past its beginning; `window.js` does better
        latex_delimiters=[],
        buttons=[],  # what Gradio copies is the HTML of a message
    )
    comment = feedback_panel(chat, turns, saved, feedback)
    box = gr.Textbox(
        elem_id="question",
        label="Your question",
        placeholder="Ask a question …",
        container=False,
        max_lines=6,
        autofocus=True,
        **IDLE,
    )
    reader, strict, clear = menu(assistant, turns, saved)
    choices_line(page, assistant, scope, reader, strict)

    limited: dict[str, Any] = {**UNQUEUED, "queue": True, "show_progress": "minimal", **ANSWERING}
    shown, kept, asking = [chat, box, saved], [turns, saved], [reader, scope, strict, turns, saved]
    begin = [
        box.submit(asked, [box, *asking], [*shown, scope, *comment], **{**UNQUEUED, "js": "kept.send"}),
        chat.example_select(picked, asking, [*shown, scope, *comment], **WITH_SAVED),
        chat.option_select(picked, asking, [*shown, scope, *comment], **WITH_SAVED),
        chat.retry(again, asking, [*shown, scope, *comment], **WITH_SAVED),
    ]
    running = [event.then(answer, turns, chat, **limited) for event in begin]
    for event in running:  # a stop ends as either, a full queue as a failure; `then` misses the latter
        event.success(_settled, kept, shown, **WITH_SAVED)
        event.failure(turned_away, kept, shown, **WITH_SAVED)
    # Neither frees the box: before the page has seen the end of the run it drops the next question.
    box.stop(_stopped, kept, chat, cancels=running, **WITH_SAVED)
    clear.click(_cleared, turns, [chat, saved, *comment], cancels=running, **UNQUEUED)
    saved.change(None, saved, None, js="kept.setConversation", **UNQUEUED)
    page.load(_restored, kept, [chat, saved], **{**UNQUEUED, "js": "kept.restored"})
    page.unload(left)
    return Panel(turns, chat, saved)


def _turn(assistant: Assistant, question: str, scope: str, strict: bool | None = None) -> Turn:
    """A question of the chosen documents; of all, where none of these is there any more."""
    question = question.encode(errors="replace").decode()  # half an emoji can be pasted, but not sent back
    chosen = json.loads(scope)
    try:
        there = {one.name for one in assistant.index().manifest.sources} if chosen else set()
    except UserError:  # which the answer meets, too, and shows
        return Turn(question, within=tuple(chosen), strict=strict)
    within = tuple(name for name in chosen if name in there)
    remark = (GONE if within else ALL_GONE) if len(within) < len(chosen) else ""
    return Turn(question, within=within, strict=strict, remark=remark)


def _stopped(turns: Turns, saved: str) -> Messages:
    for turn in restored(turns, saved):
        if not turn.done:
            turn.end(STOPPED)
    return messages(turns)


def _cleared(turns: Turns) -> Cleared:
    _stopped(turns, "")
    turns.clear()
    return messages(turns), dump(turns), *no_comment()


def _settled(turns: Turns, saved: str) -> Shown:
    return messages(restored(turns, saved)), gr.Textbox(**IDLE), dump(turns)


def _restored(turns: Turns, saved: str) -> tuple[Messages, str]:
    return messages(restored(turns, saved)), dump(turns)


def _answered(assistant: Assistant, turn: Turn, before: Sequence[Turn]) -> Iterator[None]:
    """The steps in which the answer to a question grows, which was asked behind those before it."""
    try:
        config: RunnableConfig = {"configurable": {STOP: turn.stop}}
        for answer in assistant.chain.stream(ask_of(turn, before), config):
            if turn.done:
                return
            turn.answer, turn.sent_to = answer, assistant.sent_to(answer)
            yield
        turn.end()
        yield
        if turn.answer:
            turn.answer = assistant.suggest(turn.answer, earlier_questions(before), turn.within)
    except Stopped:
        return
    except Exception as error:  # the edge
        turn.answer = None  # whatever of it was there
        turn.end(said_of(error))
    yield
