"""When a chat model is asked again, and after how long."""

import threading
import time

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay
from tenacity.nap import sleep_using_event
from tenacity.wait import wait_exponential_jitter

from assistant.model_faults import ModelFault

ATTEMPTS = 3
_LONGEST = 90.0  # seconds after which a failed attempt is the last
_LONGEST_WAIT = 20.0  # seconds; who asks to be left alone for longer is not asked again
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=8.0, jitter=0.5)


def retrying(attempts: int, stop: threading.Event | None) -> Retrying:
    """Attempts at asking a chat model, until one does not fail with a transient fault, or `stop` is set."""
    return Retrying(
        retry=retry_if_exception(_is_transient),
        wait=_wait,
        stop=stop_after_attempt(attempts) | stop_after_delay(_LONGEST),
        sleep=sleep_using_event(stop) if stop else time.sleep,
        reraise=True,
    )


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, ModelFault) and error.transient and (error.wait or 0) <= _LONGEST_WAIT


def _wait(state: RetryCallState) -> float:
    """What the server asked for, else longer from time to time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, ModelFault) else None
    return _BACKOFF(state) if asked is None else asked
