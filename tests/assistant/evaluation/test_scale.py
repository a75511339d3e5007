"""A long run over a large corpus: it finishes, memory does not grow with the rows, and its report opens.

`SCALE_QUESTIONS=5000 pytest tests/assistant/evaluation/test_scale.py -s` runs the size that the evaluation is
made for, and prints what it took.
"""

import os
import random
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.answers import Answer, Ask, Citation, RetrievedPassage, Sentence
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_report
from assistant.evaluation.results import read_rows
from assistant.evaluation.run import run
from ingest.sources import Source, make_source

QUESTIONS = int(os.environ.get("SCALE_QUESTIONS", "520"))
DOCUMENTS, CHARACTERS = 20, 50_000
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Record:
    name: str
    digest: str = "d"


@dataclass(frozen=True)
class Manifest:
    sources: list[Record]
    digest: str = "i"
    embeddings: str = "none"


@dataclass(frozen=True)
class FakeIndex:
    sources: dict[str, Source]

    @property
    def manifest(self) -> Manifest:
        return Manifest([Record(name) for name in self.sources])


class Quoting:
    """Answers "… <source> <start> <end>" with that span, and the passages from there on. It is always wrong."""

    def __init__(self, index: FakeIndex, notice: str) -> None:
        self._index, self._notice = index, notice

    def invoke(self, ask: Ask, config: object = None) -> Answer:
        name, start, end = ask.question.split()[-3:]
        a, b, text = int(start), int(end), self._index.sources[name].text
        starts = range(a, min(a + 6_000, len(text)), 1_000)
        passages = [
            RetrievedPassage(
                source=name, section="S", text=text[at : at + 1_000], start=at, end=at + 1_000, score=1
            )
            for at in starts
        ]
        return Answer(
            question=ask.question,
            standalone_question=ask.question,
            answered=True,
            text=f"{text[a:b]} [1]",
            sentences=(Sentence(text=text[a:b], citations=(1,), support="quoted"),),
            citations=(Citation(number=1, source=name, section="S", quote=text[a:b], start=a, end=b),),
            passages=tuple(passages),
            notices=(self._notice,),
            confidence=a / len(text),
            model="quoting",
        )


class FakeAssistant:
    model = "quoting"
    server = None
    strict = False

    def __init__(self, sources: dict[str, Source], notice: str = "") -> None:
        self._index = FakeIndex(sources)
        self.chain_of_model = Quoting(self._index, notice)

    def index(self) -> FakeIndex:
        return self._index


def documents(count: int, characters: int) -> dict[str, Source]:
    """Texts of random words, so that no two sentences are the same."""
    dice = random.Random(1)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("nd", "rk", "lt", "sh")]
    sources = {}
    for number in range(count):
        text = ". ".join(" ".join(dice.choices(words, k=12)).capitalize() for _ in range(characters // 40))
        sources[f"{number}.md"] = make_source(f"{number}.md", text[:characters])
    return sources


def questions(sources: dict[str, Source], count: int) -> list[QuestionItem]:
    """Half of them are answerable, and ask for a fact that no answer says."""
    names = list(sources)
    items = []
    for number in range(count):
        name = names[number % len(names)]
        start = number * 97 % (len(sources[name].text) - 5_000)
        quote, answerable = sources[name].text[start : start + 60], number % 2 == 0
        items.append(
            QuestionItem(
                id=f"s-{number}",
                question=f"What stands in {name} {start} {start + 60}",
                answerable=answerable,
                facts=(("xylophone",),) if answerable else (),
                evidence=(quote,) if answerable else (),
                tags=(f"tag-{number % 10}",),
            )
        )
    return items


def test_a_long_run_over_a_large_corpus_finishes_and_its_report_opens(tmp_path: Path) -> None:
    sources = documents(DOCUMENTS, CHARACTERS)
    started = time.perf_counter()
    run(questions(sources, QUESTIONS), FakeAssistant(sources), tmp_path)
    ran = time.perf_counter()
    summary = write_report(tmp_path, "scale.jsonl", sources)
    wrote = time.perf_counter()
    page = (tmp_path / "report.html").stat().st_size
    print(f"\n{QUESTIONS} questions: run {ran - started:.0f} s, report {wrote - ran:.0f} s, {page} bytes")

    assert sum(1 for _ in read_rows(tmp_path)) == QUESTIONS
    assert summary["fact_recall"].n == QUESTIONS // 2
    html = (tmp_path / "report.html").read_text("utf-8")
    assert f"What went wrong: {QUESTIONS} of {QUESTIONS}" in html
    assert "The first 500 are listed here; all are in results.jsonl." in html
    assert html.count("Retrieved passages: ") == 500
    assert page < 8 * MEGABYTE


def traced(work: Callable[[], object]) -> int:
    """The most memory in bytes that Python's objects took while this ran."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.evaluation.report._SHOWN", 5)
    monkeypatch.setattr("assistant.evaluation.statistics.RESAMPLES", 20)  # tracing makes them slow
    sources = documents(1, 10_000)
    items = questions(sources, 100)
    assistant = FakeAssistant(sources, notice="x" * 50_000)
    run(items, assistant, tmp_path)
    write_report(tmp_path, "scale.jsonl", sources)  # what is imported and cached at first does not count
    results = (tmp_path / "results.jsonl").stat().st_size
    assert results > 5 * MEGABYTE
    assert traced(lambda: write_report(tmp_path, "scale.jsonl", sources)) < results / 2
    assert traced(lambda: run(items, assistant, tmp_path)) < results / 2  # resumes, with nothing left to do
