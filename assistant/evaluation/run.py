"""Running a question set through the assistant; the rows go to disk as they come."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from assistant.evaluation.judge import Judge, supports
from assistant.evaluation.metrics import fact_recall
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Receipt, Row, open_results, read_rows
from assistant.evaluation.scoring import Scores, score
from assistant.model_calls import STOP, Stopped
from assistant.models import ANSWER_TOKENS, EXTRACTIVE
from assistant.prices import cost
from assistant.prompts import JUDGE_VERSION, PROMPT_VERSION
from assistant.retriever import CONTEXT_TOKENS
from ingest.errors import RecordingError, SettingsError, UserError
from ingest.settings import ROOT

AT_ONCE = 4  # questions under way; the rows are written in the order of the set
Progress = Callable[[int, int], None]


def run(
    items: Sequence[QuestionItem],
    assistant: Assistant,
    folder: Path,
    progress: Progress | None = None,
    judge: Judge | None = None,
    max_cost: float | None = None,
    stop: threading.Event | None = None,
) -> list[Scores]:
    """Asks every question that `folder` has no row of yet, and returns the scores of all, in the set's order.

    An interrupted run goes on where it stopped. A question that fails becomes a row with its error. A
    `judge` takes the place of the lexical test φ. Raises `UserError` where the folder holds another run, and
    where the next question could make the run cost more than `max_cost` US dollars; a wrong key or model and a
    recording that does not fit end the run. The event `stop` ends what a chat model is being asked.
    """
    results, done = open_results(folder, make_receipt(items, assistant, judge), items)
    if progress:
        progress(done, len(items))
    corpus = Corpus(assistant.index().sources)
    stop = stop or threading.Event()
    config: RunnableConfig = {"configurable": {STOP: stop}}
    if judge:
        judge.config = config

    def row(item: QuestionItem) -> Row:
        answer, error = _ask(assistant, Ask(question=item.question, history=item.history), config)
        scores = score(item, answer, corpus, judge or supports)
        if item.history and item.standalone and item.facts:
            alone, _ = _ask(assistant, Ask(question=item.standalone), config)
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
                if progress:
                    progress(number, len(items))
        except BaseException:  # before the pool waits for what is under way
            stop.set()
            raise
    return [row.scores for row in read_rows(folder)]


def make_receipt(items: Sequence[QuestionItem], assistant: Assistant, judge: Judge | None = None) -> Receipt:
    """The receipt of a run of `items` on the index that is current now."""
    manifest = assistant.index().manifest
    lines = "\n".join(item.model_dump_json() for item in items)
    return Receipt(
        questions=hashlib.sha256(lines.encode()).hexdigest(),
        code=_code(),
        index=manifest.digest,
        sources={record.name: record.digest for record in manifest.sources},
        embeddings=manifest.embeddings,
        model=assistant.model,
        server=assistant.server,
        prompts=PROMPT_VERSION,
        strict=assistant.strict,
        judge=f"{judge.name}, prompt {JUDGE_VERSION}" if judge else None,
    )


def _code() -> str:
    """A digest of both packages: no version number follows every change that matters."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "ingest").rglob("*.py"), *(ROOT / "assistant").rglob("*.py")]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _ask(assistant: Assistant, ask: Ask, config: RunnableConfig) -> tuple[Answer | None, str | None]:
    try:
        return assistant.chain_of_model.invoke(ask, config), None  # never the offline reader instead
    except (SettingsError, RecordingError, Stopped):  # every other question would fail in the same way
        raise
    except Exception as error:  # the edge of a run: the question has failed, and its row says why
        return None, f"{type(error).__name__}: {error}"


class Budget:
    """What a run may cost, its judge included. Raises `UserError` where a model's price is not known."""

    def __init__(self, model: str, limit: float, rows: Iterable[Row], judge: Judge | None = None) -> None:
        self._judge = judge
        self._limit, self._spent = limit, self._judging()
        # until an answer has shown what one costs, the whole context and a long answer
        self._dearest = sum(_at_most(name) for name in [model, *([judge.name] if judge else [])])
        self._measured = False
        self._judged = self._judging()
        for row in rows:
            self.spend(row)

    def spend(self, row: Row) -> None:
        """Counts what a row has cost, and the verdicts since the last; one that failed may cost as much as any."""
        judged = self._judging()
        paid = (row.answer.usage.cost_usd or 0.0) if row.answer else self._dearest
        paid += judged - self._judged
        self._judged = judged
        self._spent += paid
        self._measured |= row.answer is not None
        self._dearest = max(self._dearest, paid)

    def allows(self, questions: int) -> bool:
        """Whether so many may be under way: one until an answer has shown its cost, then all that can be paid."""
        affordable = self._spent + questions * self._dearest <= self._limit
        return affordable and (self._measured or questions == 1)

    def _judging(self) -> float:
        """What all verdicts have cost so far."""
        return (self._judge.spent.cost_usd or 0.0) if self._judge else 0.0

    def __str__(self) -> str:
        return f"${self._limit:g} (${self._spent:.4f} so far)"


def _at_most(model: str) -> float:
    one = 0.0 if model == EXTRACTIVE else cost(model, 2 * CONTEXT_TOKENS, ANSWER_TOKENS)
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
