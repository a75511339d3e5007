"""Whether everything that an answer needs is there and works, one thing after the other."""

import textwrap
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from langchain_core.messages import HumanMessage
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from assistant.model_calls import reply_of
from assistant.models import EXTRACTIVE, choose, open_chat_model, sends_to, served_models, server_host
from assistant.prices import price_of
from assistant.reading_model.model import ReadingModel
from assistant.replies import without_thinking
from assistant.settings import AssistantSettings
from ingest.embeddings import open_embeddings
from ingest.errors import UserError
from ingest.index import CurrentIndex, open_store
from ingest.settings import IngestSettings
from ui.control_characters import one_line
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
    yield _found("settings", _settings, settings)
    yield _found("index", _index, settings)
    yield _found("embedding", _embedding, settings)
    yield _found("reading model", _reading_model, settings)
    try:
        settings = settings.model_copy(update={"model": choose(settings)})
    except UserError as error:
        yield Finding("model", False, str(error))
        return
    yield _found("model", _model, settings)
    if settings.model.startswith("openai:"):
        yield (server := _found("server", _server, settings))
        if not server.good:
            return
    if settings.model != EXTRACTIVE:
        yield _found("reply", _reply, settings)


def _found(what: str, look: Callable[[AssistantSettings], str], settings: AssistantSettings) -> Finding:
    """What a look says of something that is good; it raises `UserError` where it is not."""
    try:
        return Finding(what, True, look(settings))
    except UserError as error:
        return Finding(what, False, str(error))


def _settings(settings: AssistantSettings) -> str:
    """Names that are none are most likely misspelt, and would have no effect."""
    fields = (*AssistantSettings.model_fields, *IngestSettings.model_fields)
    known = {f"{_PREFIX}{field}".upper() for field in fields}
    named = {*EnvSettingsSource(AssistantSettings).env_vars, *DotEnvSettingsSource(AssistantSettings).env_vars}
    own = {name.upper() for name in named if name.upper().startswith(_PREFIX)}
    if unknown := sorted(own - known):
        raise UserError(f"There is no setting {', '.join(unknown)}. See .env.example for their names.")
    key = "a key is set" if settings.ingest.openai_api_key else "no key is set"
    return f"{key}; what is not proven is {'left out' if settings.strict else 'marked'}"


def _index(settings: AssistantSettings) -> str:
    index, store = CurrentIndex(settings.ingest).get(), open_store(settings.ingest)
    documents = sum(1 for _ in index.sources.values())  # each is read
    if not store.is_whole(index.snapshot):
        raise UserError("Of the index, passages.sqlite is damaged. Run: bpo-kpo ingest")
    return f"{len(index.passages)} passages of {documents} documents in {store.place}"


def _embedding(settings: AssistantSettings) -> str:
    dimensions = len(open_embeddings(settings.ingest).embed_query("Does it embed?"))
    return f"{settings.ingest.embeddings}, {dimensions} numbers a text"


def _reading_model(_: AssistantSettings) -> str:
    ReadingModel().load()
    return "it is the one that this release was calibrated with"


def _model(settings: AssistantSettings) -> str:
    where = ", ".join(sends_to(settings.model, settings))
    return f"{settings.model}; {f'questions are sent to {where}' if where else 'stays on this computer'}"


def _server(settings: AssistantSettings) -> str:
    host, model = server_host(settings), settings.model.removeprefix("openai:")
    open_chat_model(settings.model, settings)  # without a key, nobody is asked anything
    served = served_models(settings)
    if model not in served:
        shown = ", ".join(served[:5]) + (" ..." if len(served) > 5 else "")
        raise UserError(f"{host} has no model {model}. Name one with BPO_KPO_MODEL: {shown}")
    price = price_of(settings.model)
    costs = f"${price.input:g} and ${price.output:g} per million tokens" if price else None
    return f"{host} has {model}, {costs or 'at a price that is not known'}"


def _reply(settings: AssistantSettings) -> str:
    """What comes back when the model is really asked."""
    started = time.perf_counter()
    reply = reply_of(open_chat_model(settings.model, settings), [HumanMessage(_QUESTION)], attempts=1)
    said = one_line(without_thinking(str(reply.text)))  # a server may send anything
    short = textwrap.shorten(said, _SHOWN, placeholder=" ...")
    if not short:
        raise UserError("It thought aloud, and said nothing. Raise BPO_KPO_THINKING and BPO_KPO_CONTEXT.")
    return f"asked “{_QUESTION}” it said “{short}” after {time.perf_counter() - started:.1f} s"
