"""Thumbs up and down: kept a line each, and turned into questions to complete."""

import json
from pathlib import Path

import pytest

from assistant.answers import Answer
from assistant.evaluation.feedback import Feedback, keep, read_feedback, to_complete
from assistant.evaluation.questions import read_jsonl
from ingest.errors import UserError


def feedback(good: bool = False, question: str = "What drives “BPO”?", **changes: object) -> Feedback:
    answer = Answer(question=question, standalone_question=question, answered=False, text="No.", model="x")
    return Feedback.model_validate({"good": good, "answer": answer, **changes})


def test_what_is_kept_is_read_againin_order(tmp_path: Path) -> None:
    given = [feedback(), feedback(good=True, history=("Before?",))]
    for one in given:
        keep(one, tmp_path / "new" / "feedback.jsonl")
    assert read_feedback(tmp_path / "new" / "feedback.jsonl") == given


def test_whatever_ends_a_line_elsewhere_ends_none_here(tmp_path: Path) -> None:
    given = feedback(question="What\u2028drives\u2029B\x85P\x0cO?", comment="\u2028")
    keep(given, tmp_path / "feedback.jsonl")
    assert read_feedback(tmp_path / "feedback.jsonl") == [given]


def test_a_file_that_is_full_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    with path.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(UserError, match="is full"):
        keep(feedback(), path)


def test_a_word_that_comes_later_replaces_the_thumb_alone(tmp_path: Path) -> None:
    thumb = feedback()
    worded = thumb.model_copy(update={"comment": "It leaves out KPO.\nSadly."})
    for one in (thumb, feedback(good=True), worded):
        keep(one, tmp_path / "feedback.jsonl")
    first, second = read_feedback(tmp_path / "feedback.jsonl")
    assert first == worded and second.good


def test_only_bad_answers_become_lines_and_a_person_has_to_complete_them(tmp_path: Path) -> None:
    bad = feedback(history=("Before?",))
    (line,) = to_complete([feedback(good=True), bad])
    assert json.loads(line) == {
        "id": f"feedback-{bad.id[:8]}",
        "question": "What drives “BPO”?",
        "history": ["Before?"],
        "answerable": "?",
        "facts": [],
        "evidence": [],
        "tags": ["feedback"],
    }
    path = tmp_path / "set.jsonl"
    path.write_text(line, encoding="utf-8")
    (finding,) = read_jsonl(path).findings
    assert finding.message.startswith("answerable:")
    path.write_text(line.replace('"?"', "false"), encoding="utf-8")
    assert not read_jsonl(path).findings


def test_a_missing_file_and_a_wrong_line_are_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    with pytest.raises(UserError, match="There is no feedback at"):
        read_feedback(path)
    path.write_text(feedback().model_dump_json() + "\n{}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"feedback\.jsonl:2 is no feedback\. Remove the line\."):
        read_feedback(path)


def test_a_file_that_cannot_be_written_is_a_mistake_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        keep(feedback(), tmp_path / "file" / "feedback.jsonl")
