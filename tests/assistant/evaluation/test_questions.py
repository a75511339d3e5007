"""Reading and checking question sets."""

import json
import time
from pathlib import Path

import pytest

from assistant.answers import EarlierTurn
from assistant.evaluation.lint import lint
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import load_questions
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


def test_a_good_set_is_read(tmp_path: Path) -> None:
    history = ["Is tea hot?", {"question": "Is it green?", "answer": "Some is."}]
    (item,) = load_questions(written(tmp_path, line(tags=["detail"], history=history)))
    assert item.facts == (("80",),)
    assert item.history == (
        EarlierTurn(question="Is tea hot?"),
        EarlierTurn(question="Is it green?", answer="Some is."),
    )


def test_a_byte_order_mark_is_no_part_of_a_set(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(line(), encoding="utf-8-sig")
    assert len(load_questions(tmp_path / "set.jsonl")) == 1


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
        (line(question=" "), "the question is empty", True),
        ("[1]", "Write it like {", True),
        ("{", "broken JSON", True),
        (line(id=""), 'id: String should have at least 1 character. Write it like "text".', True),
        (
            line(answerable="yes"),
            "answerable: Input should be a valid boolean. Write it like true, false, or null for a greeting.",
            True,
        ),
        (line(facts=["90"]), "facts.0: Input should be a valid tuple. Write it like [[", True),
        (line(facts=[[]]), "facts.0: Tuple should have at least 1 item", True),
        (line(question="Is 80 right?"), "the question itself holds every fact", False),
        (line(colour="green"), "unknown key 'colour'", True),
        (line(answerable="perhaps"), "answerable: Input should be a valid boolean", True),
        (json.dumps({"id": "x", "answerable": True}), "the key 'question' is missing. Add it.", True),
    ],
)
def test_the_linter_names_what_is_wrong(wrong: str, said: str, error: bool, tmp_path: Path) -> None:
    findings = [f for f in lint(written(tmp_path, "", wrong), CORPUS) if f.line]
    assert [(f.line, f.error) for f in findings] == [(2, error)]
    assert said in findings[0].message


def test_duplicate_ids_and_near_duplicate_questions_are_named(tmp_path: Path) -> None:
    again = line(question="How hot is green tea steeped")
    findings = [f for f in lint(written(tmp_path, line(), again), CORPUS) if f.line]
    assert [(f.line, f.error) for f in findings] == [(1, True), (2, True), (2, False)]
    assert "nearly the question of line 1" in findings[-1].message


def test_the_same_words_in_another_order_are_a_near_duplicate_and_another_history_is_not(tmp_path: Path) -> None:
    swapped = line(id="t-2", question="Is green tea steeped how hot?", history=[])
    first = line(question="How hot is green tea steeped?")
    other = line(id="t-3", history=["What is said of black tea?"])
    findings = [f for f in lint(written(tmp_path, "", first, swapped, other), CORPUS) if f.line]
    assert [(f.line, f.message) for f in findings] == [(3, "nearly the question of line 2. Ask something else.")]


def test_five_thousand_lines_are_checked_in_seconds(tmp_path: Path) -> None:
    many = [line(id=f"t-{n}", question=f"What of {n * 7919} and {n * 104729} cups of tea?") for n in range(5_000)]
    started = time.monotonic()
    findings = lint(written(tmp_path, *many, line(id="again", question="What of 0 and 0 cups of tea")), CORPUS)
    assert [f.line for f in findings][-1] == 5_001
    assert time.monotonic() - started < 30  # 4 s on two idle cores


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
