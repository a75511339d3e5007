"""Hard documents: what has to come out of them does, in what is read and in what is answered."""

import json

import pytest

from ingest.embeddings import MiniLM
from tests.cases.checks import FOLDER, Case, cases, judged_answers, judged_texts
from tests.ui.command import bpo_kpo

CASES = cases()
# of the same kinds, made with other programs and about other things
FRESH = [*cases(FOLDER / "fresh.jsonl"), *cases(FOLDER / "twins.jsonl")]
ASKED = [case for case in CASES if any(check.kind in ("ask", "refuse") for check in case.checks)]
STILL_OPEN = json.loads((FOLDER / "open.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.slow

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


def test_what_is_read() -> None:
    judged = list(judged_texts(*CASES, *FRESH))
    assert len(judged) > 100 and [str(check) for check, holds in judged if not holds] == []


def test_what_is_named() -> None:
    named = [check.fields["named"] for case in CASES for check in case.checks if check.kind == "named"]
    assert len(named) == len(NAMED) and all(text.startswith(tuple(NAMED)) for text in named)
    files = {case.name: list(map(str, case.files)) for case in CASES}
    for name, words in NAMED.values():
        documents = json.loads(bpo_kpo("read", "--json", *files[name]).stdout)["documents"]
        said = [str(document[key]) for document in documents for key in document if key != "left_out"]
        assert any(words in text for text in said), name


def test_at_most_a_tenth_of_the_checks_is_open_and_each_of_these_is_a_check() -> None:
    checks = [(case.name, check.asks) for case in CASES for check in case.checks]
    by_case = [one for cases_of_a_reason in STILL_OPEN.values() for one in cases_of_a_reason.items()]
    waiting = [(name, question) for name, questions in by_case for question in questions]
    assert set(waiting) <= set(checks) and len(waiting) * 10 <= len(checks)


@pytest.mark.parametrize("case", ASKED, ids=[case.name for case in ASKED])
def test_what_is_answered(case: Case, minilm: MiniLM) -> None:
    """All but the questions that `open.json` lists by what they wait for."""
    failed = {check.asks for check, holds in judged_answers(case, minilm) if not holds}
    waiting = {question for questions in STILL_OPEN.values() for question in questions.get(case.name, [])}
    assert failed <= waiting
