"""How the page's listeners are run, and what is said where one fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from ingest.errors import UserError

BROKEN = "Something went wrong here, and it is not your question. The terminal shows the details."

# without a place in the queue, and no name in the API
UNQUEUED: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
WITH_SAVED: dict[str, Any] = {**UNQUEUED, "js": "kept.sentAlong"}  # in `page.js`


def hidden(value: str = "") -> gr.Textbox:
    """What listeners hand on to one another, or to the page's scripts."""
    return gr.Textbox(value, visible="hidden", show_label=False, container=False)


@contextmanager
def mistakes_told() -> Iterator[None]:
    """A mistake in the block that a person can mend is a message of the page."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error
