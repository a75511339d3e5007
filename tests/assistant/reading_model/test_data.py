"""What the network learns from: which units answer, and what is left where they are deleted."""

from typing import Any

import numpy as np
import pytest

from assistant.reading_model.training import data
from assistant.reading_model.training.data import Maker
from ingest.embeddings import MiniLM
from ingest.sources import make_source

TEXT = """# Kites

## Lines

A stunt kite has four lines. It is steered with both hands.

- cotton
- nylon

## Wind

Kites need wind.
"""


@pytest.fixture(scope="module")
def maker(minilm: MiniLM) -> Maker:
    return Maker(make_source("kites.md", TEXT), minilm)


def line(question: str, *evidence: str) -> dict[str, Any]:
    return {"q": question, "kind": "detail", "evidence": list(evidence)}


FOUR = line("How many lines has a stunt kite?", "A stunt kite has four lines.")


def test_a_unit_answers_where_it_is_evidence(maker: Maker) -> None:
    question = maker.question(FOUR)
    assert question.answerable and [example.passage_answers for example in question.examples[:1]] == [1.0]
    marked = [one.units_answer for one in question.examples if one.units_answer is not None]
    assert np.concatenate(marked).sum() == 1
    assert not maker.question(line("How old are kites?")).answerable


def test_without_what_answers_the_rest_is_left_and_answers_nothing(maker: Maker) -> None:
    whole, rest = maker.question(FOUR), maker.deleted(FOUR)
    assert rest and not rest.answerable and rest.kind == "deleted"
    assert [e.passage_answers for e in rest.examples] == [0.0] * len(whole.examples)
    assert len(rest.examples[0].told) < len(whole.examples[0].told)
    assert maker.deleted(line("What do kites need?", "Wind")) is None, "a heading is not deleted"


def test_a_claim_is_also_read_with_what_resembles_it_and_with_what_has_nothing_to_do_with_it(maker: Maker) -> None:
    cited = {"claim": "It has four lines.", "kind": "short", "evidence": FOUR["evidence"], "supported": True}
    claim = maker.claim(cited, misplaced=True, far=maker.encoded[:1])
    assert [e.proven for e in claim.examples] == [1.0, 1.0]
    assert [e.proven for e in claim.elsewhere] == [0.0]
    assert [e.proven for e in claim.unrelated] == [0.0, 0.0]


def test_what_a_copy_of_the_article_is_asked_is_asked_far_of_a_document_and_of_no_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The article, or another copy, would answer it."""
    lines = [line(f"How many lines has kite {number}?", *FOUR["evidence"]) for number in range(6)]
    sources = [make_source(f"{name}.md", TEXT) for name in ("article", "other", "changed-0", "changed-1")]
    groups = ("article", "notes", "changed article", "changed article")
    read = [(source, group, "train", lines, []) for source, group in zip(sources, groups, strict=True)]
    asked: list[tuple[str, str]] = []
    question = Maker.question

    def recorded(maker: Maker, one: dict[str, Any], without: Any = None) -> Any:
        asked.append((maker.source.name, one["kind"]))
        return question(maker, one, without)

    monkeypatch.setattr(data, "documents", lambda: read[:2])
    monkeypatch.setattr(data, "copies", lambda: read[2:])
    monkeypatch.setattr(data, "read_lines", lambda path: [])
    monkeypatch.setattr(data, "stretches", lambda *of: [])
    monkeypatch.setattr(Maker, "question", recorded)
    assert len(list(data.make("train"))) == 4
    assert [name for name, kind in asked if kind == "far"] == ["article.md", "other.md", "other.md"]
