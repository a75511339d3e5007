"""Whether everything that an answer needs is there and works, one thing after the other."""

import textwrap
import time
from collections.abc import Iterator
from typing import NamedTuple

from langchain_core.messages import HumanMessage
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from assistant.model_calls import reply_of, without_thinking
from assistant.models import EXTRACTIVE, choose, open_chat_model, sends_to, served_models, server_host
from assistant.prices import price_of
from assistant.reading_model.model import ReadingModel
from assistant.settings import AssistantSettings
from ingest.embeddings import open_embeddings
from ingest.errors import UserError
from ingest.index import CurrentIndex, open_store
from ingest.settings import IngestSettings
from ui.settings import read_settings

_PREFIX = "BPO_KPO_"
_QUESTION = "Which is more, one or two? Answer in one word."
_SHOWN = 60  # characters of what it says


class Finding(NamedTuple):
    """What was looked at, whether it is good, and what there is to say; never a secret."""

    what: str
    good: bool
    says: str


def examine(model: str | None = None) -> Iterator[Finding]:
    """The findings, as they are made; what rests on something that is not good is left out."""
    try:
        settings = read_settings(model)
    except UserError as error:
        yield Finding("settings", False, str(error))
        return
    yield _settings(settings)
    yield from _index(settings)
    yield _embedding(settings)
    yield _reading_model()
    try:
        name = choose(settings)
    except UserError as error:
        yield Finding("model", False, str(error))
        return
    where = ", ".join(sends_to(name, settings))
    yield Finding(
        "model", True, f"{name}; {f'questions are sent to {where}' if where else 'stays on this computer'}"
    )
    if name == EXTRACTIVE:
        return
    if name.startswith("openai:"):
        yield (server := _server(name, settings))
        if not server.good:
            return
    yield _reply(name, settings)


def _settings(settings: AssistantSettings) -> Finding:
    """Names that are none are most likely misspelt, and would have no effect."""
    known = {
        f"{_PREFIX}{field}".upper() for kind in (AssistantSettings, IngestSettings) for field in kind.model_fields
    }
    named = {*EnvSettingsSource(AssistantSettings).env_vars, *DotEnvSettingsSource(AssistantSettings).env_vars}
    unknown = sorted(
        name.upper() for name in named if name.upper().startswith(_PREFIX) and name.upper() not in known
    )
    if unknown:
        return Finding(
            "settings", False, f"There is no setting {', '.join(unknown)}. See .env.example for their names."
        )
    key = "a key is set" if settings.ingest.openai_api_key else "no key is set"
    strict = "what is not proven is left out" if settings.strict else "what is not proven is marked"
    return Finding("settings", True, f"{key}; {strict}")


def _index(settings: AssistantSettings) -> Iterator[Finding]:
    try:
        index = CurrentIndex(settings.ingest).get()
        documents = sum(1 for _ in index.sources.values())  # each is read
        whole = open_store(settings.ingest).is_whole(index.snapshot)
    except UserError as error:
        yield Finding("index", False, str(error))
    else:
        if not whole:
            yield Finding("index", False, "Of the index, passages.sqlite is damaged. Run: bpo-kpo ingest")
            return
        count = f"{len(index.passages)} passages of {documents} documents"
        yield Finding("index", True, f"{count} in {open_store(settings.ingest).place}")


def _embedding(settings: AssistantSettings) -> Finding:
    try:
        dimensions = len(open_embeddings(settings.ingest).embed_query("Does it embed?"))
    except UserError as error:
        return Finding("embedding", False, str(error))
    except Exception as error:  # the border to a provider's package
        kind = type(error).__name__
        return Finding(
            "embedding", False, f"{settings.ingest.embeddings} failed ({kind}). Mend the key or server."
        )
    return Finding("embedding", True, f"{settings.ingest.embeddings}, {dimensions} numbers a text")


def _reading_model() -> Finding:
    try:
        ReadingModel().load()
    except UserError as error:
        return Finding("reading model", False, str(error))
    return Finding("reading model", True, "it is the one that this release was calibrated with")


def _server(name: str, settings: AssistantSettings) -> Finding:
    host, model = server_host(settings), name.removeprefix("openai:")
    try:
        open_chat_model(name, settings)  # without a key, nobody is asked anything
        served = served_models(settings)
    except UserError as error:
        return Finding("server", False, str(error))
    if model not in served:
        shown = ", ".join(served[:5]) + (" ..." if len(served) > 5 else "")
        return Finding("server", False, f"{host} has no model {model}. Name one with BPO_KPO_MODEL: {shown}")
    price = price_of(name)
    costs = (
        f"${price.input:g} and ${price.output:g} per million tokens" if price else "at a price that is not known"
    )
    return Finding("server", True, f"{host} has {model}, {costs}")


def _reply(name: str, settings: AssistantSettings) -> Finding:
    """What comes back when the model is really asked."""
    started = time.perf_counter()
    try:
        reply = reply_of(open_chat_model(name, settings), [HumanMessage(_QUESTION)], attempts=1)
    except UserError as error:
        return Finding("reply", False, str(error))
    text = without_thinking(str(reply.text))
    said = "".join(char if char.isprintable() else " " for char in text)  # a server may send anything
    if key := settings.ingest.openai_api_key:
        said = said.replace(key.get_secret_value(), "...")
    short = textwrap.shorten(said, _SHOWN, placeholder=" ...")
    if not short:
        return Finding(
            "reply", False, "It thought aloud, and said nothing. Raise BPO_KPO_THINKING and BPO_KPO_CONTEXT."
        )
    seconds = time.perf_counter() - started
    return Finding("reply", True, f"asked “{_QUESTION}” it said “{short}” after {seconds:.1f} s")
