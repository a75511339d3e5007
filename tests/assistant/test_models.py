"""Which reader answers, who sees a question for it, and what it costs."""

from typing import Any

import pytest
from pydantic import ValidationError

from assistant.chain import open_assistant
from assistant.models import DEFAULT_CHAT_MODEL, answer_tokens, choose, open_chat_model, sends_to
from assistant.prices import cost, price_of
from assistant.settings import AssistantSettings
from ingest.errors import SettingsError
from tests.assistant.conftest import DRIVES, Asking
from tests.model_server import error, model_server, models, reply, streamed


def settings_of(model: str = "auto", url: str | None = None, key: str | None = None) -> AssistantSettings:
    ingest = {"openai_base_url": url, "openai_api_key": key}
    return AssistantSettings.model_validate({"model": model, "ingest": ingest})


def test_who_sees_a_question_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sends_to("extractive", settings_of()) == ()
    embedding = AssistantSettings.model_validate({"ingest": {"embeddings": "openai:text-embedding-3-small"}})
    assert sends_to("extractive", embedding) == ("api.openai.com",)
    assert sends_to("openai:m", settings_of(url="http://user:secret@10.0.0.1:80/v1")) == ("10.0.0.1:80",)
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")  # the client's own
    model: Any = open_chat_model("openai:m", settings_of(key="sk-x"))
    assert str(model.root_async_client.base_url) == "https://api.openai.com/v1/"


def test_a_server_is_asked_for_its_one_model_where_neither_a_key_nor_a_name_says_which() -> None:
    with model_server(models("small")) as server:
        assert choose(settings_of(url=server.url, key="sk-x")) == DEFAULT_CHAT_MODEL
        assert choose(settings_of("openai:other", server.url)) == "openai:other"
        assert not server.asked
        assert choose(settings_of(url=server.url)) == "openai:small"
    assert [asked.path for asked in server.asked] == ["/v1/models"]
    assert choose(settings_of()) == "extractive"


def test_a_server_of_ones_own_is_asked_without_a_key_and_for_a_short_answer(asking: Asking) -> None:
    with model_server(streamed("Volume [1].")) as server:
        assistant = asking(server, key=None)
        assistant.chain.invoke(DRIVES)
        assert assistant.offline.model == "extractive" and assistant.offline.sends_to == ()
    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer none" and asked.body["max_completion_tokens"] == 4_096


@pytest.mark.parametrize(
    ("model", "url", "message"),
    [
        ("nonsense", None, "There is no model 'nonsense'. Use auto, extractive, or one like openai:"),
        ("openai:gpt-5", None, "openai:gpt-5 needs a key. Set OPENAI_API_KEY in .env, or use --model extractive."),
        ("nobody:m", None, "The model nobody:m cannot be used"),
        ("gpt-oss:20b", "http://127.0.0.1:11434/v1", "name it openai:gpt-oss:20b, or use --model extractive."),
    ],
)
def test_an_unknown_model_is_one_line_that_says_what_to_do(model: str, url: str | None, message: str) -> None:
    settings = settings_of(model, url)
    with pytest.raises(SettingsError) as caught:
        open_chat_model(choose(settings), settings)
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (models("a", "b"), r"has 2 models\. Name one with --model: openai:a, openai:b$"),
        (models(), r"has no model\. Load one there"),
        (error("401 Unauthorized"), r"refused the key\. Mend OPENAI_API_KEY"),
        ([reply({"data": [{"name": "x"}]})], r"lists no models as OpenAI does\."),
    ],
)
def test_a_server_that_does_not_say_which_model_is_one_line(script: Any, message: str) -> None:
    with model_server(script) as server, pytest.raises(SettingsError, match=message) as caught:
        choose(settings_of(url=server.url))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ALL_PROXY": "socks5://user:secret@127.0.0.1:9"}, "Run: .*pip install socksio; or"),
        ({"ALL_PROXY": "http://user:secret@x:port"}, "has an address that is none"),
        ({"SSL_CERT_FILE": "/nowhere.pem"}, r"\(SSL_CERT_FILE, SSL_CERT_DIR\) cannot be"),
    ],
)
@pytest.mark.parametrize("model", ["auto", "openai:m", "ollama:m"])
def test_what_goes_wrong_before_anything_is_asked_is_one_line(
    variables: dict[str, str], message: str, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = settings_of(model, "https://localhost/v1")
    with pytest.raises(SettingsError, match=rf"^[^\n]*{message}[^\n]*or use --model extractive\.$") as caught:
        open_chat_model(choose(settings), settings)
    assert "secret" not in str(caught.value)
    assert open_assistant(AssistantSettings(model="extractive", ingest=settings.ingest)).model == "extractive"


def test_an_address_with_a_query_is_one_line_without_it() -> None:
    settings = settings_of("openai:m", "https://x.example/openai?api-version=secret")
    with pytest.raises(SettingsError, match=r"^OPENAI_BASE_URL has a query[^\n]* Leave out all") as caught:
        open_chat_model("openai:m", settings)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "localhost:8000/v1"}, "begin with http:// or https://"),
        ({"url": "http://[::1/v1"}, "begin with http:// or https://"),
        ({"key": "sk-SECR\u00c9T"}, "it has characters that no key has"),
        ({"key": "sk-a\nb"}, "it has characters that no key has"),
    ],
)
def test_no_address_and_a_key_that_is_none_are_wrong_settings(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        settings_of(**wrong)


@pytest.mark.parametrize(("window", "tokens"), [(2_048, 600), (6_000, 1_904), (32_000, 4_600)])
def test_thinking_aloud_has_room_in_what_the_prompt_leaves(window: int, tokens: int) -> None:
    assert answer_tokens(AssistantSettings(context=window, thinking=4_000)) == tokens


def test_a_million_tokens_cost_what_the_table_says_and_those_of_another_model_are_not_known() -> None:
    assert cost("openai:gpt-4o-mini", 2_000_000, 500_000) == pytest.approx(0.30 + 0.30)
    assert cost("gpt-4o-mini", 2_000_000, 0, cached_tokens=1_500_000) == pytest.approx(0.075 + 0.1125)
    assert cost("gpt-4o-mini-2024-07-18", 1_000_000, 0) == pytest.approx(0.15)  # a snapshot of it
    for model in ("openai:unheard-of", "anthropic:gpt-4o", "extractive"):
        assert price_of(model) is None and cost(model, 1, 1) is None
