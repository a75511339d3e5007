"""What is said where something goes wrong: a mistake in its own words, of a bug that it is not the question."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from ingest.errors import UserError

BROKEN = "Something went wrong here, and it is not your question. The terminal shows the details."

log = logging.getLogger(__name__)


def said_of(error: Exception) -> str:
    """A sentence for whoever waits. The traceback of what is no mistake of theirs goes to the terminal."""
    if isinstance(error, UserError):
        return str(error)
    log.error("Not expected", exc_info=error)  # what was asked is not logged
    return BROKEN


@contextmanager
def mistakes_told() -> Iterator[None]:
    """A mistake in the block that a person can mend is a message of the page."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error
