"""What the tests share: the blocked network, an index of the real article, and small real fakes."""

import functools
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from _pytest.nodeid import coerce_node_id

OFFLINE = Path(__file__).parent / "offline"
sys.path.insert(0, str(OFFLINE))
import sitecustomize  # noqa: E402, F401 - installs the block in this process; the environment does for others

os.environ["PYTHONPATH"] = str(OFFLINE)
# Hundreds of indexes are written, and none of them has to outlive a power cut: they need not wait for a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 - of Linux; a container may have little of it
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2_000_000_000:
    os.environ["TMPDIR"], tempfile.tempdir = str(MEMORY), None
for name in [n for n in os.environ if n.startswith(("BPO_KPO_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_"))]:
    del os.environ[name]
SET_TO_NOTHING = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CHROMA_URL", "BPO_KPO_MODEL", "BPO_KPO_EMBEDDINGS")
for name in (*SET_TO_NOTHING, "BPO_KPO_INDEX"):
    os.environ[name] = ""  # stands ahead of what a developer's .env says

from filelock import FileLock  # noqa: E402 - as all below, behind what the environment above is set for

from assistant import snapshot  # noqa: E402
from assistant.chain import Assistant, open_assistant  # noqa: E402
from assistant.settings import AssistantSettings  # noqa: E402
from ingest.build import build  # noqa: E402
from ingest.embeddings import MiniLM  # noqa: E402
from ingest.settings import ROOT, IngestSettings  # noqa: E402
from ingest.sources import Source, read_source  # noqa: E402
from tests.fakes import FakeChatModel, scripted  # noqa: E402

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"

# Two busy cores have no deadlines. `make stress` tries many more.
CHECKS = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture]
for profile, examples in (("few", 30), ("many", 500)):
    hypothesis.settings.register_profile(
        profile, max_examples=examples, deadline=None, suppress_health_check=CHECKS
    )
hypothesis.settings.load_profile("few")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sends a group's tests to one worker: pytest 9.2 no longer reads where pytest-xdist 3.8 writes the group."""
    for item in items if config.getoption("loadgroup", False) else ():
        mark = item.get_closest_marker("xdist_group")
        if mark and "@" not in item.nodeid:
            item._id = coerce_node_id(f"{item.nodeid}@{mark.args[0]}")


@pytest.fixture(scope="session")
def article() -> Source:
    return read_source(ARTICLE)


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    """The embedded model, loaded once per worker."""
    return MiniLM()


@pytest.fixture(scope="session", autouse=True)
def reading_model_loaded_once() -> Iterator[None]:
    """Each assistant would load it anew: a fifth of a second each time, for the same network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "ReadingModel", functools.cache(snapshot.ReadingModel))
        yield


def sources_digest() -> str:
    """Of everything that an index of the article is made from: the article, what is beside it, and the code."""
    files = [*sorted((ROOT / "ingest").rglob("*.py")), *sorted(ARTICLE.parent.glob("bpo-vs-kpo*"))]
    contents = [path.read_bytes() for path in (*files, ROOT / "requirements.lock")]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


@pytest.fixture(scope="session")
def ingest_settings(request: pytest.FixtureRequest, minilm: MiniLM) -> IngestSettings:
    """An index of the real article, kept from run to run until its sources change. Tests must not change it."""
    kept = request.config.cache.mkdir("article")
    folder = kept / sources_digest()
    settings, done = IngestSettings(index=folder / "index"), folder / "done"
    with FileLock(kept / "lock"):
        if not done.exists():
            for older in kept.iterdir():
                if older.is_dir():
                    shutil.rmtree(older)
            build(settings, embeddings=minilm)
            done.touch()
    return settings


@pytest.fixture(scope="session")
def environment(ingest_settings: IngestSettings) -> dict[str, str]:
    """The variables of a command that asks the offline reader about the article."""
    return {"BPO_KPO_INDEX": str(ingest_settings.index), "BPO_KPO_MODEL": "extractive"}


@pytest.fixture(scope="session")
def assistant(ingest_settings: IngestSettings, minilm: MiniLM) -> Assistant:
    """The offline assistant over the real article."""
    return open_assistant(AssistantSettings(model="extractive", ingest=ingest_settings), embeddings=minilm)


@pytest.fixture
def with_model(assistant: Assistant) -> Callable[..., tuple[Assistant, FakeChatModel]]:
    """An assistant whose chat model streams the given replies (each a list of pieces), with these settings.

    It shares the opened index with all others over the article, which keeps what was read for a question.
    """

    def make(*replies: list[str], **options: Any) -> tuple[Assistant, FakeChatModel]:
        model = scripted(*replies)
        settings = AssistantSettings(ingest=assistant._settings.ingest, **options)
        return Assistant(settings, model, assistant._snapshots), model

    return make
