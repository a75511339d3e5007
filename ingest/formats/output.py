"""What converters write: notes on what they leave out, raised signs, text that stays text, tidy Markdown."""

import re

RAISED = dict(zip("0123456789+-−=()n∘°", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ°°", strict=True))

# Around a note until the text is finished, so that none can be mistaken for text, nor text for one: both are
# characters that no text has.
_NOTE_OPENS, _NOTE_CLOSES = "\ufdd0", "\ufdd1"
NOTES = re.compile(f"{_NOTE_OPENS}([a-z, ]+){_NOTE_CLOSES}")
_MARK = "\ufdd2"  # before what may have to be escaped, likewise
# At the beginning of a line a heading, code, or HTML that goes on past blank lines.
_BEGINS_A_BLOCK = re.compile(
    r"#{1,6}(?=\s|$)|`{3,}|~{3,}|<(?=[?]|![a-z\[]|(?:pre|script|style|textarea)(?:[\s>]|$))",
    re.IGNORECASE | re.MULTILINE,
)
_MARK_AT_LINE_START = re.compile(rf"^([ \t]*(?:(?:[->]|\d+[.)])[ \t]+)*){_MARK}", re.MULTILINE)


def note(what: str) -> str:
    """A note in a text that is being converted: what is left out at its place, in lower-case words."""
    return f"{_NOTE_OPENS}{what}{_NOTE_CLOSES}"


def as_text(text: str) -> str:
    """Words of a document in a text that is being converted: `tidy` lets none begin a block of Markdown."""
    return _BEGINS_A_BLOCK.sub(rf"{_MARK}\g<0>", text)


def tidy(text: str) -> str:
    """A finished document: notes as HTML comments, no trailing spaces, one blank line where there were several."""
    shown = NOTES.sub(r"<!-- note: \1 -->", text.replace("<!--", "< !--"))  # no text may open a comment
    shown = _MARK_AT_LINE_START.sub(r"\1\\", shown)
    shown = re.sub(f"[{_NOTE_OPENS}{_NOTE_CLOSES}{_MARK}]", "", shown)
    shown = re.sub(r"(<!-- note: [a-z, ]+ -->)(?:\s*\1)+", r"\1", shown)  # once where there are several at a place
    lines = "\n".join(line.rstrip() for line in shown.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
