"""The one evaluation that is under way. It belongs to the server, so that it outlives the page that began it."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem, write_questions
from assistant.evaluation.run import Step, evaluate
from assistant.model_calls import Stopped
from ingest.errors import UserError
from ui.web.chat import BROKEN

QUESTIONS = "questions.jsonl"  # the set, in the report's folder: a run that was stopped goes on without the upload

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """How far a run is. `began` is a time of `time.monotonic`; `kept` questions had been answered before."""

    folder: Path
    whole: int
    began: float
    kept: int | None = None  # until it is known
    done: int = 0
    state: Literal["asking", "writing", "done", "stopped", "failed"] = "asking"
    error: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it goes on."""
        return self.state in ("asking", "writing")

    def seconds_left(self) -> float | None:
        """At the pace so far, until the last answer; `None` before the first."""
        answered = self.done - (self.kept or 0)
        return (time.monotonic() - self.began) / answered * (self.whole - self.done) if answered else None


class Runs:
    """Begins a run, says how far it is, and stops it; there is one at a time.

    `last` is the run that is under way, else the one that ended last.
    """

    def __init__(self) -> None:
        self.last: Run | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @property
    def under_way(self) -> bool:
        """Whether there is one."""
        return self.last is not None and self.last.under_way

    def begin(self, items: Sequence[QuestionItem], assistant: Assistant, folder: Path) -> None:
        """Begins a run whose report goes to `folder`, or goes on with the one that was stopped there.

        Raises `UserError` where another run is under way.
        """
        with self._lock:
            if self.under_way:
                raise UserError("One run at a time: the one that is under way has to end, or be stopped, first.")
            self._stop.clear()
            self.last = Run(folder, len(items), time.monotonic())
        threading.Thread(target=self._run, args=(items, assistant, folder), daemon=True).start()

    def stop(self) -> None:
        """Ends the asking; what was answered is kept."""
        self._stop.set()

    def _run(self, items: Sequence[QuestionItem], assistant: Assistant, folder: Path) -> None:
        try:
            with FileLock(folder.parent / ".lock", timeout=0):  # another process may serve the window, too
                folder.mkdir(parents=True, exist_ok=True)
                if not (folder / QUESTIONS).exists():
                    write_questions(folder / QUESTIONS, items)
                evaluate(items, folder.name, [assistant], folder, self._asking, stop=self._stop)
            self._now(state="done")
        except Stopped:
            self._now(state="stopped")
        except Timeout:
            self._now(state="failed", error="A run is under way in another process. Wait until it has ended.")
        except UserError as error:
            self._now(state="failed", error=str(error))
        except OSError as error:
            self._now(state="failed", error=f"{folder} cannot be made ({error.strerror}). Make room for it.")
        except Exception:  # the edge: whoever reads the page gets a sentence, the terminal the traceback
            log.exception("No evaluation in %s", folder)
            self._now(state="failed", error=BROKEN)

    @contextmanager
    def _asking(self, doing: str) -> Iterator[Step]:
        def step(done: int, whole: int) -> None:
            if self._stop.is_set():
                raise Stopped
            if self.last and self.last.kept is None:  # told before anything is asked
                self._now(kept=done, began=time.monotonic())
            self._now(done=done)

        yield step
        self._now(state="writing")

    def _now(self, **changes: Any) -> None:
        if self.last:
            self.last = replace(self.last, **changes)
