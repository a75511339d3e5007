"""Work that belongs to the server, so that it outlives the page that began it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.model_calls import Stopped
from ingest.errors import UserError
from ui.web.faults import said_of


@dataclass(frozen=True)
class Job:
    """How far a job is; `said` are lines for whoever began it: what went wrong, and what was done at its end."""

    doing: str
    done: int = 0
    whole: int = 0
    said: tuple[str, ...] = ()
    under_way: bool = True
    can_stop: bool = False
    folder: Path = Path()  # where the report of a run goes
    seconds_left: float | None = None  # of a run, at its pace so far


class Jobs:
    """Does one job at a time, in a thread of its own.

    `last` is the one that is under way, else the one that ended last; before any one that says nothing.
    """

    def __init__(self, one: str, stopped: str) -> None:
        """`one` is what a job is called, `stopped` what is said of one that was stopped."""
        self.last = Job("", under_way=False)
        self._one, self._stopped = one, stopped
        self._lock, self._stop = threading.Lock(), threading.Event()

    @property
    def under_way(self) -> bool:
        """Whether there is one that goes on."""
        return self.last.under_way

    def stop(self) -> None:
        """Ends the job at its next step."""
        self._stop.set()

    def _begin(self, job: Job, work: Callable[[], str]) -> None:
        """Begins `work`, which returns what is said at its end. Raises `UserError` where a job is under way."""
        with self._lock:
            if self.under_way:
                raise UserError(f"One {self._one} at a time: the one that is under way has to end first.")
            self._stop.clear()
            self.last = job
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], str]) -> None:
        try:
            said = work()
        except Stopped:
            said = self._stopped
        except Exception as error:  # the edge
            said = said_of(error)
        # at once, so that nobody reads the last line of a job that seems to go on
        self._now(*filter(None, [said]), under_way=False, can_stop=False)

    def _step(self, done: int, whole: int) -> None:
        """Raises `Stopped` where it was."""
        if self._stop.is_set():
            raise Stopped
        self._now(done=done, whole=whole)

    def _now(self, *lines: str, **changes: Any) -> None:
        """Says these lines of the job, and changes it."""
        self.last = replace(self.last, said=(*self.last.said, *lines), **changes)
