"""Thumbs up and down: kept a line each, and turned into questions to complete."""

from pathlib import Path

import pytest

from assistant.evaluation.feedback import Feedback, keep, read_feedback, to_complete
from assistant.evaluation.questions import read_jsonl
from ingest.errors import UserError
from tests.assistant.evaluation.by_hand import an_answer


def feedback(good: bool = False, question: str = "What drives “BPO”?", **changes: object) -> Feedback:
    return Feedback.model_validate({"good": good, "answer": an_answer("", question=question), **changes})


def test_what_is_kept_is_read_again_and_of_two_with_an_id_the_later_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feedback.jsonl"
    odd = feedback(question="What\u2028drives\u2029B\x85P\x0cO?", comment="\u2028")  # these end no line
    thumb, taken_back = feedback(), feedback()
    worded = thumb.model_copy(update={"comment": "It leaves out KPO.\nSadly."})
    for one in (thumb, odd, taken_back, worded, taken_back.model_copy(update={"good": None})):
        keep(one, path)
    assert read_feedback(path) == [worded, odd]


def test_only_bad_answers_become_lines_and_a_person_has_to_complete_them(tmp_path: Path) -> None:
    (line,) = to_complete([feedback(good=True), feedback(history=("Before?",), within=("bees.md",))])
    path = tmp_path / "set.jsonl"
    path.write_text(line, encoding="utf-8")
    (problem,) = read_jsonl(path).problems
    assert problem.message.startswith("answerable:")
    path.write_text(line.replace('"?"', "false"), encoding="utf-8")
    (item,) = read_jsonl(path).questions()
    assert (item.question, item.history[0].question, item.doc) == ("What drives “BPO”?", "Before?", "bees.md")


def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(feedback().model_dump_json() + "\n{}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"feedback\.jsonl:2 is no feedback\. Remove the line\."):
        read_feedback(path)
    with path.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(UserError, match="is full"):
        keep(feedback(), path)
