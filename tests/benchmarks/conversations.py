"""Replies to `corpus/questions/conversations.jsonl`, written by hand as a strong chat model would, as a recording.

    python -m tests.benchmarks.conversations DIR
    bpo-kpo evaluate corpus/questions/conversations.jsonl --replay DIR

`tests/data/conversation-replies.jsonl` has a line for each question: what it was rewritten as, and the reply. The
numbers in it are those of the article's passages, which the prompt holds whole.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from assistant.answers import Ask
from assistant.chain import open_assistant
from assistant.evaluation.questions import QuestionItem, load_questions
from assistant.recording import Recorder
from assistant.settings import AssistantSettings
from ingest.settings import ROOT
from tests.fakes import FakeChatModel
from ui.settings import read_settings

SET = ROOT / "corpus" / "questions" / "conversations.jsonl"
MODEL = "written:by-hand"
_REPLIES = ROOT / "tests" / "data" / "conversation-replies.jsonl"


def write_recording(folder: Path, settings: AssistantSettings, items: Sequence[QuestionItem]) -> None:
    """Asks each question as an evaluation does, and keeps the prompts with the replies written to them."""
    lines = _REPLIES.read_text("utf-8").splitlines()
    written = {one["id"]: [one["standalone"], one["reply"]] for one in map(json.loads, lines)}
    left: list[str] = []
    model: BaseChatModel = FakeChatModel(reply=lambda _: [left.pop(0)])
    recorder = Recorder(name_of_model=MODEL, model=model, folder=folder)
    assistant = open_assistant(settings.model_copy(update={"model": MODEL}), chat_model=recorder)
    for item in items:
        left += written[item.id]
        assistant.chain_of_model.invoke(Ask(question=item.question, history=item.history))
        assert not left, f"{item.id} was not rewritten"


if __name__ == "__main__":
    write_recording(Path(sys.argv[1]), read_settings(), load_questions(SET))
