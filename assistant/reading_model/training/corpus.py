"""The documents that the network learns from: `corpus/reading/`, and the article with what stands beside it.

A part of them is held out: one half of it to calibrate the thresholds with, the other half only to report.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.reading_model.training.changed import changed
from assistant.reading_model.training.examples import Part
from ingest.settings import ROOT
from ingest.sources import Source, make_source, read_source

READING = ROOT / "corpus" / "reading"
ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"


def part_of(name: str) -> Part:
    """Of ten documents one is for the report and one for calibration; by name, so that new ones move no other."""
    digit = hashlib.sha256(name.encode()).digest()[0] % 10
    return "test" if digit == 0 else "calibrate" if digit == 1 else "train"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


Read = tuple[Source, str, Part, Sequence[dict[str, Any]], Sequence[dict[str, Any]]]


def documents() -> Iterator[Read]:
    """Each document as a source, with its group, its part, its questions and its claims; the article first."""
    article = read_source(ARTICLE)
    beside = read_lines(ARTICLE.with_suffix(".questions.jsonl"))
    questions = [{"q": one["question"], "evidence": one["evidence"], "kind": "beside"} for one in beside]
    questions += read_lines(READING / "article-follow-ups.jsonl")
    yield article, "article", "train", questions, read_lines(READING / "article-claims.jsonl")
    for one in read_lines(READING / "documents.jsonl"):
        source = make_source(f"{one['id']}.md", one["text"])
        yield source, one["group"], part_of(one["id"]), one["questions"], one["claims"]


def copies() -> Iterator[Read]:
    """The article with other names, numbers and terms, in the same form."""
    article, _, part, questions, claims = next(documents())
    for source, *lines in changed(article, questions, claims, read_lines(READING / "article-changes.jsonl")):
        yield source, "changed article", part, *lines
