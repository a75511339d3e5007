"""How the page's listeners are run, and what they hand on."""

from typing import Any

import gradio as gr

# without a place in the queue, and no name in the API
UNQUEUED: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
ANSWERING: dict[str, Any] = {"concurrency_limit": 8, "concurrency_id": "answer"}  # one more waits its turn
WITH_SAVED: dict[str, Any] = {**UNQUEUED, "js": "kept.sentAlong"}  # in `page.js`


def hidden(value: str = "") -> gr.Textbox:
    """What listeners hand on to one another, or to the page's scripts."""
    return gr.Textbox(value, visible="hidden", show_label=False, container=False)
