"""What the tests share: the blocked network, an index of the real article, and small real fakes."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OFFLINE = Path(__file__).parent / "offline"
sys.path.insert(0, str(OFFLINE))
import sitecustomize  # noqa: E402, F401 - installs the block in this process; the environment does for others

os.environ["PYTHONPATH"] = str(OFFLINE)
for name in [n for n in os.environ if n.startswith(("BPO_KPO_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_"))]:
    del os.environ[name]
SET_TO_NOTHING = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHROMA_URL", "BPO_KPO_MODEL", "BPO_KPO_EMBEDDINGS")
for name in (*SET_TO_NOTHING, "BPO_KPO_INDEX"):
    os.environ[name] = ""  # stands ahead of what a developer's .env says

from filelock import FileLock  # noqa: E402

from assistant.chain import Assistant, open_assistant  # noqa: E402
from assistant.settings import AssistantSettings  # noqa: E402
from ingest.build import build  # noqa: E402
from ingest.embeddings import MiniLM  # noqa: E402
from ingest.settings import ROOT, IngestSettings  # noqa: E402
from ingest.sources import Source, read_source  # noqa: E402
from tests.fakes import FakeChatModel, scripted  # noqa: E402

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"


@pytest.fixture(scope="session")
def article() -> Source:
    return read_source(ARTICLE)


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    """The embedded model, loaded once per worker."""
    return MiniLM()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder that all workers of this run share: what is costly is built there once, behind a `FileLock`."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def ingest_settings(shared_folder: Path, minilm: MiniLM) -> IngestSettings:
    """An index of the real article, built once per run. Tests must not change it."""
    settings = IngestSettings(index=shared_folder / "article" / "index")
    with FileLock(shared_folder / "article.lock"):
        if not settings.index.exists():
            build(settings, embeddings=minilm)
    return settings


@pytest.fixture(scope="session")
def assistant(ingest_settings: IngestSettings, minilm: MiniLM) -> Assistant:
    """The offline assistant over the real article."""
    return open_assistant(AssistantSettings(model="extractive", ingest=ingest_settings), embeddings=minilm)


@pytest.fixture
def with_model(ingest_settings: IngestSettings, minilm: MiniLM) -> Callable[..., tuple[Assistant, FakeChatModel]]:
    """An assistant whose chat model streams the given replies (each a list of pieces), with these settings."""

    def make(*replies: list[str], **options: Any) -> tuple[Assistant, FakeChatModel]:
        model = scripted(*replies)
        settings = AssistantSettings(ingest=ingest_settings, **options)
        return open_assistant(settings, chat_model=model, embeddings=minilm), model

    return make


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Path]:
    """Writes documents into a folder of their own and returns it: `library(**{"a.md": "# Title ..."})`."""

    def write(**documents: str) -> Path:
        folder = tmp_path / "documents"
        folder.mkdir(exist_ok=True)
        for name, text in documents.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write
