"""Thumbs below an answer, with a comment on them: what is kept of them, and the line that says so."""

from pathlib import Path
from typing import NamedTuple

import gradio as gr

from assistant.evaluation.feedback import Feedback, keep
from ui.web.faults import mistakes_told
from ui.web.listeners import UNQUEUED, WITH_SAVED
from ui.web.turns import Turns, earlier_questions, messages, restored

KEPT = "Your thumb is kept."
COMMENT_KEPT = "Thank you. Your comment is kept."
_LONGEST_COMMENT = 2_000  # characters

# what a thumb that points down is asked for; in the next frame, as the box is not on the page before
_TO_THE_BOX = "() => requestAnimationFrame(() => document.querySelector('#comment.down textarea')?.focus())"


class Comment(NamedTuple):
    """What is on the page below an answer that has a thumb, until there is another question."""

    row: gr.Row
    line: gr.HTML


def no_comment() -> Comment:
    """Nothing of it."""
    return Comment(gr.Row(visible=False), _line(""))


def feedback_panel(chat: gr.Chatbot, turns: gr.State, saved: gr.Textbox, file: Path) -> Comment:
    """Adds the line and the box for a comment, and keeps what comes of them in `file`."""

    def liked(turns: Turns, saved: str, thumb: gr.LikeData) -> tuple[Feedback | None, gr.Row, gr.HTML, str]:
        given = _feedback(restored(turns, saved), thumb)
        if given:
            with mistakes_told():
                keep(given, file)
        if given is None or given.good is None:  # a thumb was taken back
            return given, *no_comment(), ""
        return given, gr.Row(visible=True, elem_classes="" if given.good else "down"), _line(KEPT), ""

    def commented(given: Feedback | None, comment: str) -> tuple[None, gr.Row, gr.HTML, str]:
        if not given or not comment.strip():
            return None, *no_comment(), ""
        with mistakes_told():
            keep(given.model_copy(update={"comment": comment.strip()[:_LONGEST_COMMENT]}), file)
        return None, gr.Row(visible=False), _line(COMMENT_KEPT), ""

    given = gr.State(None)
    line = gr.HTML(elem_id="kept", padding=False, js_on_load="element.setAttribute('role', 'status')")
    with gr.Row(visible=False, elem_id="comment") as row:
        comment = gr.Textbox(
            label="Comment",
            placeholder="What was good or wrong about it? (optional)",
            container=False,
            max_length=_LONGEST_COMMENT,
            scale=1,
        )
        send = gr.Button("Send", size="sm", scale=0, min_width=80)
    shown = [given, row, line, comment]
    chat.like(liked, [turns, saved], shown, **WITH_SAVED).then(None, js=_TO_THE_BOX, **UNQUEUED)
    gr.on([send.click, comment.submit], commented, [given, comment], shown, **UNQUEUED)
    return Comment(row, line)


def _line(text: str) -> gr.HTML:
    return gr.HTML(f"<p>{text}</p>" if text else "")


def _feedback(turns: Turns, thumb: gr.LikeData) -> Feedback | None:
    """What a thumb says of the answer that it is under; nothing where there is no whole answer."""
    index = thumb.index if isinstance(thumb.index, int) else thumb.index[0]
    number = sum(message["role"] == "user" for message in messages(turns)[: index + 1])
    turn = turns[number - 1] if 0 < number <= len(turns) else None
    if turn is None or turn.answer is None or not turn.done or turn.notice:
        return None
    good = thumb.liked if isinstance(thumb.liked, bool) else None  # taken back
    history = earlier_questions(turns[: number - 1])
    return Feedback(id=turn.id, good=good, history=history, within=turn.within, answer=turn.answer)
