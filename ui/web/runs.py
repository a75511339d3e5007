"""The one evaluation that is under way."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem, write_questions
from assistant.evaluation.run import Step, evaluate
from ingest.errors import UserError
from ui.web.jobs import Job, Jobs

QUESTIONS = "questions.jsonl"  # the set, in the report's folder: a run that was stopped goes on without the upload


class Runs(Jobs):
    """Begins a run, says how far it is, and stops it."""

    def __init__(self) -> None:
        super().__init__("run", stopped="Stopped.")

    def begin(self, items: Sequence[QuestionItem], assistant: Assistant, folder: Path) -> None:
        """Begins a run whose report goes to `folder`, or goes on with the one that was stopped there.

        Raises `UserError` where another run is under way.
        """
        asking = Job("Questions answered", whole=len(items), can_stop=True, folder=folder)
        self._begin(asking, lambda: self._ask(items, assistant, folder))

    def _ask(self, items: Sequence[QuestionItem], assistant: Assistant, folder: Path) -> str:
        try:
            with FileLock(folder.parent / ".lock", timeout=0):  # another process may serve the window, too
                folder.mkdir(parents=True, exist_ok=True)
                if not (folder / QUESTIONS).exists():
                    write_questions(folder / QUESTIONS, items)
                evaluate(items, folder.name, [assistant], folder, self._asking, stop=self._stop)
        except Timeout:
            raise UserError("A run is under way in another process. Wait until it has ended.") from None
        except OSError as error:
            raise UserError(f"{folder} cannot be made ({error.strerror}). Make room for it.") from None
        return f"Done. The report is in reports/{folder.name}."

    @contextmanager
    def _asking(self, doing: str) -> Iterator[Step]:
        began: float | None = None
        kept = 0  # of a run that goes on

        def step(done: int, whole: int) -> None:
            nonlocal began, kept
            if began is None:  # told before anything is asked
                began, kept = time.monotonic(), done
            self._step(done, whole)
            if done > kept:
                self._now(seconds_left=(time.monotonic() - began) / (done - kept) * (whole - done))

        yield step
        self._now(can_stop=False)
