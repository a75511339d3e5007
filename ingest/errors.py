"""Mistakes that a person can mend. Everything else is a bug and may show its traceback."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Something a person can put right.

    The message is one line: what is wrong, then what to do about it. The command line prints it and exits
    with 2; the chat window shows it as a notice.
    """


class SourceError(UserError):
    """A document that cannot be read."""


class IndexProblem(UserError):
    """An index that is missing, damaged, not writable or built with other settings."""


class SettingsError(UserError):
    """A setting that names something which does not exist, or a key that is missing."""


class RecordingError(UserError):
    """A recording of a chat model that cannot be read or written, or does not know a request."""


class QuestionError(UserError):
    """A question that cannot be answered as it is."""


@contextmanager
def damaged(index: str) -> Iterator[None]:
    """What goes wrong in the block with the files of an index as one line that says what to do."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        raise IndexProblem(
            f"The index at {index} is damaged ({first_line(error)}). Run: bpo-kpo ingest"
        ) from error


def first_line(error: BaseException) -> str:
    """What an error says, in short."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
