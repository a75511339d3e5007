"""Question sets from spreadsheets: what is read, what is named with file and line."""

from pathlib import Path

import pytest

from assistant.evaluation.csv_import import import_csv, read_csv
from assistant.evaluation.matching import Corpus
from assistant.evaluation.questions import QuestionItem
from ingest.errors import UserError
from ingest.sources import make_source

TEXT = "# Tea\n\nGreen tea is steeped at **80 degrees**. Black tea isn’t; it takes\nboiling water.\n"
CORPUS = Corpus({"tea.md": make_source("tea.md", TEXT)})
ROWS = "question,answer quote\nHow hot is green tea?,Green tea is steeped at 80 degrees.\nWhat does tea cost?,\n"
GREEN = QuestionItem(
    id="c001",
    question="How hot is green tea?",
    answerable=True,
    evidence=("Green tea is steeped at 80 degrees.",),
)
COST = QuestionItem(id="c002", question="What does tea cost?", answerable=False)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tea.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        ROWS.replace(",", ";"),
        ROWS.replace(",", "\t"),
        ROWS.replace("\n", "\r\n"),
        ROWS.replace("question,answer quote", '" Question ",Answer_Quote'),
        ROWS.replace("cost?,\n", "cost?,\n,\n  , \n\n"),
        "\ufeff" + ROWS,
    ],
    ids=["commas", "semicolons", "tabs", "Windows", "other case", "empty rows", "byte order mark"],
)
def test_a_row_with_a_quote_is_answerable_and_one_without_is_not_however_it_was_saved(
    text: str, tmp_path: Path
) -> None:
    assert import_csv(written(tmp_path, text), CORPUS).items == {2: GREEN, 3: COST}


def test_a_quote_may_hold_newlines_delimiters_and_quotes_and_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    text = 'answer quote,question\n"it takes\nboiling water","Is it ""hot"", or\u2028not?"\n,What does tea cost?\n'
    found = import_csv(written(tmp_path, text), CORPUS)
    assert [(line, item.id) for line, item in found.items.items()] == [(2, "c001"), (4, "c002")]
    assert found.items[2].question == 'Is it "hot", or\u2028not?'
    assert found.items[2].evidence == ("it takes\nboiling water",)


def test_other_columns_are_named_and_ignored(tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, "Author,question,answer quote,\nAnn,What does tea cost?,,\n"))
    assert found.items == {2: COST.model_copy(update={"id": "c001"})}
    (problem,) = found.problems
    assert (problem.line, problem.error) == (1, False)
    assert "the columns Author" in problem.message


def test_a_quote_that_is_not_found_is_named_with_file_line_and_the_nearest_text(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS + "And black tea?,Black tea isnt; it taks boiling water\nHot?,White tea\n")
    with pytest.raises(UserError) as caught:
        import_csv(path, CORPUS)
    assert str(caught.value) == (
        f"{path}:4: the quote 'Black tea isnt; it taks boiling water' is not in the corpus. The nearest text is "
        "“Black tea isn’t; it takes boiling water.” (tea.md:47-87). Quote it verbatim. "
        "More mistakes: 1; --check lists them."
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("one cell", "1 cells, not 2"),
        ("one,two,three", "3 cells, not 2"),
        ('"one" and,two', "',' expected after"),
        ('one,"two', "unexpected end of data"),
        (",Green tea", "the question is empty. Write one."),
    ],
)
def test_a_bad_row_is_named_and_the_rows_before_it_are_read(row: str, said: str, tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, f"{ROWS}{row}\n"))
    assert found.items == {2: GREEN, 3: COST}
    (problem,) = found.problems
    assert (problem.line, problem.error) == (4, True)
    assert said in problem.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tea.csv:1: in the first row the column 'question' is missing"),
        ("question,answer\nHot?,Yes\n", "tea.csv:1: in the first row the column 'answer quote' is missing"),
        ("question,answer quote\n", "tea.csv holds no questions"),
        ("question,answer quote,Question\n", "the column 'question' is there more than once"),
        ("question,answer quote\nHot?\n", "tea.csv:2: the row cannot be read"),
    ],
)
def test_a_file_that_is_no_set_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        import_csv(written(tmp_path, text), CORPUS)
