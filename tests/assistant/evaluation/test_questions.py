"""Reading and checking question sets."""

import json
from pathlib import Path

import pytest

from assistant.answers import EarlierTurn
from assistant.evaluation.matching import Corpus, explain_miss
from assistant.evaluation.questions import Problem, lint, load_questions, read_jsonl, write_questions
from ingest.errors import UserError
from ingest.settings import ROOT
from ingest.sources import Source, make_source

TEXT = "# Tea\n\nGreen tea is steeped at **80 degrees**. Black tea isn’t; it takes\nboiling water.\n"
CORPUS = Corpus({"tea.md": make_source("tea.md", TEXT)})


def line(**fields: object) -> str:
    return json.dumps(
        {
            "id": "t-1",
            "question": "How hot is green tea steeped?",
            "answerable": True,
            "facts": [["80"]],
            "evidence": ["Green tea is steeped at 80 degrees."],
            **fields,
        }
    )


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(tmp_path: Path, *lines: str) -> list[Problem]:
    """What is wrong in the lines of a set: that it is small is left out."""
    found = lint(read_jsonl(written(tmp_path, *lines)), CORPUS)
    return [problem for problem in found if problem.line]


def test_evidence_is_found_after_folding_with_its_exact_place() -> None:
    (place,) = CORPUS.find("black tea isn't; it takes boiling water")
    assert TEXT[place.start : place.end] == "Black tea isn’t; it takes\nboiling water"
    assert CORPUS.find("white tea") == []
    assert len(CORPUS.find("tea")) == 3


def test_a_set_with_turns_before_a_question_is_read(tmp_path: Path) -> None:
    history = ["Is tea hot?", {"question": "Is it green?", "answer": "Some is."}]
    greeting = json.dumps({"id": "t-2", "question": "Hello!", "answerable": None})
    item, other = load_questions(written(tmp_path, "\ufeff" + line(least=1, history=history), greeting))
    assert (item.answerable, other.answerable) == (True, None)
    assert item.facts == (("80",),)
    assert item.history == (
        EarlierTurn(question="Is tea hot?"),
        EarlierTurn(question="Is it green?", answer="Some is."),
    )


def test_a_set_is_written_as_it_is_read(tmp_path: Path) -> None:
    items = load_questions(
        written(tmp_path, line(), json.dumps({"id": "x", "question": "?", "answerable": False}))
    )
    path = tmp_path / "again.jsonl"
    write_questions(path, items)
    assert load_questions(path) == items
    with pytest.raises(UserError, match="is there already"):
        write_questions(path, items)
    with pytest.raises(UserError, match="cannot be written"):
        write_questions(tmp_path / "no" / "tea.jsonl", items)


def test_a_broken_set_is_named_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"set\.jsonl:2: broken JSON .* More mistakes: 1; --check lists them\."):
        load_questions(written(tmp_path, line(), "{", line(id="t-2", colour="green")))
    with pytest.raises(UserError, match="holds no questions"):
        load_questions(written(tmp_path, ""))


def test_a_missing_set_and_one_that_is_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_questions(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xe4")
    with pytest.raises(UserError, match="not UTF-8"):
        load_questions(tmp_path / "latin.jsonl")


@pytest.mark.parametrize(
    ("wrong", "said", "error"),
    [
        (line(evidence=["Green tea is steeped at 90 degrees."], facts=[["90"]]), "is not in the corpus", True),
        (line(facts=[["ninety"]]), "no phrasing of the fact", False),
        (line(answerable=False), "unanswerable, but with evidence", True),
        (line(evidence=[], facts=[]), "answerable, but without evidence", True),
        (line(least=2), "`least` asks for 2 of 1 facts", True),
        (line(question=" "), "the question is empty", True),
        (line(question="Is 80 right?"), "the question itself holds every fact", False),
        (line(answerable="yes"), "answerable: Input should be a valid boolean. Write it like true, false,", True),
        (line(facts=["90"]), "facts.0: Input should be a valid tuple. Write it like [[", True),
        (line(colour="green"), "unknown key 'colour'", True),
        (json.dumps({"id": "x", "answerable": True}), "the key 'question' is missing. Add it.", True),
        ("[1]", "Write it like {", True),
        ("{", "broken JSON", True),
    ],
)
def test_the_linter_names_what_is_wrong(wrong: str, said: str, error: bool, tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "", wrong)
    assert (found.line, found.error) == (2, error)
    assert said in found.message


def test_a_quote_that_resembles_nothing_is_named_alone() -> None:
    assert explain_miss("xyzzy qwfpg jluyz zxcdv", CORPUS) == (
        "the quote 'xyzzy qwfpg jluyz zxcdv' is not in the corpus. Quote it verbatim."
    )


def test_an_id_stands_once(tmp_path: Path) -> None:
    said = "the id 't-1' stands more than once. Give each line its own."
    assert problems(tmp_path, line(), line(question="Is tea cold?")) == [Problem(1, said), Problem(2, said)]


def test_the_same_words_in_another_order_are_a_near_duplicate_and_another_history_is_not(tmp_path: Path) -> None:
    swapped = line(id="t-2", question="Is green tea steeped how hot?", history=[])
    first = line(question="How hot is green tea steeped?")
    other = line(id="t-3", history=["What is said of black tea?"])
    said = "nearly the question of line 2. Ask something else."
    assert problems(tmp_path, "", first, swapped, other) == [Problem(3, said, error=False)]


def test_a_small_set_says_how_many_points_it_can_tell_and_an_empty_one_is_none(tmp_path: Path) -> None:
    (small,) = lint(read_jsonl(written(tmp_path, line())), CORPUS)
    assert (small.line, small.error) == (0, False)
    assert "100 points" in small.message
    empty = lint(read_jsonl(written(tmp_path, "")), CORPUS)
    assert empty == [Problem(0, "the set holds no questions. Add some.")]


def test_our_own_sets_are_clean(article: Source) -> None:
    for path in sorted((ROOT / "corpus" / "questions").glob("*.jsonl")):
        found = read_jsonl(path)
        flaws = [flaw for flaw in lint(found, Corpus({article.name: article})) if flaw.line]
        # nobody looks at a question that is held back to mend a doubt
        assert [flaw for flaw in flaws if flaw.error or found.items[flaw.line].split != "held"] == []
