"""Passages, answers and assistants: what a test does not say is the same in all of them."""

from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.chain import Assistant, open_assistant
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.passages import PASSAGE_TOKENS, split
from ingest.settings import IngestSettings
from ingest.sources import make_source


def passage(text: str, section: str = "A", source: str = "a.md", start: int = 0) -> RetrievedPassage:
    """A passage that stands at this place of its document."""
    end = start + len(text)
    return RetrievedPassage(source=source, section=section, text=text, start=start, end=end, score=1.0)


def citation(
    quote: str, text: str = "", number: int = 1, section: str = "A", source: str = "a.md", start: int = 0
) -> Citation:
    """A citation of these words at this place of their document, or where its text has them."""
    at = text.index(quote) if text else start
    return Citation(number=number, source=source, section=section, quote=quote, start=at, end=at + len(quote))


def answer(text: str = "It is. [1]", **changes: Any) -> Answer:
    """An answer of no model in particular."""
    fields = {"question": "What?", "standalone_question": "What?", "answered": True, "text": text, "model": "m"}
    return Answer.model_validate({**fields, **changes})


def assistant_over(settings: IngestSettings, *paths: Path, embeddings: Embeddings) -> Assistant:
    """The offline assistant over these documents, or over the corpus of the settings, once they are indexed."""
    build(settings, paths, embeddings=embeddings)
    return open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=embeddings)


def cut(text: str, budget: int = PASSAGE_TOKENS) -> list[tuple[str, str]]:
    """The passages of a text, each behind its section."""
    return [(p.section, p.text) for p in split(make_source("folder/name.md", text), budget)]
