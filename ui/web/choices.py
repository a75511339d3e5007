"""What holds for each question of a tab: which documents it is asked of, who answers, and how strictly."""

import html
import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.chain import Assistant
from ingest.text import few
from ui.web.listeners import UNQUEUED

_NAMED = 3  # documents on the line below the question

_KEEP = "(...chosen) => { kept.set(%s, JSON.stringify(chosen)); }"
_RESTORE = "(...chosen) => JSON.parse(kept.get(%s) || JSON.stringify(chosen))"


def choices_line(
    page: gr.Blocks, assistant: Assistant, scope: gr.Textbox, reader: gr.Radio, strict: gr.Checkbox
) -> None:
    """Adds the line that says what is chosen, and keeps that with the tab.

    `scope` holds the names of the documents as JSON, and none for all.
    """

    def told(scope: str, strict: bool) -> str:
        names = json.loads(scope)
        sources = assistant.index().manifest.sources if names else ()
        return chosen_html([one.title for one in sources if one.name in names], strict)

    line = gr.HTML(chosen_html((), assistant.strict), elem_id="asked-of", padding=False)
    key = json.dumps(f"chosen with {assistant.model}, strict: {assistant.strict}")  # what is set anew counts
    choices = [scope, reader, strict]
    changed: list[Any] = [scope.change, reader.change, strict.change]
    gr.on(changed, None, choices, None, js=_KEEP % key, **UNQUEUED)
    gr.on(changed, told, [scope, strict], line, **UNQUEUED)
    page.load(None, choices, choices, js=_RESTORE % key, **UNQUEUED)


def chosen_html(titles: Sequence[str], strict: bool = False) -> str:
    """The way to the documents, which are asked where these are not all, and whether the answers are strict."""
    said = f"Asked of {few(titles, _NAMED, len(titles))} only · " if titles else ""
    said += "What is not proven is left out · " if strict else ""
    return f'<p>{html.escape(said)}<a href="#documents" role="button">Your documents</a></p>'
