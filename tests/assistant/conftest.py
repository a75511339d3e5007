"""What the tests of the assistant share: documents of their own, and a chat model at a server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import retries
from assistant.chain import Assistant
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from tests import made
from tests.model_server import ModelServer

DRIVES = "What drives BPO?"
QUOTE = "These processes tend to be volume-driven, and as a result, require a larger workforce."
KEY = "sk-secret-0123456789"

Asking = Callable[..., Assistant]
WithModel = Callable[..., tuple[Any, Any]]


@pytest.fixture(autouse=True)
def asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat model that failed is hardly waited for."""
    monkeypatch.setattr(retries, "_BACKOFF", lambda _: 0.01)


HANDBOOK = (
    "# BPO and KPO\n\nBPO is driven by volume. It needs many clerks.\n\n## KPO\n\nKPO is driven by insight.\n"
)


@pytest.fixture(scope="session")
def brief_assistant(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Assistant:
    """The offline assistant over two passages: for many questions of which only the form matters."""
    folder = tmp_path_factory.mktemp("handbook")
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    return made.assistant_over(IngestSettings(index=folder / "index"), folder / "handbook.md", embeddings=minilm)


@pytest.fixture
def index_of(tmp_path: Path, minilm: MiniLM) -> Callable[..., IngestSettings]:
    """Indexes the given documents: `index_of(**{"a.md": "# Title ..."})`; called again, it refreshes the index."""
    folder, settings = tmp_path / "documents", IngestSettings(index=tmp_path / "index")
    folder.mkdir()

    def make(**documents: str) -> IngestSettings:
        for name, text in documents.items():
            (folder / name).write_text(text, encoding="utf-8")
        build(settings, [folder], embeddings=minilm)
        return settings

    return make


@pytest.fixture
def assistant_over(index_of: Callable[..., IngestSettings], minilm: MiniLM) -> Callable[..., Assistant]:
    """The offline assistant over the given documents."""

    return lambda **documents: made.assistant_over(index_of(**documents), embeddings=minilm)


@pytest.fixture
def asking(assistant: Assistant) -> Asking:
    """An assistant whose chat model is at a server."""

    def make(server: ModelServer, key: str | None = KEY, **options: Any) -> Assistant:
        account = {"openai_base_url": server.url, "openai_api_key": key}
        ingest = IngestSettings.model_validate(assistant._settings.ingest.model_dump() | account)
        settings = AssistantSettings(**{"model": "openai:m", "timeout": 5.0, **options}, ingest=ingest)
        return Assistant(settings, None, assistant._snapshots)

    return make


@pytest.fixture
def number(assistant: Assistant) -> int:
    """By which number a prompt names the passage that holds the quote."""
    passages = assistant.index().passages
    return next(n for n, passage in enumerate(passages, start=1) if QUOTE in passage.text)
