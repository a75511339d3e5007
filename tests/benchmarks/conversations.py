"""Replies to `corpus/questions/conversations.jsonl`, written by hand as a strong chat model would, as a recording.

    python -m tests.benchmarks.conversations DIR
    bpo-kpo evaluate corpus/questions/conversations.jsonl --replay DIR

`tests/data/conversation-replies.jsonl` has a line for each question: what it was rewritten as, and the reply. The
numbers in it are those of the article's passages, which the prompt holds whole.
"""

import json
import re
import sys
from html import unescape
from pathlib import Path

from assistant.answers import Ask
from assistant.chain import open_assistant
from assistant.evaluation.questions import load_questions
from assistant.recording import Recorder
from ingest.settings import ROOT
from tests.fakes import FakeChatModel, replying
from ui.settings import read_settings

ITEMS = load_questions(ROOT / "corpus" / "questions" / "conversations.jsonl")
MODEL = "written:by-hand"
_REPLIES = ROOT / "tests" / "data" / "conversation-replies.jsonl"
_ASKED = re.compile(r"<asked>(.*?)</asked>|<last-(?:question|message)>\n(.*?)\n</last-(?:question|message)>")


def written_replies() -> FakeChatModel:
    """A chat model that has read the replies: it knows a prompt by the questions of its conversation."""
    lines = map(json.loads, _REPLIES.read_text("utf-8").splitlines())
    by_id = {line["id"]: line for line in lines}
    by_questions = {(*(turn.question for turn in item.history), item.question): by_id[item.id] for item in ITEMS}

    def reply(prompt: str) -> str:
        asked = tuple(unescape(earlier or last) for earlier, last in _ASKED.findall(prompt))
        return str(by_questions[asked]["standalone" if "<last-question>" in prompt else "reply"])

    return replying(reply)


def write_recording(folder: Path) -> None:
    """Asks each question as an evaluation does, and keeps the prompts with these replies."""
    recorder = Recorder(name_of_model=MODEL, model=written_replies(), folder=folder)
    assistant = open_assistant(read_settings(MODEL), chat_model=recorder)
    for item in ITEMS:
        assistant.chain_of_model.invoke(Ask(question=item.question, history=item.history))


if __name__ == "__main__":
    write_recording(Path(sys.argv[1]))
