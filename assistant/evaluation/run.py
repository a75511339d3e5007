"""A question set through one or several models: rows to disk as they come, a report of each, an overview."""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from assistant.evaluation.judge import CitationJudge
from assistant.evaluation.matching import Corpus
from assistant.evaluation.metrics import fact_recall, supports
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_overview, write_report
from assistant.evaluation.results import (
    AT_ONCE,
    RECEIPT,
    SUMMARY,
    Row,
    make_receipt,
    open_results,
    read_rows,
)
from assistant.evaluation.scoring import score
from assistant.model_calls import STOP, Stopped
from assistant.models import ANSWER_TOKENS, EXTRACTIVE
from assistant.prices import cost
from assistant.prompts import JUDGE_VERSION
from assistant.within import documents_named
from ingest.errors import RecordingError, SettingsError, UserError

Step = Callable[[int, int], None]  # questions answered so far, and all of them

_PROMPT_TOKENS = 8_192  # of a long one: all documents that are sent whole, the rules and some turns


def evaluate(
    items: Sequence[QuestionItem],
    set_name: str,
    assistants: Sequence[Assistant],
    report: Path,
    progress: Callable[[str], AbstractContextManager[Step]],
    other: Path | None = None,
    open_judge: Callable[[Path], CitationJudge] | None = None,
    max_cost: float | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Path]:
    """Asks a set with each assistant and writes the reports; returns the folder of each model's own report.

    `progress` shows what is done, given what is being done. `other` is an earlier report's folder to compare
    with, `max_cost` what all models together may cost in US dollars; the event `stop` ends what a chat model is
    being asked. Raises `UserError` where the report cannot be written, and what `run` raises.
    """
    folders = model_folders(report, [assistant.model for assistant in assistants])
    left = max_cost
    try:
        for assistant, folder in zip(assistants, folders.values(), strict=True):
            with progress(f"Answering with {assistant.model}") as step:
                judge = open_judge(folder) if open_judge else None
                run(items, assistant, folder, step, judge, left, stop)
            summary = write_report(folder, set_name, assistant.index().sources, other)
            if left is not None:
                left -= (summary["cost_usd"].value or 0.0) + _judged(judge)
        if len(folders) > 1:
            write_overview(report, set_name, folders)
    except OSError as error:
        raise UserError(
            f"The report cannot be written ({error.strerror}: {report}). Give another --report."
        ) from None
    return folders


def model_folders(report: Path, models: Sequence[str]) -> dict[str, Path]:
    """Where each model's own report goes: one model has the folder to itself, several have one each in it.

    Raises `UserError` where two models would share a folder, or where the report is one of the other sort.
    """
    of_one = (report / RECEIPT).exists()
    if len(models) == 1:
        if not of_one and (report / SUMMARY).exists():
            raise UserError(f"{report} holds the runs of several models. Give another --report.")
        return {models[0]: report}
    if of_one:
        raise UserError(f"{report} holds the run of one model. Give another --report.")
    folders: dict[str, Path] = {}
    for model in models:
        folder = report / re.sub(r"[^\w.-]+", "-", model)
        if folder in folders.values():
            raise UserError(
                f"{model} would share the folder {folder} with another model. Name it once, or run it alone."
            )
        folders[model] = folder
    return folders


def run(
    items: Sequence[QuestionItem],
    assistant: Assistant,
    folder: Path,
    step: Step | None = None,
    judge: CitationJudge | None = None,
    max_cost: float | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Asks every question that `folder` has no row of yet; an interrupted run goes on where it stopped.

    A question that fails becomes a row with its error. A `judge` takes the place of the lexical test φ. Raises
    `UserError` where a question is asked of a document that is not there, where the folder holds another run, and
    where the next question could make the run cost more than `max_cost` US dollars; a wrong key or model and a
    recording that does not fit end the run. The event `stop` ends what a chat model is being asked. `step` is told
    how far it is.
    """
    documents_named([name for item in items for name in item.within], assistant.index().manifest.sources)
    step = step or (lambda done, whole: None)
    stop = stop or threading.Event()
    judged_by = f"{judge.name}, prompt {JUDGE_VERSION}" if judge else None
    results, done = open_results(folder, make_receipt(items, assistant, judged_by))
    step(done, len(items))
    corpus = Corpus(assistant.index().sources)
    config: RunnableConfig = {"configurable": {STOP: stop}}
    if judge:
        judge.config = config

    def row(item: QuestionItem) -> Row:
        answer, error = _ask(
            assistant, Ask(question=item.question, history=item.history, within=item.within), config
        )
        scores = score(item, answer, corpus, judge or supports)
        if item.history and item.standalone and item.facts:
            alone, _ = _ask(assistant, Ask(question=item.standalone, within=item.within), config)
            if answer and alone:  # what the row has cost is both
                answer = answer.model_copy(update={"usage": answer.usage + alone.usage})
            recall = fact_recall(item.facts, alone.text) if alone else None
            if recall is not None and scores["fact_recall"] is not None:
                scores["followup_gap"] = recall - scores["fact_recall"]
        return Row(id=item.id, question=item, answer=answer, error=error, scores=scores)

    with results.open("a", encoding="utf-8") as file, ThreadPoolExecutor(AT_ONCE) as pool:
        budget = None if max_cost is None else Budget(assistant.model, max_cost, read_rows(folder), judge)
        try:
            for number, made in enumerate(in_order(pool, row, items[done:], budget), start=done + 1):
                file.write(made.model_dump_json() + "\n")
                file.flush()
                step(number, len(items))
        except BaseException:  # before the pool waits for what is under way
            stop.set()
            raise


def _ask(assistant: Assistant, ask: Ask, config: RunnableConfig) -> tuple[Answer | None, str | None]:
    try:
        return assistant.chain_of_model.invoke(ask, config), None  # never the offline reader instead
    except (SettingsError, RecordingError, Stopped):  # every other question would fail in the same way
        raise
    except Exception as error:  # the edge of a run: the question has failed, and its row says why
        return None, f"{type(error).__name__}: {error}"


class Budget:
    """What a run may cost, its judge included. Raises `UserError` where a model's price is not known."""

    def __init__(self, model: str, limit: float, rows: Iterable[Row], judge: CitationJudge | None = None) -> None:
        self._limit, self._judge = limit, judge
        self._answers, self._verdicts = 0.0, _judged(judge)  # what they have cost so far
        # until an answer has shown what one costs, the whole context and a long answer
        self._dearest = sum(_at_most(name) for name in [model, *([judge.name] if judge else [])])
        self._measured = False
        for row in rows:
            self.spend(row)

    def spend(self, row: Row) -> None:
        """Counts what a row has cost, and the verdicts since the last; one that failed may cost as much as any."""
        before, self._verdicts = self._verdicts, _judged(self._judge)
        answer = (row.answer.usage.cost_usd or 0.0) if row.answer else self._dearest
        self._answers += answer
        self._measured |= row.answer is not None
        self._dearest = max(self._dearest, answer + self._verdicts - before)

    def allows(self, questions: int) -> bool:
        """Whether so many may be under way: one until an answer has shown its cost, then all that can be paid."""
        affordable = self._answers + self._verdicts + questions * self._dearest <= self._limit
        return affordable and (self._measured or questions == 1)

    def __str__(self) -> str:
        return f"${self._limit:g} (${self._answers + self._verdicts:.4f} so far)"


def _judged(judge: CitationJudge | None) -> float:
    """What all verdicts have cost so far."""
    return (judge.spent.cost_usd or 0.0) if judge else 0.0


def _at_most(model: str) -> float:
    one = 0.0 if model == EXTRACTIVE else cost(model, _PROMPT_TOKENS, ANSWER_TOKENS)
    if one is None:
        raise UserError(
            f"What {model} costs is not known. Add it to assistant/prices.json, or leave out --max-cost."
        )
    return one


def in_order(
    pool: ThreadPoolExecutor,
    make: Callable[[QuestionItem], Row],
    items: Sequence[QuestionItem],
    budget: Budget | None,
) -> Iterator[Row]:
    """Rows in the order of `items`, with a bounded number under way. Raises `UserError` at the budget's end."""
    waiting = deque(items)
    futures: deque[Future[Row]] = deque()
    try:
        while waiting or futures:
            while waiting and len(futures) < 2 * AT_ONCE and (not budget or budget.allows(len(futures) + 1)):
                futures.append(pool.submit(make, waiting.popleft()))
            if not futures:
                raise UserError(f"Stopped, since more might cost over {budget}. Raise --max-cost to go on.")
            made = futures.popleft().result()
            if budget:
                budget.spend(made)
            yield made
    finally:
        for future in futures:
            future.cancel()
