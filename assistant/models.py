"""Which reader answers: the offline one, or a chat model by LangChain's name for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.settings import AssistantSettings
from ingest.errors import SettingsError
from ingest.settings import OPENAI

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACTIVE = "extractive"
DEFAULT_CHAT_MODEL = "openai:gpt-5.4-mini"  # what `auto` takes where there is a key
ANSWER_TOKENS = 600  # of the model's window, for its answer
PROMPT_TOKENS = 4_096  # which no thinking takes from the prompt, if there are as many
_LISTING_TIMEOUT = 5.0  # seconds for a server to say which models it has


def choose(settings: AssistantSettings) -> str:
    """`extractive`, or `provider:model`.

    `auto` is OpenAI where a key is set, the one model of a server without a key, else the offline reader.
    Raises `SettingsError` where that server cannot be asked, or has no model or several.
    """
    if settings.model == "auto":
        if settings.ingest.openai_api_key:
            return DEFAULT_CHAT_MODEL
        return _only_model(settings) if settings.ingest.openai_base_url else EXTRACTIVE
    if settings.model != EXTRACTIVE and not all(settings.model.partition(":")):
        raise SettingsError(
            f"There is no model {settings.model!r}. Use auto, extractive, or one like {DEFAULT_CHAT_MODEL}."
        )
    return settings.model


def _only_model(settings: AssistantSettings) -> str:
    names = served_models(settings)
    if len(names) == 1:
        return f"openai:{names[0]}"
    host = server_host(settings)
    if not names:
        raise SettingsError(f"The server at {host} has no model. Load one there, or use --model extractive.")
    listed = ", ".join(f"openai:{name}" for name in names[:10])
    raise SettingsError(f"The server at {host} has {len(names)} models. Name one with --model: {listed}")


def served_models(settings: AssistantSettings) -> list[str]:
    """The names that OpenAI, or the server at `OPENAI_BASE_URL`, lists at `/models`.

    Raises `SettingsError` where it cannot be reached, refuses the key, or sends something else.
    """
    import openai

    host = server_host(settings)
    offline = "or use --model extractive."
    with _connecting(offline):
        client = openai.OpenAI(**_account(settings), timeout=_LISTING_TIMEOUT, max_retries=0)
    try:
        names = [model.id for model in client.models.list().data]
        if not all(isinstance(name, str) for name in names):  # the client does not check what a server sends
            raise TypeError
        return list(dict.fromkeys(names))
    except openai.InternalServerError as error:
        raise SettingsError(f"{host} is not ready ({error.status_code}). Try again, {offline}") from None
    except openai.PermissionDeniedError:
        raise SettingsError(f"{host} lists no models for this key. Name one with --model, {offline}") from None
    except openai.AuthenticationError:
        raise SettingsError(f"{host} refused the key. Mend OPENAI_API_KEY in .env, {offline}") from None
    except openai.APIConnectionError:
        raise SettingsError(
            f"The server at {host} cannot be reached. Start it, mend OPENAI_BASE_URL in .env, {offline}"
        ) from None
    except (openai.OpenAIError, ValueError, TypeError, AttributeError):
        raise SettingsError(
            f"{host} lists no models as OpenAI does. Mend OPENAI_BASE_URL (it often ends in /v1), {offline}"
        ) from None


def _account(settings: AssistantSettings) -> dict[str, Any]:
    """Whom to ask, and with which key; a server of one's own may need none."""
    key, address = settings.ingest.openai_api_key, settings.ingest.openai_base_url or OPENAI
    if urlsplit(address).query:
        raise SettingsError(
            "OPENAI_BASE_URL has a query, which would end up in the midst of the path. Leave out all from ? on "
            "(Azure needs none where the address ends in /openai/v1), or use --model extractive."
        )
    return {
        "api_key": key.get_secret_value() if key else "none",
        "base_url": address,  # else the client reads a variable of its own
    }


@contextmanager
def _connecting(instead: str) -> Iterator[None]:
    """What goes wrong in the block while an HTTP client is made, which reads the environment, as one line."""
    from httpx2 import InvalidURL

    try:
        yield
    except ImportError as error:
        if "socksio" not in str(error):
            raise
        raise SettingsError(
            "The proxy in the environment (ALL_PROXY, HTTPS_PROXY) speaks SOCKS, for which a package is missing. "
            f"Run: .venv/bin/uv pip install socksio; or unset it, {instead}"
        ) from None
    except OSError:
        raise SettingsError(
            "The certificates that the environment names (SSL_CERT_FILE, SSL_CERT_DIR) cannot be read. "
            f"Mend or unset that, {instead}"
        ) from None
    except (ValueError, InvalidURL) as error:  # the address of the server itself was looked at before
        if isinstance(error, ValueError) and "proxy" not in str(error):
            raise
        raise SettingsError(
            "The proxy in the environment (ALL_PROXY, HTTPS_PROXY, HTTP_PROXY) has an address that is none. "
            f"Mend or unset it, {instead}"
        ) from None


def server_host(settings: AssistantSettings) -> str:
    """The host and port where OpenAI's interface is asked, without a user's name and password."""
    return urlsplit(settings.ingest.openai_base_url or OPENAI).netloc.rpartition("@")[2]


def server_of(name: str, settings: AssistantSettings) -> str | None:
    """The host and port where a chat model is asked, where the settings name a server for it."""
    own = name.startswith("openai:") and settings.ingest.openai_base_url
    return server_host(settings) if own else None


def sends_to(name: str, settings: AssistantSettings) -> tuple[str, ...]:
    """The hosts (or providers) that see a question; none where everything stays on this computer."""
    used = [name, settings.ingest.embeddings]
    remote = [one.partition(":")[0] for one in used if ":" in one]
    return tuple(dict.fromkeys(server_host(settings) if provider == "openai" else provider for provider in remote))


def open_chat_model(
    name: str, settings: AssistantSettings, instead: str = "use --model extractive"
) -> "BaseChatModel":
    """The chat model `provider:model`. Raises `SettingsError` where the provider or the key is missing.

    `instead` is what else a person can do, for that message.
    """
    from openai import OpenAIError

    from assistant.model_calls import SILENCE

    provider, _, model = name.partition(":")
    try:
        with _connecting(f"or {instead}."):
            own = provider == "openai"
            opened = _of_openai(model, settings, instead) if own else _of(provider, model, settings)
        opened.metadata = {SILENCE: settings.timeout}
        return opened
    except (ImportError, ValueError, OpenAIError) as error:
        reason = " ".join(str(error).split())[:300].rstrip(".")
        if settings.ingest.openai_base_url:
            instead = f"name it openai:{name}, or {instead}"
        raise SettingsError(f"The model {name} cannot be used: {reason}. Choose another, or {instead}.") from None


def _of_openai(model: str, settings: AssistantSettings, instead: str) -> "BaseChatModel":
    if settings.ingest.openai_api_key is None and settings.ingest.openai_base_url is None:
        raise SettingsError(f"openai:{model} needs a key. Set OPENAI_API_KEY in .env, or {instead}.")
    from assistant.openai_chat import OpenAIChat, http_client

    options: dict[str, Any] = _account(settings)
    if settings.ingest.openai_base_url:
        options |= {"max_tokens": answer_tokens(settings), "longest": ANSWER_TOKENS}
        options["use_responses_api"] = False  # which LangChain takes for some names, and no such server has
    return OpenAIChat(
        model=model,
        stream_usage=True,
        timeout=settings.timeout,
        stream_chunk_timeout=None,  # `ask_model` sees to that
        max_retries=0,  # `ask_model` does that, also where a stream breaks off
        http_async_client=http_client(),
        openai_proxy=None,  # a variable of LangChain's own, which goes with no client of one's own
        **options,
    )


def _of(provider: str, model: str, settings: AssistantSettings) -> "BaseChatModel":
    import httpx2
    from langchain.chat_models import init_chat_model

    # what the environment has wrong shows here: the packages have other words for it, or none before they ask
    httpx2.Client().close()
    options: dict[str, Any] = {}
    if provider == "ollama":  # which else cuts the beginning off a prompt
        options = {"num_ctx": settings.context, "num_predict": answer_tokens(settings)}
    # named, since LangChain would take a provider that it does not know for a part of a model's name
    opened: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
    return opened


def answer_tokens(settings: AssistantSettings) -> int:
    """How many tokens of its window a chat model may write, those that it thinks aloud among them."""
    left = settings.context - PROMPT_TOKENS
    return ANSWER_TOKENS + max(0, min(settings.thinking, left - ANSWER_TOKENS))
