"""What the commands have in common about the index: it is made current, and what could not be read is named."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SourceError, UserError
from ui.progress import Progress

if TYPE_CHECKING:
    from assistant.settings import AssistantSettings
    from ingest.build import BuildReport


def write_questions_beside(settings: "AssistantSettings", paths: list[Path]) -> None:
    """Lets the chat model write a file of questions beside each document."""
    from assistant.models import EXTRACTIVE, choose, open_chat_model
    from assistant.question_writer import write_questions
    from ingest.build import documents

    name = choose(settings)
    if name == EXTRACTIVE:
        raise UserError("A chat model writes the questions. Set OPENAI_API_KEY in .env, or give --model.")
    chat_model = open_chat_model(name, settings, "leave out --questions")
    for document in documents(settings.ingest, paths):
        try:
            with Progress("Writing questions") as progress:
                print(write_questions(document, chat_model, progress))
        except SourceError as error:
            print(f"Passed over: {error}", file=sys.stderr)


def tell_passed_over(report: "BuildReport") -> None:
    """Says on stderr which documents could not be read."""
    for line in report.skipped:
        print(f"Passed over: {line}", file=sys.stderr)


def ensure_index_is_current(settings: "AssistantSettings") -> None:
    """Builds a missing index or refreshes one whose documents changed, and says so on stderr."""
    from ingest.build import ensure_index

    with Progress() as progress:
        report: BuildReport | None = ensure_index(settings.ingest, progress)
    if report:
        tell_passed_over(report)
        print(f"Brought the index up to date: {report}", file=sys.stderr)
