"""Reading and checking question sets."""

import json
from pathlib import Path

import pytest

from assistant.answers import EarlierTurn
from assistant.evaluation.lint import lint
from assistant.evaluation.places import Corpus, explain_miss
from assistant.evaluation.questions import load_questions, write_questions
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


def test_evidence_is_found_after_folding_with_its_exact_place() -> None:
    (place,) = CORPUS.find("black tea isn't; it takes boiling water")
    assert TEXT[place.span.start : place.span.end] == "Black tea isn’t; it takes\nboiling water"
    assert CORPUS.find("white tea") == []


def test_every_occurrence_is_found() -> None:
    assert len(CORPUS.find("tea")) == 3


def test_a_set_with_turns_before_a_question_is_read(tmp_path: Path) -> None:
    history = ["Is tea hot?", {"question": "Is it green?", "answer": "Some is."}]
    (item,) = load_questions(written(tmp_path, line(tags=["detail"], history=history)))
    assert item.facts == (("80",),)
    assert item.history == (
        EarlierTurn(question="Is tea hot?"),
        EarlierTurn(question="Is it green?", answer="Some is."),
    )


def test_a_greeting_and_the_facts_that_make_an_answer_useful_are_read(tmp_path: Path) -> None:
    greeting = json.dumps({"id": "t-2", "question": "Hello!", "answerable": None, "least": 0})
    items = load_questions(written(tmp_path, "\ufeff" + line(least=1), greeting))
    assert [(item.answerable, item.least) for item in items] == [(True, 1), (None, 0)]


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


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{", "set.jsonl:1: broken JSON"),
        (line(colour="green"), "set.jsonl:1: unknown key 'colour'"),
        (json.dumps({"id": "x", "question": "?"}), "the key 'answerable' is missing"),
        ("", "holds no questions"),
    ],
)
def test_a_broken_set_is_named_with_file_and_line(broken: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        load_questions(written(tmp_path, broken))


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
    findings = [f for f in lint(written(tmp_path, "", wrong), CORPUS) if f.line]
    assert [(f.line, f.error) for f in findings] == [(2, error)]
    assert said in findings[0].message


def test_a_quote_that_resembles_nothing_is_named_alone() -> None:
    assert explain_miss("xyzzy qwfpg jluyz zxcdv", CORPUS) == (
        "the quote 'xyzzy qwfpg jluyz zxcdv' is not in the corpus. Quote it verbatim."
    )


def test_an_id_stands_once(tmp_path: Path) -> None:
    findings = [f for f in lint(written(tmp_path, line(), line(question="Is tea cold?")), CORPUS) if f.line]
    assert [(f.line, f.error, f.message.partition(".")[0]) for f in findings] == [
        (1, True, "the id 't-1' stands more than once"),
        (2, True, "the id 't-1' stands more than once"),
    ]


def test_the_same_words_in_another_order_are_a_near_duplicate_and_another_history_is_not(tmp_path: Path) -> None:
    swapped = line(id="t-2", question="Is green tea steeped how hot?", history=[])
    first = line(question="How hot is green tea steeped?")
    other = line(id="t-3", history=["What is said of black tea?"])
    findings = [f for f in lint(written(tmp_path, "", first, swapped, other), CORPUS) if f.line]
    assert [(f.line, f.message) for f in findings] == [(3, "nearly the question of line 2. Ask something else.")]


def test_a_small_set_says_how_many_points_it_can_tell(tmp_path: Path) -> None:
    (finding,) = lint(written(tmp_path, line()), CORPUS)
    assert finding.line == 0
    assert "100 points" in finding.message


def test_an_empty_set_is_no_set(tmp_path: Path) -> None:
    (finding,) = lint(written(tmp_path, ""), CORPUS)
    assert (finding.error, finding.message) == (True, "the set holds no questions. Add some.")


def test_our_own_sets_are_clean(article: Source) -> None:
    for path in sorted((ROOT / "corpus" / "questions").glob("*.jsonl")):
        findings = [f for f in lint(path, Corpus({article.name: article})) if f.line]
        assert not [f for f in findings if f.error]
        doubtful = [f for f in findings if load_questions(path)[f.line - 1].split != "held"]
        assert doubtful == []  # nobody looks at a question that is held back to mend a doubt
