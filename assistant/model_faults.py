"""What a chat model's server can get wrong, told apart by what helps against it.

Nothing that a server said is repeated: its messages may hold parts of the key or of the prompt.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_core import exceptions as langchain

from ingest.errors import SettingsError, UserError

# Servers that are only compatible name it in words of their own (llama.cpp, vLLM, Ollama).
_TOO_LONG = re.compile(
    r"context.{0,40}(?:length|size|window)|(?:input|message|prompt|tokens)s?\b.{0,40}\btoo (?:large|long)"
    r"|too many tokens|tokens\b.{0,40}\bmust be <=|payload too large",
    re.I,
)
_ECHO = "input"  # in the errors of FastAPI's servers: what they were sent, perhaps all of it


class ModelFault(UserError):
    """A chat model gave no answer, and that is nobody's mistake; the offline reader can answer instead.

    `cause` says what happened ("it was asked too often (429)"), `transient` whether asking again may help, and
    `wait` for how many seconds the server asked to be left alone.
    """

    def __init__(self, cause: str, transient: bool = False, wait: float | None = None) -> None:
        super().__init__(f"The chat model gave no answer: {cause}. Ask again, or use --model extractive.")
        self.cause, self.transient, self.wait = cause, transient, wait


class PromptTooLong(ModelFault):
    """The prompt does not fit into the model's window."""


def broke_off() -> ModelFault:
    """What a reply is that has no end."""
    return ModelFault("the connection could not be made, or broke off", transient=True)


def fault(error: Exception) -> UserError:
    """What an exception of a chat model means: a `SettingsError` for a wrong key or model, else a `ModelFault`."""
    if isinstance(error, UserError):
        return error
    status, code = status_of(error), _code(error)
    if isinstance(error, langchain.ModelAuthenticationError) or status in (401, 403) or code == "invalid_api_key":
        return SettingsError(
            "The server refused the key. Mend it in .env (for openai: OPENAI_API_KEY), or use --model extractive."
        )
    if isinstance(error, langchain.ModelNotFoundError) or status == 404 or code == "model_not_found":
        where = "" if code == "model_not_found" else ", or mend OPENAI_BASE_URL (it often ends in /v1)"
        return SettingsError(
            "The server does not know this model. Name another with --model or BPO_KPO_MODEL"
            f"{where}; see: bpo-kpo doctor"
        )
    if is_too_long(error):
        return PromptTooLong("the request is longer than its window (set BPO_KPO_CONTEXT to what it has)")
    return _answered(error, status, code) if status else _unreadable(error)


def _answered(error: Exception, status: int, code: str) -> ModelFault:
    """What a server meant that answered with an error."""
    if status == 429 and code == "insufficient_quota":
        return ModelFault("its account has no credit left (429)")
    if status == 429:
        return ModelFault("it was asked too often (429)", transient=True, wait=_retry_after(error))
    refused = f"the server answered with an error ({status}{f', {code}' if code else ''})"
    return ModelFault(refused, transient=status in (408, 409) or status >= 500, wait=_retry_after(error))


def _unreadable(error: Exception) -> ModelFault:
    """What it means that a server was silent, ended too early, or sent what cannot be read."""
    if isinstance(error, langchain.ModelTimeoutError | TimeoutError) or "Timeout" in type(error).__name__:
        return ModelFault("it took too long", transient=True)
    kinds = {kind.__name__ for kind in type(error).__mro__}  # of httpx, and of the client on top of it
    transport = bool(kinds & {"TransportError", "APIConnectionError"})
    if transport or isinstance(error, langchain.ModelConnectionError | OSError):
        return broke_off()
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return ModelFault("what it sent was no valid JSON", transient=True)
    if isinstance(error, ValueError) and "No generation" in str(error):  # LangChain's word for a stream of nothing
        return ModelFault("its answer was empty", transient=True)
    return ModelFault(f"what it sent could not be read ({type(error).__name__})", transient=True)


def status_of(error: Exception) -> int | None:
    """The HTTP status of an answer; of an error within a stream, whose own was 200, the one that it names."""
    status: int | None = getattr(error, "status_code", None)
    body = getattr(error, "body", None)
    code = str(body.get("code", "")) if isinstance(body, dict) else ""
    if status and status > 0:  # Ollama's client has -1 for an error within a stream
        return status
    return int(code) if re.fullmatch(r"[45]\d\d", code) else None


def is_too_long(error: Exception) -> bool:
    """Whether a prompt, or a prompt with the longest reply that it allows, did not fit into the model's window."""
    told = status_of(error) in (400, 413, 422, 500) and _TOO_LONG.search(said_by(error))
    return isinstance(error, langchain.ContextOverflowError) or bool(told)


def said_by(error: Exception) -> str:
    """All that a server said with an error, wherever in the answer it stands; never to be shown."""
    return " ".join([str(error), *_texts(getattr(error, "body", None))])


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from () if name == _ECHO else (str(name), *_texts(value))
    elif isinstance(part, list):
        for item in part:
            yield from _texts(item)
    elif part is not None:
        yield str(part)


def _code(error: Exception) -> str:
    """The server's one word for the error, where it has the form of one."""
    code = str(getattr(error, "code", None) or "")
    return code if re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _retry_after(error: Exception) -> float | None:
    """Seconds that the header Retry-After asks for (RFC 9110: seconds, or a date by the server's own clock)."""
    headers: Any = getattr(getattr(error, "response", None), "headers", {})
    asked, now = headers.get("retry-after", ""), headers.get("date")
    if re.fullmatch(r"\d+(\.\d+)?", asked):
        return float(asked)
    try:
        since = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(asked) - since).total_seconds())
    except (TypeError, ValueError):
        return None
