"""The real chain against a real chat model: SmolLM2, served by llama.cpp on loopback, which invents freely."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from assistant.answer_prompt import messages
from assistant.answers import Answer
from assistant.chain import Assistant, open_assistant
from assistant.model_calls import STOP, Stopped
from assistant.readers import llm
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests import local_model

pytestmark = [
    pytest.mark.xdist_group("local-model"),
    pytest.mark.skipif(
        not local_model.PYTHON, reason="no local chat model: .ci/run brings one (130 MB), `make test` does not"
    ),
]

Opened = Callable[..., Assistant]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the model is served."""
    with local_model.local_model(tmp_path_factory.mktemp("model") / "log") as address:
        yield address


@pytest.fixture
def opened(server: str, ingest_settings: IngestSettings, minilm: MiniLM) -> Opened:
    def make(**options: Any) -> Assistant:
        ingest = ingest_settings.model_copy(update={"openai_base_url": f"{server}/v1"})
        settings = AssistantSettings(context=local_model.WINDOW, timeout=120, ingest=ingest, **options)
        assistant = open_assistant(settings, embeddings=minilm)
        cast("Any", assistant.chat_model).max_tokens = 80  # it would go on for minutes
        return assistant

    return make


def busy(server: str) -> int:
    """How many requests the model is working on."""
    with urllib.request.urlopen(f"{server}/slots") as answer:
        return sum(slot["is_processing"] for slot in json.loads(answer.read()))


def test_it_streams_and_is_chosen_as_the_only_model_of_its_server(opened: Opened) -> None:
    assistant = opened()
    assert assistant.model == "openai:smollm2-135m-instruct"
    answers: list[Answer] = list(assistant.chain_of_model.stream("What are the six common benefits?"))
    assert len(answers) > 3
    usage = answers[-1].usage
    assert usage.input_tokens > 300 and usage.output_tokens > 1 and usage.cost_usd is None


def test_a_stop_frees_the_server_at_once(opened: Opened, server: str) -> None:
    stop = threading.Event()
    stream = opened().chain_of_model.stream("Tell me all about BPO.", {"configurable": {STOP: stop}})
    next(iter(stream))
    stop.set()
    with pytest.raises(Stopped):
        list(stream)
    deadline = time.monotonic() + 5
    while busy(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert busy(server) == 0


def test_a_prompt_that_is_too_long_for_it_loses_passages_until_it_fits(opened: Opened) -> None:
    assistant = opened()
    found = assistant.opened().retrieve("What drives BPO?")
    reading = replace(found, given=found.passages * 4)
    assert assistant.chat_model
    assert len(messages(reading)[1].text) > 4 * local_model.WINDOW
    (*_, draft) = llm.make_reader(assistant.chat_model, tokens=100_000).stream(reading)
    assert draft.text and draft.usage.input_tokens < local_model.WINDOW
