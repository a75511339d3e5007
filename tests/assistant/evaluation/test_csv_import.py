"""Question sets from spreadsheets: what is read, what is named with file and line."""

from pathlib import Path

import pytest

from assistant.evaluation.csv_import import import_csv, read_csv
from assistant.evaluation.lint import explain_miss, lint
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem, load_questions, write_questions
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


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "tea.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def test_a_row_with_a_quote_is_answerable_and_one_without_is_not(tmp_path: Path) -> None:
    assert import_csv(written(tmp_path, ROWS), CORPUS).items == {2: GREEN, 3: COST}


@pytest.mark.parametrize(
    "text",
    [
        ROWS.replace(",", ";"),
        ROWS.replace(",", "\t"),
        ROWS.replace("\n", "\r\n"),
        ROWS.replace("question,answer quote", " Question ,Answer_Quote"),
        ROWS.replace("question,answer quote", '"QUESTION","answer-quote"'),
        ROWS.replace("cost?,\n", "cost?,\n,\n  , \n\n"),
    ],
    ids=["semicolons", "tabs", "Windows", "other case", "all in quotes", "empty rows"],
)
def test_what_spreadsheets_write_is_read_alike(text: str, tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, text)).items == {2: GREEN, 3: COST}


def test_a_byte_order_mark_is_no_part_of_a_column(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, ROWS, "utf-8-sig")).items == {2: GREEN, 3: COST}


def test_a_quote_may_hold_newlines_delimiters_and_quotes_and_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    text = 'answer quote,question\n"it takes\nboiling water","Is it ""hot"", or not?"\n,What does tea cost?\n'
    found = import_csv(written(tmp_path, text), CORPUS)
    assert [(line, item.id) for line, item in found.items.items()] == [(2, "c001"), (4, "c002")]
    assert found.items[2].question == 'Is it "hot", or not?'
    assert found.items[2].evidence == ("it takes\nboiling water",)


def test_a_line_separator_inside_a_cell_ends_no_row(tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, "question,answer quote\nIs tea\u2028hot?,boiling\u2028water\n"))
    assert found.items[2].evidence == ("boiling\u2028water",)


def test_other_columns_are_named_and_ignored(tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, "Author,question,answer quote,\nAnn,What does tea cost?,,\n"))
    assert found.items == {2: COST.model_copy(update={"id": "c001"})}
    (finding,) = found.findings
    assert (finding.line, finding.error) == (1, False)
    assert finding.message == "not used: the columns Author. Only question and answer quote are."


def test_a_quote_that_is_not_found_is_a_finding_with_the_nearest_text(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS + "And black tea?,Black tea isnt; it taks boiling water\n")
    (finding,) = [f for f in lint(path, CORPUS) if f.line]
    assert (finding.line, finding.error) == (4, True)
    assert finding.message == (
        "the quote 'Black tea isnt; it taks boiling water' is not in the corpus. "
        "The nearest text is “Black tea isn’t; it takes boiling water.” (tea.md:47-87). Quote it verbatim."
    )
    assert TEXT[47:87] == "Black tea isn’t; it takes\nboiling water."


def test_a_quote_that_resembles_nothing_is_named_alone() -> None:
    assert explain_miss("xyzzy qwfpg jluyz zxcdv", CORPUS) == (
        "the quote 'xyzzy qwfpg jluyz zxcdv' is not in the corpus. Quote it verbatim."
    )


def test_the_linter_names_every_miss(tmp_path: Path) -> None:
    path = written(tmp_path, "question,answer quote\nHot?,White tea\nCold?,Ice cream\n")
    findings = [f for f in lint(path, CORPUS) if f.line]
    assert [(f.line, f.error) for f in findings] == [(2, True), (3, True)]
    with pytest.raises(UserError) as caught:
        import_csv(path, CORPUS)
    assert str(caught.value) == (
        f"{path}:2: the quote 'White tea' is not in the corpus, nor are 1 more. "
        f"For the nearest text, run: bpo-kpo evaluate {path} --check"
    )


def test_cells_that_are_not_needed_may_be_left_out(tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, "question,answer quote,by\nWhat does tea cost?,\n"))
    assert list(found.items.values()) == [COST.model_copy(update={"id": "c001"})]


def test_a_quote_without_a_question_is_named(tmp_path: Path) -> None:
    (finding,) = read_csv(written(tmp_path, "question,answer quote\n,Green tea\n")).findings
    assert (finding.line, finding.error, finding.message) == (2, True, "the question is empty. Write one.")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("one cell", "(1 cells, not 2 as in the first row)"),
        ("one,two,three", "(3 cells, not 2 as in the first row)"),
        ('"one" and,two', "(',' expected after '\"')"),
        ('one,"two', "(unexpected end of data)"),
    ],
)
def test_a_bad_row_is_named_and_the_rows_before_it_are_read(row: str, said: str, tmp_path: Path) -> None:
    found = read_csv(written(tmp_path, f"{ROWS}{row}\n"))
    assert found.items == {2: GREEN, 3: COST}
    (finding,) = found.findings
    assert finding.line == 4
    assert said in finding.message
    assert finding.message.endswith("Put each text in double quotes, and double those inside.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tea.csv is empty. Name the columns question and answer quote in its first row."),
        ("\n,\n", "tea.csv:1: the column 'question' is missing. Name it in the first row."),
        ("question,answer\nHot?,Yes\n", "tea.csv:1: the column 'answer quote' is missing"),
        ("question,answer quote\n", "tea.csv holds no questions"),
        ("question,answer quote,Question\n", "tea.csv:1: the column 'question' is there more than once"),
        ("question,answer quote\nHot?\n", "tea.csv:2: the row cannot be read"),
    ],
)
def test_a_file_that_is_no_set_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        import_csv(written(tmp_path, text), CORPUS)


def test_another_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not UTF-8"):
        read_csv(written(tmp_path, ROWS.replace("hot", "heiß"), "cp1252"))


def test_an_imported_set_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "tea.jsonl"
    write_questions(path, [GREEN, COST])
    assert load_questions(path) == [GREEN, COST]
    assert path.read_text("utf-8").splitlines()[1] == (
        '{"id":"c002","question":"What does tea cost?","answerable":false}'
    )
    with pytest.raises(UserError, match="is there already"):
        write_questions(path, [COST])
    with pytest.raises(UserError, match="cannot be written"):
        write_questions(tmp_path / "no" / "tea.jsonl", [COST])
