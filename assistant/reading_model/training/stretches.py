"""Documents of a sentence or a paragraph, out of longer ones: a note, a message, what stands between two gaps.

In a text so short every word is rare, and what answers has nothing around it: a network that saw none refuses.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.sources import Source, make_source

Lines = Sequence[dict[str, Any]]  # questions as `documents.jsonl` has them

_MARKUP = re.compile(r"\s*(?:#|[-*+•|<`]|\d+[.)])")
_SHORTEST, _LONGEST = 60, 500  # characters of a paragraph


def stretches(source: Source, questions: Lines, number: int) -> Iterator[tuple[Source, Lines]]:
    """A paragraph that answers questions, and a sentence that answers one, each as a document with its questions.

    Half of these are others on the same document, which the stretch does not answer. `number`, the document's,
    decides which are taken, and whether the paragraph keeps the document's title.
    """
    alone = [line for line in questions if not line.get("history")]
    paragraphs = [(p, answered) for p in _paragraphs(source.text) if (answered := _answered(p, alone))]
    if not paragraphs:
        return
    text, answered = paragraphs[number % len(paragraphs)]
    text = f"# {source.title}\n\n{text}" if number % 2 else text
    yield _named(source, 0, text), [*answered, *_near(text, alone, number * 5, len(answered))]
    _, answered = paragraphs[(number + 7) % len(paragraphs)]
    line = answered[number % len(answered)]
    text = " ".join(line["evidence"])
    yield _named(source, 1, text), [line, *_near(text, alone, number * 5 + 1, 1)]


def _named(source: Source, form: int, text: str) -> Source:
    return make_source(f"{source.name.removesuffix('.md')}-{form}.md", text)


def _paragraphs(text: str) -> list[str]:
    parts = re.split(r"\n\s*\n", text)
    return [part for part in parts if _SHORTEST < len(part) < _LONGEST and not _MARKUP.match(part)]


def _answered(text: str, questions: Lines) -> Lines:
    """The questions whose evidence is all in this text."""
    return [line for line in questions if line["evidence"] and all(piece in text for piece in line["evidence"])]


def _near(text: str, questions: Lines, at: int, count: int) -> Lines:
    """So many questions on the same document of whose evidence nothing is in this text."""
    others = [line for line in questions if not any(piece in text for piece in line["evidence"])]
    first = at % max(1, len(others))
    return [{**line, "kind": "near", "evidence": []} for line in others[first : first + count]]
