"""Questions beside a document: where their quotes stand, how they are stored, and when they are embedded."""

import json

import numpy as np
import pytest

from ingest.errors import SourceError
from ingest.known_questions import indexed_questions
from ingest.sources import make_source
from ingest.up_to_date import ensure_index
from tests.ingest.library import Library
from tests.ingest.processes import NotingMiniLM


def line(question: str, *evidence: str) -> str:
    return json.dumps({"question": question, "evidence": evidence}, ensure_ascii=False)


TRIAL = "# Trial\n\nThe free trial lasts 14 days, and no card is needed. Ada Byron runs the Leeds office.\n"


def quoted(text: str, *evidence: str) -> list[list[str]]:
    """What of `text` the quotes of one question are found to be; none where it is left out."""
    found = indexed_questions(make_source("a.md", text, line("What?", *evidence)))
    return [[text[span.start : span.end] for span in question.spans] for question in found]


def test_a_quote_is_found_whatever_its_case_marks_and_spaces() -> None:
    text = f"{TRIAL}A non‑stop, *very* long day."
    assert quoted(text, "the FREE trial\n lasts 14 days", "a non-stop, very long day") == [
        ["The free trial lasts 14 days", "A non‑stop, *very* long day"]
    ]


@pytest.mark.parametrize(("old", "new"), [("14", "1,400"), ("trial", "tryout")])
def test_a_quote_whose_text_has_changed_a_little_is_found_as_it_now_stands(old: str, new: str) -> None:
    ((now,),) = quoted(TRIAL.replace(old, new), "The free trial lasts 14 days")
    assert "free trial lasts 14 day".replace(old, new) in now


LONG = "Nobody who works in the Leeds office has ever asked for a second trial."


@pytest.mark.parametrize(
    ("quotes", "found"),
    [
        ([LONG], [[]]),  # a long sentence that was deleted: it is not answered
        (["The free trial lasts 14 days", LONG], [[]]),  # nor where one of two is gone
        (["by Cy Dole"], []),  # a short one may have been changed: nobody knows
    ],
)
def test_a_question_whose_quotes_are_gone_is_unanswered_or_left_out(
    quotes: list[str], found: list[list[str]]
) -> None:
    assert quoted(TRIAL, *quotes) == found


# --- the lines of the file


def read(questions: str) -> list[str]:
    return [q.question for q in indexed_questions(make_source("docs/a.md", TRIAL, questions))]


def test_blank_lines_and_line_endings_of_windows_do_not_matter() -> None:
    assert read(f"\n{line('One?')}\r\n \r\n{line('Two?')}") == ["One?", "Two?"]


@pytest.mark.parametrize(
    "broken", ["no JSON", '{"question": "Two?"}', '{"question": "Two?", "evidence": [], "answer": "a typo"}']
)
def test_a_broken_line_is_named_with_its_file_its_number_and_what_to_do(broken: str) -> None:
    message = r"^docs/a\.questions\.jsonl:3 is no question with its evidence \([^\n]+\)\. Mend it\.$"
    with pytest.raises(SourceError, match=message):
        read(f"{line('One?')}\n\n{broken}\n{line('Four?')}")


# --- embedded and stored, beside the documents of an index


@pytest.fixture
def shelf(library: Library) -> Library:
    """A document, which may have questions beside it."""
    library.model = NotingMiniLM()
    library.write("trial.md", TRIAL)
    return library


def ask(shelf: Library, *lines: str) -> list[str]:
    """Writes the questions, refreshes the index, and returns which of them were embedded for it."""
    shelf.write("trial.questions.jsonl", "\n".join(lines))
    shelf.model.texts.clear()
    ensure_index(shelf.settings)
    return [text for text in shelf.model.texts if "\n" not in text]  # passages stand below their heading


def questions(shelf: Library) -> dict[str, list[str]]:
    """What each indexed question quotes."""
    index = shelf.index()
    return {q.question: [index.sources[q.source].text[a:b] for a, b in q.spans] for q in index.questions.questions}


def test_an_index_keeps_each_question_with_its_places_and_its_tokens_but_none_without_a_word(
    shelf: Library,
) -> None:
    ask(shelf, line("ab", "The free trial", "no card"), line(" "), line("a\u2028b"))
    quotes = {"ab": ["The free trial", "no card"], "a\u2028b": []}
    assert questions(shelf) == quotes
    stored = shelf.index().questions
    fresh = shelf.model.embed_tokens(list(quotes))
    for tokens, vectors, mean in zip(fresh, stored.vectors, stored.means, strict=True):
        assert vectors.dtype == np.float16 and np.allclose(vectors, tokens.vectors, atol=1e-3)
        whole = tokens.vectors.mean(axis=0)
        assert np.allclose(mean, whole / np.linalg.norm(whole), atol=1e-3)


def test_only_new_questions_are_embedded_and_a_changed_document_moves_their_places(shelf: Library) -> None:
    how_long, who = line("How long?", "lasts 14 days"), line("Who?", "Ada Byron runs the Leeds office.")
    assert ask(shelf) == [] and questions(shelf) == {}
    assert ask(shelf, how_long) == ["How long?"]
    assert ask(shelf, who, how_long) == ["Who?"]
    shelf.write("trial.md", TRIAL.replace("# Trial\n", "# Trial\n\nA new paragraph.\n"))
    assert ask(shelf, who, how_long) == []
    assert questions(shelf) == {"Who?": ["Ada Byron runs the Leeds office."], "How long?": ["lasts 14 days"]}
    (shelf.corpus / "trial.questions.jsonl").unlink()
    assert ensure_index(shelf.settings) is not None
    assert questions(shelf) == {}


def test_a_file_that_is_no_file_of_questions_is_refused_and_loses_nothing(shelf: Library) -> None:
    ask(shelf, line("How long?", "lasts 14 days"))
    (shelf.corpus / "trial.questions.jsonl").write_bytes(b"caf\xe9\0")
    report = ensure_index(shelf.settings)
    assert report and "trial.questions.jsonl cannot be read (it is no text)" in report.skipped[0]
    assert questions(shelf) == {"How long?": ["lasts 14 days"]}
