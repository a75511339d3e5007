"""A scripted assistant behind the window, and the documents that it cites."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import Answer, Ask, Seconds, Sentence
from assistant.check import Checked
from ingest.errors import QuestionError, UserError
from ingest.passages import split
from ingest.snapshots import SourceRecord
from ingest.sources import Source, make_source
from tests import made

FEEDBACK = Path(tempfile.gettempdir()) / f"feedback-{os.getpid()}.jsonl"
QUOTE = "These processes tend to be volume-driven."
HOSTILE = '<img src="https://evil.example/a.png"> ![b](https://evil.example/b.png) [c](https://evil.example)'
SOURCES = (
    make_source(
        "/elsewhere/a.md",
        f"# Article <b>A</b>\n\n## 1. Driving force\n\n{'Filler words. ' * 400}\n\n{QUOTE} And so on.\n",
    ),
    make_source("b.md", f"# Article B\n\n{HOSTILE}\n"),
)
AT = SOURCES[0].text.index(QUOTE)


def indexed(*sources: Source) -> Any:
    """What the window looks at of an index of these."""
    records = [SourceRecord(name=one.name, title=one.title, path=one.name, digest="") for one in sources]
    return SimpleNamespace(
        sources={one.name: one for one in sources},
        manifest=SimpleNamespace(sources=records),
        passages=[passage for one in sources for passage in split(one)],
        snapshot="scripted",
    )


class ScriptedAssistant:
    """Answers with what it was asked, in three steps; some questions get it into trouble."""

    def answers(self, ask: Ask) -> Iterator[Answer]:
        if not ask.question.strip():
            raise QuestionError("The question is empty. Type one.")
        if "cost" in ask.question:
            yield self.refusal(ask)
            return
        whole = self.answer(ask)
        yield whole.model_copy(update={"text": "BPO is", "citations": (), "sentences": ()})
        if "key" in ask.question:
            raise UserError("The key <b>was</b> refused. Set OPENAI_API_KEY.")
        if "bug" in ask.question:
            raise RuntimeError("secret detail")
        while "wait" in ask.question:
            time.sleep(0.05)
            yield whole.model_copy(update={"text": "BPO is still"})
        yield whole

    def answer(self, ask: Ask) -> Answer:
        return made.answer(
            f"BPO is **volume-driven**. [1]\n\n- Asked before: {len(ask.earlier)} {' / '.join(ask.earlier)}"
            + "".join(f"\n- Asked of: {name}" for name in ask.within)
            + "\n- Strictly" * bool(ask.strict),
            sentences=(Sentence(text="BPO is volume-driven.", citations=(1,), support="quoted"),),
            citations=(made.citation(QUOTE, section="1. Driving force", source=SOURCES[0].name, start=AT),),
            seconds=Seconds(total=0.03),
            **self.asked(ask),
        )

    def refusal(self, ask: Ask) -> Answer:
        near = made.passage(HOSTILE, section=HOSTILE)
        return made.answer("The article does not say.", answered=False, passages=(near,), **self.asked(ask))

    def asked(self, ask: Ask) -> dict[str, str]:
        return {"question": ask.question, "standalone_question": ask.question, "model": self.model}

    @property
    def chain(self) -> Runnable[Ask, Answer]:
        """As the real one comes: a LangChain Runnable."""
        return RunnableLambda(self.answers)

    model = "scripted"
    strict = False
    sends_to = ("models.example",)

    def sent_to(self, answer: Answer) -> tuple[str, ...]:
        return self.sends_to

    @property
    def offline(self) -> "ScriptedAssistant":
        return self

    def check_text(self, text: str) -> list[Checked]:
        return []

    def first_questions(self) -> tuple[str, ...]:
        return ("How do BPO and KPO differ?",)

    def suggest(self, answer: Answer, asked: Sequence[str] = (), within: Sequence[str] = ()) -> Answer:
        if "slow" in answer.question:
            time.sleep(1)
        return answer.model_copy(
            update={"suggestions": (" of ".join([f"And what else, after {len(asked)}", *within]) + "?",)}
        )

    def warm_up(self) -> None:
        pass

    def index(self) -> Any:
        return indexed(*SOURCES)
