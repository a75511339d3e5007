"""Question sets, from JSON Lines and from spreadsheets: what is read, and what is named with file and line."""

import json
from pathlib import Path

import pytest

from assistant.evaluation.matching import Corpus
from assistant.evaluation.questions import (
    Problem,
    QuestionItem,
    lint,
    load_questions,
    read_csv,
    read_jsonl,
    read_set,
    write_questions,
)
from ingest.errors import UserError
from ingest.settings import ROOT
from ingest.sources import Source, make_source

TEXT = "# Tea\n\nGreen tea is steeped at **80 degrees**. Black tea isn’t; it takes\nboiling water.\n"
CORPUS = Corpus({"tea.md": make_source("tea.md", TEXT)})
QUOTE = "Green tea is steeped at 80 degrees."


def line(**fields: object) -> str:
    item = {"id": "t-1", "question": "How hot is green tea steeped?", "answerable": True}
    return json.dumps({**item, "facts": [["80"]], "evidence": [QUOTE], **fields})


def written(tmp_path: Path, *lines: str, name: str = "set.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return path


def test_evidence_is_found_after_folding_with_its_exact_place() -> None:
    (place,) = CORPUS.find("black tea isn't; it takes boiling water")
    assert TEXT[place.start : place.end] == "Black tea isn’t; it takes\nboiling water"


def test_a_set_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    history = ["Is tea hot?", {"question": "Is it green?", "answer": "Some is."}]
    greeting = json.dumps({"id": "t-2", "question": "Hello!", "answerable": None})
    items = load_questions(written(tmp_path, "\ufeff" + line(least=1, history=history), greeting))
    assert [item.answerable for item in items] == [True, None]
    assert items[0].facts == (("80",),)
    assert [(turn.question, turn.answer) for turn in items[0].history] == [
        ("Is tea hot?", ""),
        ("Is it green?", "Some is."),
    ]
    path = tmp_path / "again.jsonl"
    write_questions(path, items)
    assert load_questions(path) == items
    with pytest.raises(UserError, match="is there already"):
        write_questions(path, items)


def test_a_set_that_cannot_be_read_is_named_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"set\.jsonl:2: broken JSON .* More mistakes: 1; --check lists them\."):
        load_questions(written(tmp_path, line(), "{", line(id="t-2", colour="green")))
    with pytest.raises(UserError, match="holds no questions"):
        load_questions(written(tmp_path, ""))
    (tmp_path / "latin.jsonl").write_bytes(b"\xe4")
    with pytest.raises(UserError, match="not UTF-8"):
        load_questions(tmp_path / "latin.jsonl")


@pytest.mark.parametrize(
    ("wrong", "said", "error"),
    [
        (line(evidence=["it taks boiling water"], facts=[]), "The nearest text is “it takes boiling", True),
        (line(facts=[["ninety"]]), "no phrasing of the fact", False),
        (line(evidence=[], facts=[]), "answerable, but without evidence", True),
        (line(least=2), "`least` asks for 2 of 1 facts", True),
        (line(doc="coffee.md"), "There is no document “coffee.md”. Name one of these: “Tea” (tea.md).", True),
        (line(question="Is 80 right?"), "the question itself holds every fact", False),
        (line(answerable="yes"), "answerable: Input should be a valid boolean. Write it like true, false,", True),
        (line(colour="green"), "unknown key 'colour'", True),
        (json.dumps({"id": "x", "answerable": True}), "the key 'question' is missing. Add it.", True),
    ],
)
def test_the_linter_names_what_is_wrong(wrong: str, said: str, error: bool, tmp_path: Path) -> None:
    small, found = lint(read_set(written(tmp_path, "", wrong)), CORPUS)
    assert (found.line, found.error) == (2, error)
    assert said in found.message
    assert (small.line, small.error) == (0, False)


def test_an_id_stands_once_and_a_question_too_whatever_the_order_of_its_words(tmp_path: Path) -> None:
    swapped = line(question="Is green tea steeped how hot?")
    other = line(id="t-3", history=["What is said of black tea?"])  # is another question
    small, *found = lint(read_set(written(tmp_path, line(), swapped, other)), CORPUS)
    twice = "the id 't-1' stands more than once. Give each line its own."
    near = Problem(2, "nearly the question of line 1. Ask something else.", error=False)
    assert found == [Problem(1, twice), Problem(2, twice), near]
    assert "so small a set (3) tells two systems apart from 80 points on" in small.message
    empty = lint(read_set(written(tmp_path, "")), CORPUS)
    assert empty == [Problem(0, "the set holds no questions. Add some.")]


def test_our_own_sets_are_clean(article: Source) -> None:
    for path in sorted((ROOT / "corpus" / "questions").glob("*.jsonl")):
        found = read_jsonl(path)
        flaws = [flaw for flaw in lint(found, Corpus({article.name: article})) if flaw.line]
        # nobody looks at a question that is held back to mend a doubt
        assert [flaw for flaw in flaws if flaw.error or found.items[flaw.line].split != "held"] == []


# --- spreadsheets

ROWS = f"question,answer quote\nHow hot is green tea?,{QUOTE}\nWhat does tea cost?,\n"


@pytest.mark.parametrize(
    "text",
    [
        ROWS.replace("cost?,\n", "cost?,\n,\n  , \n\n"),
        ROWS.replace(",", "\t"),
        "\ufeff" + ROWS.replace("\n", "\r\n").replace("question,answer quote", '" Question ",Answer_Quote'),
    ],
    ids=["empty rows", "tabs", "as Excel writes it"],
)
def test_a_row_is_answerable_where_it_has_a_quote_however_it_was_saved(text: str, tmp_path: Path) -> None:
    assert read_set(written(tmp_path, text, name="tea.CSV")).items == {
        2: QuestionItem(id="c001", question="How hot is green tea?", answerable=True, evidence=(QUOTE,)),
        3: QuestionItem(id="c002", question="What does tea cost?", answerable=False),
    }


def test_a_cell_may_hold_newlines_and_lines_are_the_files(tmp_path: Path) -> None:
    first = '"it takes\nboiling water","Is it ""hot"", or\u2028not?"'
    found = read_csv(written(tmp_path, "answer quote,question", first, ",Cost?", name="tea.csv")).items
    assert list(found) == [2, 4]
    assert found[2].question == 'Is it "hot", or\u2028not?'
    assert found[2].evidence == ("it takes\nboiling water",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: in the first row the column 'question' is missing"),
        (f"{ROWS}one,two,three", ":4: 3 cells, not 2"),
        (f"{ROWS},{QUOTE}", ":4: the question is empty. Write one."),
        (f'{ROWS}"one" and,two', r":4: the row cannot be read \(',' expected after"),
    ],
)
def test_a_spreadsheet_that_is_no_set_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        read_csv(written(tmp_path, text, name="tea.csv")).questions()
