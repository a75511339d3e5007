"""Hard documents: what has to come out of them does, in what is read and in what is answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.embeddings import MiniLM
from ingest.passages import split
from ingest.sources import make_source
from tests.cases.checks import FOLDER, JUDGED_BY_TEXT, Case, cases, holds_in_texts, judged_answers
from tests.ui.command import bpo_kpo

CASES = cases()
# of the same kinds, made with other programs and about other things
FRESH = [*cases(FOLDER / "fresh.jsonl"), *cases(FOLDER / "twins.jsonl")]
OF_TEXTS = [(case, check) for case in (*CASES, *FRESH) for check in case.checks if check.kind in JUDGED_BY_TEXT]
ASKED = [case for case in CASES if any(check.kind in ("ask", "refuse") for check in case.checks)]
STILL_OPEN = json.loads((FOLDER / "open.json").read_text(encoding="utf-8"))

Read = dict[Path, dict[str, Any]]
pytestmark = pytest.mark.slow
reading = pytest.mark.xdist_group("cases")  # which one worker reads, once

# What is said of documents, by the beginning of the check: in what is read, or when it is read in.
NAMED = {
    "that an equation": ("equations", "B = 0.08 × S × m/12"),
    "that the box behind": ("filled-form", "a charity: ☒"),
    "that the title of the document": ("code-comments", "Restart guide"),
    "that the title of bom-crlf.md": ("front-matter", "Orchard: rules"),
    "that the title of toml.md": ("front-matter", "Greenhouse"),
    "that the title of dots.md": ("front-matter", "Nursery"),
    "that the text of no-map.pdf": ("unreadable-letters", "its letters cannot be told from their shapes"),
}


@pytest.fixture(scope="module")
def read() -> Read:
    """Every document of every case, as it is read."""
    files = [file for case in (*CASES, *FRESH) for file in case.files]
    documents = json.loads(bpo_kpo("read", "--json", *map(str, files)).stdout)["documents"]  # by one process
    return dict(zip(files, documents, strict=True))


@reading
def test_what_is_read(read: Read) -> None:
    texts = {case.name: [read[file]["text"] for file in case.files] for case in (*CASES, *FRESH)}
    failed = [str(check) for case, check in OF_TEXTS if not holds_in_texts(check, texts[case.name])]
    assert len(OF_TEXTS) > 100 and failed == []


@reading
def test_what_is_named(read: Read) -> None:
    named = [check.fields["named"] for case in CASES for check in case.checks if check.kind == "named"]
    assert len(named) == len(NAMED) and all(text.startswith(tuple(NAMED)) for text in named)
    for name, words in NAMED.values():
        (case,) = [case for case in CASES if case.name == name]
        said = [str(read[file][key]) for file in case.files for key in read[file] if key != "left_out"]
        assert any(words in text for text in said), name


@reading
def test_every_passage_stands_in_its_text(read: Read) -> None:
    for document in read.values():
        source = make_source(document["source"], document["text"])
        passages = split(source)
        assert passages or "fault" in document
        assert all(source.text[passage.start : passage.end] == passage.text for passage in passages)


def test_at_most_a_tenth_of_the_checks_is_open_and_each_of_these_is_a_check() -> None:
    checks = [(case.name, check.asks) for case in CASES for check in case.checks]
    by_case = [one for cases_of_a_reason in STILL_OPEN.values() for one in cases_of_a_reason.items()]
    waiting = [(name, question) for name, questions in by_case for question in questions]
    assert set(waiting) <= set(checks) and len(waiting) * 10 <= len(checks)


@pytest.mark.parametrize("case", ASKED, ids=[case.name for case in ASKED])
def test_what_is_answered(case: Case, minilm: MiniLM) -> None:
    """All but the questions that `open.json` lists by what they wait for."""
    failed = {case.checks[at].asks for at, holds in judged_answers(case, minilm).items() if not holds}
    waiting = {question for questions in STILL_OPEN.values() for question in questions.get(case.name, [])}
    assert failed <= waiting
