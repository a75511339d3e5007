"""A text of anybody's, checked against the documents: each sentence with its verdict and the nearest quote."""

import html
from collections.abc import Sequence

import gradio as gr

from assistant.chain import Assistant
from assistant.check import Checked
from ui.web.faults import mistakes_told
from ui.web.listeners import ANSWERING

LONGEST = 20_000  # characters


def check_panel(assistant: Assistant) -> None:
    """Adds "Check a text" to the page; folded, so that the question box stays what one sees first."""

    def check(text: str) -> str:
        if len(text) > LONGEST:  # the box takes no more, but another client may send it
            message = f"The text has {len(text):,} characters, the limit is {LONGEST:,}. Divide it."
            raise gr.Error(message, print_exception=False)
        with mistakes_told():
            return checked_html(assistant.check_text(text))

    with gr.Accordion("Check a text", open=False, elem_id="check"):
        text = gr.Textbox(
            label="A text about the documents",
            placeholder="Paste a text; each of its sentences is held against the documents.",
            lines=4,
            max_lines=12,
            max_length=LONGEST,
            container=False,
        )
        button = gr.Button("Check", size="sm")
        verdicts = gr.HTML(elem_id="verdicts")
    button.click(check, text, verdicts, api_visibility="private", show_progress="minimal", **ANSWERING)


def checked_html(checked: Sequence[Checked]) -> str:
    """The sentences with their verdicts. What stands in them is data: it is escaped here."""
    return f'<ol class="verdicts">{"".join(map(_item, checked))}</ol>'


def _item(one: Checked) -> str:
    quotes = "".join(f"<blockquote>{html.escape(' '.join(c.quote.split()))}</blockquote>" for c in one.citations)
    why = f" ({html.escape(one.doubt)})" if one.doubt else ""
    verdict = f'<span class="verdict">{one.verdict}{why}</span>'
    return f'<li class="{one.verdict}">{html.escape(one.text)} {verdict}{quotes}</li>'
