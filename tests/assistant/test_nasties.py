"""Whatever comes in as a text: an answer or one line that says what is wrong, in bounded time."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from assistant.evaluation.feedback import Feedback, keep, read_feedback, to_complete
from assistant.evaluation.questions import read_jsonl
from assistant.exports import answer_markdown, bundle, read_bundle, verify
from ingest.errors import UserError
from tests.nasties import NASTIES, grown

LONGEST = 4_000  # characters of a question
GROWN = ("combining", "templates", "brackets", "no character", "SQL", "ends of lines")
SECONDS = 5.0  # far above what any of these takes, far below what no bound at all would take

each = pytest.mark.parametrize("text", NASTIES.values(), ids=NASTIES.keys())


@contextmanager
def in_time() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def answered(assistant: Assistant, asked: Ask) -> Answer | None:
    """A whole answer, which can be kept and shown, or nothing where a person is told what is wrong."""
    with in_time():
        try:
            answer = assistant.chain.invoke(asked)
        except UserError as error:
            assert "\n" not in str(error) and len(str(error)) < 300
            return None
        texts = {name: source.text for name, source in assistant.index().sources.items()}
        assert all(texts[c.source][c.start : c.end] == c.quote for c in answer.citations)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer
        assert answer_markdown(answer).encode()
        return answer


@each
def test_a_question_short_and_long_and_behind_others(text: str, brief_assistant: Assistant) -> None:
    answered(brief_assistant, Ask(question=text))
    if text in map(NASTIES.get, GROWN):
        answered(brief_assistant, Ask(question=grown(text, LONGEST)))
    answered(brief_assistant, Ask(question="And for KPO?", history=(text,) * 3))


def test_ten_thousand_turns_are_answered_and_a_million_characters_turned_down(brief_assistant: Assistant) -> None:
    assert answered(brief_assistant, Ask(question="And for KPO?", history=("What drives BPO?",) * 10_000))
    for asked in (Ask(question="x" * 1_000_000), Ask(question="And KPO?", history=("x" * 1_000_000,))):
        assert answered(brief_assistant, asked) is None


@each
def test_what_is_read_from_a_file(text: str, tmp_path: Path) -> None:
    """A question set, a comment on an answer, and an evidence bundle."""
    shown, path = text.encode(errors="replace").decode(), tmp_path / "file.jsonl"
    line = {"id": text, "question": text, "answerable": True, "facts": [[text]], "evidence": [text]}
    with in_time():
        for content in (text, json.dumps(text), json.dumps(line), json.dumps(line, ensure_ascii=False)):
            path.write_text(content, encoding="utf-8", errors="surrogatepass")
            with suppress(UserError):  # where it is not UTF-8
                assert all(len(str(problem)) < 2_000 for problem in read_jsonl(path).problems)
        answer = Answer(question=shown, standalone_question=shown, answered=False, text=shown, model="m")
        given = Feedback(good=False, comment=shown, answer=answer)
        keep(given, tmp_path / "feedback.jsonl")
        assert read_feedback(tmp_path / "feedback.jsonl") == [given] and len(list(to_complete([given]))) == 1
        verify(read_bundle(bundle([answer], {}).model_dump_json()), {})
        with pytest.raises(UserError):
            read_bundle(shown)
