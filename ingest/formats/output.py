"""What the converters have in common: notes on what they leave out, and tidy Markdown."""

import re

# Around a note until the text is finished, so that none can be mistaken for text, nor text for one: both are
# characters that no text has.
_NOTE_OPENS, _NOTE_CLOSES = "\ufdd0", "\ufdd1"
NOTES = re.compile(f"{_NOTE_OPENS}([a-z, ]+){_NOTE_CLOSES}")


def note(what: str) -> str:
    """A note in a text that is being converted: what is left out at its place, in lower-case words."""
    return f"{_NOTE_OPENS}{what}{_NOTE_CLOSES}"


def tidy(text: str) -> str:
    """A finished document: notes as HTML comments, no trailing spaces, one blank line where there were several."""
    shown = NOTES.sub(r"<!-- note: \1 -->", text.replace("<!--", "< !--"))  # no text may open a comment
    shown = re.sub(f"[{_NOTE_OPENS}{_NOTE_CLOSES}]", "", shown)
    shown = re.sub(r"(<!-- note: [a-z, ]+ -->)(?:\s*\1)+", r"\1", shown)  # once where there are several at a place
    lines = "\n".join(line.rstrip() for line in shown.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
