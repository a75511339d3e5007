"""Passages and answers, made by hand: what a test does not say is the same in all of them."""

from typing import Any

from assistant.answers import Answer, RetrievedPassage


def passage(text: str, section: str = "A", source: str = "a.md", start: int = 0) -> RetrievedPassage:
    """A passage that stands at this place of its document."""
    end = start + len(text)
    return RetrievedPassage(source=source, section=section, text=text, start=start, end=end, score=1.0)


def answer(text: str = "It is. [1]", **changes: Any) -> Answer:
    """An answer of no model in particular."""
    fields = {"question": "What?", "standalone_question": "What?", "answered": True, "text": text, "model": "m"}
    return Answer.model_validate({**fields, **changes})
