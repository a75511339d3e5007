"""Where the milliseconds of an answer go: `python -m tests.benchmarks.stages [QUESTIONS]`.

Asks the offline assistant questions of core.jsonl that nobody asked before, one after another, and
prints the median of what each takes until its first words and to its end, of the stages in between (a stage that
stands further in is a part of the one above), and of what the window does after that.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import assistant.chain
import assistant.current
from assistant.chain import open_assistant
from assistant.readers import extractive
from assistant.reading_model.encoding import Encoder
from assistant.reading_model.model import ReadingModel
from assistant.retriever import HybridRetriever
from assistant.scorer import Scorer
from assistant.settings import AssistantSettings
from ingest.build import ensure_index
from ingest.index import Index
from tests.benchmarks.load import QUESTIONS
from ui.web.render import answer_html

STAGES: dict[str, tuple[Any, str]] = {
    "is it said to the assistant": (assistant.chain, "introduce"),
    "is it a follow-up": (Scorer, "follows_up"),
    "retrieve": (HybridRetriever, "trace"),
    "  by meaning": (Index, "nearest"),
    "  ranked anew": (Scorer, "rerank"),
    "  read by the model": (Scorer, "read"),
    "    passages encoded": (Encoder, "passages"),
    "    features and network": (ReadingModel, "read"),
    "overview": (assistant.current, "overview_for"),
    "decide": (extractive, "decide"),
    "cite": (assistant.chain, "finish"),
}


def main(questions: int = 60) -> None:
    """Measures and prints."""
    settings = AssistantSettings(model="extractive")
    ensure_index(settings.ingest)
    chat = open_assistant(settings)
    chat.warm_up()
    for question in QUESTIONS[:20]:
        chat.suggest(chat.chain.invoke(question))
    took: dict[str, list[float]] = defaultdict(list)
    now: dict[str, float] = {}
    for name, (owner, attribute) in STAGES.items():
        setattr(owner, attribute, _timed(getattr(owner, attribute), name, now))
    for question in QUESTIONS[20 : 20 + questions]:
        now.clear()
        began = time.perf_counter()
        first = 0.0
        for answer in chat.chain.stream(question):  # noqa: B007
            first = first or time.perf_counter() - began
        whole = time.perf_counter() - began
        of_answer = {"first words": first, "whole answer": whole, **{name: now.get(name, 0.0) for name in STAGES}}
        began = time.perf_counter()
        answer_html(answer, "a")
        rendered = time.perf_counter() - began
        chat.suggest(answer)
        suggested = time.perf_counter() - began - rendered
        for name, seconds in {**of_answer, "rendering": rendered, "suggestions, behind it": suggested}.items():
            took[name].append(1000 * seconds)
    for name, values in took.items():
        print(f"{name}: median {statistics.median(values):.1f} ms, mean {statistics.mean(values):.1f}")


def _timed(call: Callable[..., Any], name: str, now: dict[str, float]) -> Callable[..., Any]:
    def timed(*values: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*values, **options)
        finally:
            now[name] = now.get(name, 0.0) + time.perf_counter() - began

    return timed


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
