"""What a chat model's server can get wrong, told apart by what helps against it.

Nothing that a server said is repeated: its messages may hold parts of the key or of the prompt.
"""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_core import exceptions as langchain

from ingest.errors import SettingsError, UserError


class ModelFault(UserError):
    """A chat model gave no answer, and that is nobody's mistake; the offline reader can answer instead.

    `cause` says what happened ("it was asked too often (429)"), `passing` whether asking again may help, and
    `wait` for how many seconds the server asked to be left alone.
    """

    def __init__(self, cause: str, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(f"The chat model gave no answer: {cause}. Ask again, or use --model extractive.")
        self.cause, self.passing, self.wait = cause, passing, wait


class PromptTooLong(ModelFault):
    """The prompt does not fit into the model's window."""


def fault(error: Exception) -> UserError:
    """What an exception of a chat model means: a `SettingsError` for a wrong key or model, else a `ModelFault`."""
    if isinstance(error, UserError):
        return error
    status = status_of(error)
    if mistake := _mistake(error, status):
        return mistake
    if isinstance(error, langchain.ContextOverflowError) or _is_overflow(error, status):
        return PromptTooLong("the prompt is too long for it")
    return _answered(error, status) if status else _broken(error)


def _mistake(error: Exception, status: int | None) -> SettingsError | None:
    """What a person has to mend."""
    code = _code(error)
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
    return None


def _answered(error: Exception, status: int) -> ModelFault:
    """What a server meant that answered with an error."""
    code = _code(error)
    if status == 429 and code == "insufficient_quota":
        return ModelFault("its account has no credit left (429)")
    if status == 429:
        return ModelFault("it was asked too often (429)", passing=True, wait=_retry_after(error))
    refused = f"the server answered with an error ({status}{f', {code}' if code else ''})"
    return ModelFault(refused, passing=status in (408, 409) or status >= 500, wait=_retry_after(error))


def _broken(error: Exception) -> ModelFault:
    """What it means that a server was silent, ended too early, or sent what cannot be read."""
    if isinstance(error, langchain.ModelTimeoutError | TimeoutError) or "Timeout" in type(error).__name__:
        return ModelFault("it took too long", passing=True)
    if isinstance(error, langchain.ModelConnectionError | OSError) or _is_transport(error):
        return ModelFault("the connection could not be made, or broke off", passing=True)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return ModelFault("what it sent was no valid JSON", passing=True)
    if isinstance(error, ValueError) and "No generation" in str(error):  # LangChain's word for a stream of nothing
        return ModelFault("its answer was empty", passing=True)
    return ModelFault(f"what it sent could not be read ({type(error).__name__})", passing=True)


def status_of(error: Exception) -> int | None:
    """The HTTP status of an answer; of an error within a stream, whose own was 200, the one that it names."""
    status: int | None = getattr(error, "status_code", None)
    body = getattr(error, "body", None)
    code = str(body.get("code", "")) if isinstance(body, dict) else ""
    return status or (int(code) if re.fullmatch(r"[45]\d\d", code) else None)


_OVERFLOW = re.compile(
    r"context.{0,40}(?:length|size|window)|(?:input|message|prompt)s?\b.{0,40}\btoo long|too many tokens", re.I
)


def _is_overflow(error: Exception, status: int | None) -> bool:
    """Servers that are only compatible name it in words of their own (llama.cpp, vLLM, Ollama)."""
    return status in (400, 413, 500) and bool(_OVERFLOW.search(str(error)))


def _is_transport(error: Exception) -> bool:
    """Whether httpx or the client on top of it lost the connection."""
    return any(kind.__name__ in ("TransportError", "APIConnectionError") for kind in type(error).__mro__)


def _code(error: Exception) -> str:
    """The server's one word for the error, where it has the form of one."""
    code = str(getattr(error, "code", None) or "")
    return code if re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _retry_after(error: Exception) -> float | None:
    """Seconds that the header Retry-After asks for (RFC 9110: seconds, or a date)."""
    response: Any = getattr(error, "response", None)
    value = response.headers.get("retry-after") if response is not None else None
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        said = response.headers.get("date")  # by its own clock, where it says what that shows
        now = parsedate_to_datetime(said) if said else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
