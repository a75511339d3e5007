"""The menu of the conversation: export, print, clear, who answers and how strictly.

It opens below its button in the head.
"""

from typing import NamedTuple

import gradio as gr

from assistant.chain import Assistant
from assistant.exports import bundle, conversation_markdown
from assistant.models import EXTRACTIVE
from ui.web.listeners import UNQUEUED, WITH_SAVED, hidden
from ui.web.turns import Turns, restored, whole_answers
from ui.wording import who_answers

MENU_BUTTON = '<button id="open-menu" type="button" popovertarget="menu">Menu</button>'

_PRINT = "() => requestAnimationFrame(() => window.print())"  # once the menu has closed


class Menu(NamedTuple):
    """What the conversation listens to: `clear`; `reader`, which names the model that answers; and `strict`, which
    is ticked where what it does not prove is left out.
    """

    reader: gr.Radio
    strict: gr.Checkbox
    clear: gr.Button


def menu(assistant: Assistant, turns: gr.State, saved: gr.Textbox) -> Menu:
    """Adds the menu to the page; `window.js` makes it open and close."""
    with gr.Column(elem_id="menu", min_width=0):
        as_text = gr.Button("Export as Markdown", size="sm")
        as_bundle = gr.Button("Export evidence", size="sm")
        gr.Button("Print", size="sm").click(None, js=_PRINT, **UNQUEUED)
        clear = gr.Button("Clear", size="sm", elem_id="clear")
        reader = gr.Radio(
            reader_choices(assistant),
            value=assistant.model,
            label="Answered by",
            elem_id="reader",
            visible=assistant.model != EXTRACTIVE,
        )
        strict = gr.Checkbox(
            assistant.strict,
            label="Leave out what is not proven",
            elem_id="strict",
            visible=assistant.model != EXTRACTIVE,
        )

    def evidence(turns: Turns, saved: str) -> tuple[str, str]:
        kept = bundle(whole_answers(restored(turns, saved)), assistant.index().sources)
        return kept.model_dump_json(indent=2) if kept.answers else "", "evidence.json"

    text, name = hidden(), hidden()
    for button, export in ((as_text, _markdown), (as_bundle, evidence)):
        made = button.click(export, [turns, saved], [text, name], **WITH_SAVED)
        made.then(_nothing_to_export, text, **{**UNQUEUED, "queue": True})  # which carries the message
        made.then(None, [text, name], js="download", **UNQUEUED)
    return Menu(reader, strict, clear)


def reader_choices(assistant: Assistant) -> list[tuple[str, str]]:
    """The readers to choose from, with what leaves this computer for each."""
    readers = {one.model: one.sends_to for one in (assistant, assistant.offline)}
    return [(who_answers(model, sent_to), model) for model, sent_to in readers.items()]


def _markdown(turns: Turns, saved: str) -> tuple[str, str]:
    answers = whole_answers(restored(turns, saved))
    return conversation_markdown(answers) if answers else "", "conversation.md"


def _nothing_to_export(exported: str) -> None:
    if not exported:
        gr.Info("There is no answer to export yet.")
