"""Running a question set through the assistant; the rows go to disk as they come."""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from langchain_core.runnables import RunnableConfig
from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from assistant.evaluation.judge import Judge
from assistant.evaluation.lexical_support import supports
from assistant.evaluation.metrics import fact_recall
from assistant.evaluation.questions import Corpus, QuestionItem
from assistant.evaluation.scoring import Scores, score
from assistant.model_calls import STOP, Stopped
from assistant.models import ANSWER_TOKENS, EXTRACTIVE
from assistant.prices import cost
from assistant.prompts import JUDGE_VERSION, PROMPT_VERSION
from assistant.retriever import CONTEXT_TOKENS
from ingest.errors import RecordingError, SettingsError, UserError
from ingest.settings import ROOT

_RECEIPT = "receipt.json"
AT_ONCE = 4  # questions under way; the rows are written in the order of the set
Progress = Callable[[int, int], None]


class Row(BaseModel):
    """A line of `results.jsonl`."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: QuestionItem
    answer: Answer | None
    error: str | None
    scores: Scores


class Receipt(BaseModel):
    """What a run was made with. Two runs with the same receipt may share a folder."""

    model_config = ConfigDict(frozen=True)

    questions: str  # SHA-256 of the set
    code: str  # SHA-256 of the modules that answer and score
    index: str  # digest of ids, texts and vectors
    sources: dict[str, str]  # digest of each text
    embeddings: str
    model: str
    server: str | None = None  # where a chat model is, if not at its provider's own address
    prompts: int
    strict: bool = False
    judge: str | None = None  # its model and its prompt; left out where the lexical test decides


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
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.jsonl"
    _check_receipt(folder, make_receipt(items, assistant, judge), results)
    done = _keep_whole_rows(results, items)
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
            for number, made in enumerate(_in_order(pool, row, items[done:], budget), start=done + 1):
                file.write(made.model_dump_json() + "\n")
                file.flush()
                if progress:
                    progress(number, len(items))
        except BaseException:  # before the pool waits for what is under way
            stop.set()
            raise
    return [row.scores for row in read_rows(folder)]


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of a report folder, one at a time. Raises `UserError` where there are none."""
    path = folder / "results.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Row.model_validate_json(line)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} is no report that can be read ({reason}). Run bpo-kpo evaluate again.") from None


def _ask(assistant: Assistant, ask: Ask, config: RunnableConfig) -> tuple[Answer | None, str | None]:
    try:
        return assistant.chain_of_model.invoke(ask, config), None  # never the offline reader instead
    except (SettingsError, RecordingError, Stopped):  # every other question would fail in the same way
        raise
    except Exception as error:  # the edge of a run: the question has failed, and its row says why
        return None, f"{type(error).__name__}: {error}"


def _in_order(
    pool: ThreadPoolExecutor,
    make: Callable[[QuestionItem], Row],
    items: Sequence[QuestionItem],
    budget: "Budget | None",
) -> Iterator[Row]:
    """Rows in the order of `items`, with a bounded number under way; raises what the budget raises at its end."""
    waiting = deque(items)
    futures: list[Future[Row]] = []
    try:
        while waiting or futures:
            most = 1 if budget and not budget.measured else 2 * AT_ONCE
            while waiting and len(futures) < most and not (budget and budget.is_short_of(len(futures) + 1)):
                futures.append(pool.submit(make, waiting.popleft()))
            if not futures:
                raise UserError(f"Stopped, since more might cost over {budget}. Raise --max-cost to go on.")
            made = futures.pop(0).result()
            if budget:
                budget.spend(made)
            yield made
    finally:
        for future in futures:
            future.cancel()


class Budget:
    """What a run may cost, its judge included. Raises `UserError` where a model's price is not known."""

    def __init__(self, model: str, limit: float, rows: Iterable[Row], judge: Judge | None = None) -> None:
        first = 0.0
        for name in [model, *([judge.name] if judge else [])]:
            # until an answer has shown what one costs, the whole context and a long answer
            one = 0.0 if name == EXTRACTIVE else cost(name, 2 * CONTEXT_TOKENS, ANSWER_TOKENS)
            if one is None:
                raise UserError(
                    f"What {name} costs is not known. Add it to assistant/prices.json, or leave out --max-cost."
                )
            first += one
        self._judge = judge
        self._judged = self._judging()
        self._limit, self._spent, self._dearest = limit, self._judged, first
        self.measured = False  # whether an answer has shown what one costs
        for row in rows:
            self.spend(row)

    def spend(self, row: Row) -> None:
        """Counts what a row has cost, and the verdicts since the last; one that failed may cost as much as any."""
        judged = self._judging()
        paid = (row.answer.usage.cost_usd or 0.0) if row.answer else self._dearest
        paid += judged - self._judged
        self._judged = judged
        self._spent += paid
        self.measured |= row.answer is not None
        self._dearest = max(self._dearest, paid)

    def _judging(self) -> float:
        """What all verdicts have cost so far."""
        return (self._judge.spent.cost_usd or 0.0) if self._judge else 0.0

    def is_short_of(self, questions: int) -> bool:
        """Whether so many more, each as dear as the dearest, could cost more than is left."""
        return self._spent + questions * self._dearest > self._limit

    def __str__(self) -> str:
        return f"${self._limit:g} (${self._spent:.4f} so far)"


def read_receipt(folder: Path) -> Receipt:
    """What the run in a report folder was made with. Raises `UserError` where that cannot be read."""
    path = folder / _RECEIPT
    try:
        return Receipt.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{path} is not what a run of this version left. Give another folder.") from None


def _check_receipt(folder: Path, receipt: Receipt, results: Path) -> None:
    path = folder / _RECEIPT
    if not path.exists():
        if results.exists():
            raise UserError(f"{results} is of something else: it has no {_RECEIPT}. Give another --report.")
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(receipt.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")
        unfinished.replace(path)
        return
    earlier = read_receipt(folder)
    if earlier != receipt:
        names = [name for name in Receipt.model_fields if getattr(earlier, name) != getattr(receipt, name)]
        raise UserError(f"{folder} holds a run that differs in {', '.join(names)}. Give another --report.")


def _keep_whole_rows(results: Path, items: Sequence[QuestionItem]) -> int:
    """How many rows are there already; one that was cut off or damaged is taken away, with all after it."""
    if not results.exists():
        return 0
    rows = length = 0
    with results.open("r+b") as file:
        for line, item in zip(file, items, strict=False):
            if not line.endswith(b"\n") or not _is_row_of(line, item):
                break
            rows += 1
            length += len(line)
        file.truncate(length)
    return rows


def _is_row_of(line: bytes, item: QuestionItem) -> bool:
    try:
        return Row.model_validate_json(line).question == item
    except ValueError:
        return False
