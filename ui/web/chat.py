"""The conversation: ask, follow up, stop, ask again, edit, clear, keep."""

import logging
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from langchain_core.runnables import RunnableConfig

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.evaluation.feedback import Feedback, keep
from assistant.exports import bundle, conversation_markdown
from assistant.model_calls import STOP, Stopped
from assistant.models import EXTRACTIVE
from ingest.errors import UserError
from ui.web.render import who_answers
from ui.web.turns import Turn, ask_of, dump, earlier_questions, load, messages

BROKEN = "Something went wrong here, and it is not your question. The terminal shows the details."
STOPPED = "Stopped. Ask again whenever you like."
FULL = "Too many people are asking just now. Ask again in a moment."
IDLE: dict[str, Any] = {"interactive": True, "submit_btn": "Ask", "stop_btn": False}
BUSY: dict[str, Any] = {"interactive": False, "autofocus": False, "submit_btn": False, "stop_btn": "Stop"}

# A tab keeps its conversation until it is closed; nothing of it stays on the server or in the browser after that.
# It is sent along, so that it goes on where the process that knew it has ended. What is longer than the browser
# keeps (about five million characters) is not restored after a reload.
_KEEP = "(saved) => { try { sessionStorage.setItem('conversation', saved); } catch { sessionStorage.clear(); } }"
_ALONG = "(...inputs) => [...inputs.slice(0, -1), inputs.at(-1)?.length < 2_000_000 ? inputs.at(-1) : '']"
_RESTORE = "(saved, turns) => [sessionStorage.getItem('conversation') ?? '', turns]"
DOWNLOAD = """(text, name) => {
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""

_LONGEST_COMMENT = 2_000  # characters

Turns = list[Turn]
Messages = list[dict[str, Any]]

log = logging.getLogger(__name__)


class Panel(NamedTuple):
    """What other panels write to."""

    turns: gr.State
    chat: gr.Chatbot
    saved: gr.Textbox


def chat_panel(page: gr.Blocks, assistant: Assistant, feedback: Path, limit: Mapping[str, Any]) -> Panel:
    """Adds the conversation to the page.

    `feedback` is the file where thumbs up and down are kept, `limit` how many answers may be in the making.
    """

    answering: dict[str, Turns] = {}  # by session

    def answer(turns: Turns, reader: str, request: gr.Request) -> Iterator[tuple[Messages, Any]]:
        session, kept = str(request.session_hash), dump(turns)  # a reload finds the question
        answering[session] = turns
        for shown in _answered(assistant.offline if reader == EXTRACTIVE else assistant, turns):
            yield shown, kept  # not `gr.skip()`: for each of these Gradio would keep what was there before
        answering.pop(session, None)

    def turned_away(turns: Turns) -> tuple[Messages, gr.Textbox, str]:
        """Where the queue had no room for a question; one that is stopped ends in the same event."""
        for turn in turns:
            if not turn.done and len(page._queue) >= (page._queue.max_size or math.inf):
                turn.end(FULL)
        return _settled(turns)

    def left(request: gr.Request) -> None:
        """Nobody waits any more for what a chat model is being asked, and the conversation is forgotten."""
        _forget(page, str(request.session_hash), answering)

    def evidence(turns: Turns, saved: str) -> tuple[str, str]:
        kept = bundle(_answers(_known(turns, saved)), assistant.index().sources)
        return kept.model_dump_json(indent=2) if kept.answers else "", "evidence.json"

    def liked(turns: Turns, saved: str, thumb: gr.LikeData) -> tuple[Feedback | None, gr.Row, str]:
        given = _feedback(_known(turns, saved), thumb)
        if given:
            _keep(given, feedback)
        return given, gr.Row(visible=given is not None and given.good is not None), ""

    def commented(given: Feedback | None, comment: str) -> tuple[None, gr.Row, str]:
        if given and comment.strip():
            _keep(given.model_copy(update={"comment": comment.strip()[:_LONGEST_COMMENT]}), feedback)
        return None, gr.Row(visible=False), ""

    turns, given = gr.State([]), gr.State(None)
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
    with gr.Row(visible=False, elem_id="comment") as why:
        comment = gr.Textbox(
            label="Comment",
            placeholder="Thank you. What was good or wrong about it? (optional)",
            container=False,
            max_length=_LONGEST_COMMENT,
            scale=1,
        )
        send = gr.Button("Send", size="sm", scale=0)
    box = gr.Textbox(
        elem_id="question",
        label="Your question",
        placeholder="Ask a question …",
        container=False,
        max_lines=6,
        autofocus=True,
        **IDLE,
    )
    reader = gr.Radio(
        reader_choices(assistant),
        value=assistant.model,
        label="Answered by",
        elem_id="reader",
        container=False,
        visible=assistant.model != EXTRACTIVE,
    )
    with gr.Row(elem_id="keep"):
        as_text, as_bundle = (gr.Button(f"Export {what}", size="sm") for what in ("as Markdown", "evidence"))
    saved, exported, name = (gr.Textbox(visible="hidden", show_label=False, container=False) for _ in range(3))

    at_once: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    along: dict[str, Any] = {**at_once, "js": _ALONG}
    limited: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", **limit}
    begin = [
        box.submit(_asked, [box, turns, saved], [chat, box, why], **along),
        chat.example_select(_example_picked, [turns, saved], [chat, box, why], **along),
        chat.option_select(_option_picked, [turns, saved], [chat, box, why], **along),
        chat.retry(_again, [turns, saved], [chat, box, why], **along),
    ]
    running = [event.then(answer, [turns, reader], [chat, saved], **limited) for event in begin]
    for event in running:  # a stop ends as either, a full queue as a failure; `then` misses the latter
        event.success(_settled, turns, [chat, box, saved], **at_once)
        event.failure(turned_away, turns, [chat, box, saved], **at_once)
    # Neither frees the box: before the page has seen the end of the run it drops the next question.
    box.stop(_stopped, turns, chat, cancels=running, **at_once)
    chat.clear(_cleared, turns, [chat, saved, given, why, comment], cancels=running, **at_once)
    saved.change(None, saved, None, js=_KEEP, **at_once)
    chat.like(liked, [turns, saved], [given, why, comment], **along)
    gr.on([send.click, comment.submit], commented, [given, comment], [given, why, comment], **at_once)
    for button, export in ((as_text, _markdown), (as_bundle, evidence)):
        made = button.click(export, [turns, saved], [exported, name], **along)
        made.then(_nothing_to_export, exported, **{**at_once, "queue": True})  # which carries the message
        made.then(None, [exported, name], js=DOWNLOAD, **at_once)
    page.load(_restored, [saved, turns], [chat, saved], js=_RESTORE, **at_once)
    page.unload(left)
    return Panel(turns, chat, saved)


def reader_choices(assistant: Assistant) -> list[tuple[str, str]]:
    """The readers to choose from, with what leaves this computer for each."""
    readers = {one.model: one.sends_to for one in (assistant, assistant.offline)}
    return [(who_answers(model, sent_to), model) for model, sent_to in readers.items()]


Begun = tuple[Messages, gr.Textbox, gr.Row]  # the conversation, the box, the comment on an earlier answer


def _known(turns: Turns, saved: str) -> Turns:
    """The turns of a page; of one that another process knew, those that it sends along."""
    if not turns:
        turns += load(saved)
    return turns


def _asked(question: str, turns: Turns, saved: str = "") -> Begun:
    whole = question.encode(errors="replace").decode()  # half an emoji can be pasted, but not sent back
    _known(turns, saved).append(Turn(whole))
    return messages(turns), gr.Textbox("", **BUSY), gr.Row(visible=False)


def _example_picked(turns: Turns, saved: str, picked: gr.SelectData) -> Begun:
    return _asked(str(picked.value["text"]), turns, saved)


def _option_picked(turns: Turns, saved: str, picked: gr.SelectData) -> Begun:
    return _asked(str(picked.value), turns, saved)


def _again(turns: Turns, saved: str = "") -> Begun:
    _known(turns, saved)[-1:] = [Turn(last.question) for last in turns[-1:]]
    return messages(turns), gr.Textbox(**BUSY), gr.Row(visible=False)


def _forget(page: gr.Blocks, session: str, answering: dict[str, Turns]) -> None:
    _stopped(answering.pop(session, []))
    page.state_holder.session_data.pop(session, None)  # Gradio keeps those of 10,000 pages


def _stopped(turns: Turns) -> Messages:
    for turn in turns:
        if not turn.done:
            turn.end(STOPPED)
    return messages(turns)


def _cleared(turns: Turns) -> tuple[Messages, str, None, gr.Row, str]:
    _stopped(turns)
    turns.clear()
    return messages(turns), dump(turns), None, gr.Row(visible=False), ""


def _settled(turns: Turns) -> tuple[Messages, gr.Textbox, str]:
    return messages(turns), gr.Textbox(**IDLE), dump(turns)


def _restored(saved: str, turns: Turns) -> tuple[Messages, str]:
    turns[:0] = load(saved)  # ahead of a question that was quicker than this
    return messages(turns), dump(turns)


def _answers(turns: Turns) -> list[Answer]:
    """The whole ones; what was stopped is none."""
    return [turn.answer for turn in turns if turn.answer and turn.done and not turn.notice]


def _feedback(turns: Turns, thumb: gr.LikeData) -> Feedback | None:
    """What a thumb says of the answer that it is under; nothing where there is no whole answer."""
    index = thumb.index if isinstance(thumb.index, int) else thumb.index[0]
    number = sum(message["role"] == "user" for message in messages(turns)[: index + 1])
    turn = turns[number - 1] if 0 < number <= len(turns) else None
    if turn is None or turn.answer is None or not turn.done or turn.notice:
        return None
    good = True if thumb.liked in (True, "Like") else False if thumb.liked in (False, "Dislike") else None
    history = earlier_questions(turns[: number - 1])
    return Feedback(id=turn.id, good=good, history=history, answer=turn.answer)


def _keep(given: Feedback, path: Path) -> None:
    try:
        keep(given, path)
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _markdown(turns: Turns, saved: str) -> tuple[str, str]:
    answers = _answers(_known(turns, saved))
    return conversation_markdown(answers) if answers else "", "conversation.md"


def _nothing_to_export(exported: str) -> None:
    if not exported:
        gr.Info("There is no answer to export yet.")


def _answered(assistant: Assistant, turns: Turns) -> Iterator[Messages]:
    """The conversation as the answer to the question that waits for one grows."""
    waiting = [number for number, turn in enumerate(turns) if not turn.done]
    if not waiting:  # cleared in the meantime, or the server was started anew under an open page
        return
    turn, before = turns[waiting[-1]], turns[: waiting[-1]]
    turn.sent_to = assistant.sends_to
    try:
        config: RunnableConfig = {"configurable": {STOP: turn.stop}}
        for answer in assistant.chain.stream(ask_of(turn, before), config):
            if turn.done:
                return
            turn.answer = answer
            yield messages(turns)
        turn.end()
        yield messages(turns)
        if turn.answer:
            turn.answer = assistant.suggest(turn.answer, earlier_questions(before))
    except Stopped:
        return
    except UserError as error:  # in place of whatever of the answer was there
        turn.answer = None
        turn.end(str(error))
    except Exception:  # the edge: whoever reads the page gets a sentence, the terminal the traceback
        log.exception("No answer")  # what was asked is not logged
        turn.answer = None
        turn.end(BROKEN)
    yield messages(turns)
