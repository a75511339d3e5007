"""Control characters: a document, its name or a fault must not be able to steer the terminal."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def without_controls(text: str) -> str:
    """A text without control characters, but for tabs and the ends of its lines."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """A text on one line: a blank for whatever cannot be printed, the ends of lines among them."""
    return "".join(char if char.isprintable() else " " for char in text)
