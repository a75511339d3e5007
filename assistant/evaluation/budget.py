"""How many questions are under way at once, and what a run may cost."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from assistant.evaluation.judge import CitationJudge
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row
from assistant.models import ANSWER_TOKENS, EXTRACTIVE, PROMPT_TOKENS
from assistant.prices import cost
from ingest.errors import UserError

AT_ONCE = 4  # questions; the rows are written in the order of the set


class Budget:
    """What a run may cost, its judge included. Raises `UserError` where a model's price is not known."""

    def __init__(self, model: str, limit: float, rows: Iterable[Row], judge: CitationJudge | None = None) -> None:
        self._limit, self._judge = limit, judge
        self._answers = 0.0  # what they have cost so far
        # until an answer has shown what one costs, the whole context and a long answer
        self._dearest = sum(_at_most(name) for name in [model, *([judge.name] if judge else [])])
        self._measured = False
        self._judged = self._judging()
        for row in rows:
            self.spend(row)

    def spend(self, row: Row) -> None:
        """Counts what a row has cost, and the verdicts since the last; one that failed may cost as much as any."""
        judged, self._judged = self._judged, self._judging()
        answer = (row.answer.usage.cost_usd or 0.0) if row.answer else self._dearest
        self._answers += answer
        self._measured |= row.answer is not None
        self._dearest = max(self._dearest, answer + self._judged - judged)

    def allows(self, questions: int) -> bool:
        """Whether so many may be under way: one until an answer has shown its cost, then all that can be paid."""
        affordable = self._answers + self._judged + questions * self._dearest <= self._limit
        return affordable and (self._measured or questions == 1)

    def _judging(self) -> float:
        """What all verdicts have cost so far."""
        return (self._judge.spent.cost_usd or 0.0) if self._judge else 0.0

    def __str__(self) -> str:
        return f"${self._limit:g} (${self._answers + self._judged:.4f} so far)"


def _at_most(model: str) -> float:
    one = 0.0 if model == EXTRACTIVE else cost(model, PROMPT_TOKENS, ANSWER_TOKENS)
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
