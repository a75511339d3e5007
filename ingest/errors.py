"""Mistakes that a person can mend. Everything else is a bug and may show its traceback."""


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
