"""Which reader answers: the offline one, or a chat model by LangChain's name for it."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.settings import AssistantSettings
from ingest.errors import SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACTIVE = "extractive"
DEFAULT_CHAT_MODEL = "openai:gpt-5-mini"  # what `auto` takes where there is a key
_TIMEOUT = 120.0  # seconds without a word from OpenAI's interface, so that a model that hangs is an error
_RETRIES = 2  # of a call that failed for a passing reason


def choose(settings: AssistantSettings) -> str:
    """`extractive`, or `provider:model`. `auto` is OpenAI where a key is set, else the offline reader."""
    if settings.model == "auto":
        return DEFAULT_CHAT_MODEL if settings.ingest.openai_api_key else EXTRACTIVE
    if settings.model != EXTRACTIVE and not all(settings.model.partition(":")):
        raise SettingsError(
            f"There is no model {settings.model!r}. Use auto, extractive, or one like {DEFAULT_CHAT_MODEL}."
        )
    return settings.model


def server_of(name: str, settings: AssistantSettings) -> str | None:
    """The host and port where a chat model is asked, where the settings name a server for it."""
    base_url = settings.ingest.openai_base_url
    if not name.startswith("openai:") or not base_url:
        return None
    return _host(base_url)


def sends_to(name: str, settings: AssistantSettings) -> tuple[str, ...]:
    """The hosts (or providers) that see a question; none where everything stays on this computer."""
    base_url = settings.ingest.openai_base_url
    openai = _host(base_url) if base_url else "api.openai.com"
    used = [name, settings.ingest.embeddings]
    remote = [one.partition(":")[0] for one in used if ":" in one]
    return tuple(dict.fromkeys(openai if provider == "openai" else provider for provider in remote))


def _host(url: str) -> str:
    """Host and port, without a user's name and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def open_chat_model(
    name: str, settings: AssistantSettings, instead: str = "use --model extractive"
) -> "BaseChatModel":
    """The chat model `provider:model`. Raises `SettingsError` where the provider or the key is missing.

    `instead` is what else a person can do, for that message.
    """
    from langchain.chat_models import init_chat_model

    provider = name.partition(":")[0]
    options: dict[str, Any] = {}
    if provider == "openai":
        key = settings.ingest.openai_api_key
        if key is None and settings.ingest.openai_base_url is None:
            raise SettingsError(f"{name} needs a key. Set OPENAI_API_KEY in .env, or {instead}.")
        options = {
            "api_key": key.get_secret_value() if key else "none",  # a server of one's own may ask for none
            "base_url": settings.ingest.openai_base_url,
            "stream_usage": True,
            "timeout": _TIMEOUT,
            "max_retries": _RETRIES,
        }
    try:
        model: BaseChatModel = init_chat_model(name, **options)
        return model
    except (ImportError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(f"The model {name} cannot be used: {reason} Choose another, or {instead}.") from None
