"""The windows that browser tests look at, and how they open one."""

import functools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from assistant.chain import Assistant
from ingest.settings import IngestSettings
from tests.ui.browser import Open, chromium, served
from tests.ui.scripted import FEEDBACK, ScriptedAssistant
from ui.web.server import uploads_apart


@pytest.fixture(scope="session", autouse=True)
def uploads() -> Iterator[None]:
    """One folder for what is uploaded to all windows of the tests, as it belongs to the process."""
    with uploads_apart():
        yield


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A window over an assistant that gives the answers that a test needs."""
    ingest = IngestSettings(index=tmp_path_factory.mktemp("index"))
    with served(ScriptedAssistant(), FEEDBACK, ingest=ingest) as address:
        yield address


@pytest.fixture(scope="session")
def real(assistant: Assistant, ingest_settings: IngestSettings) -> Iterator[str]:
    """A window over the offline assistant and the article."""
    assistant.warm_up()
    with served(assistant, FEEDBACK, ingest=ingest_settings) as address:
        yield address


_BROWSER = ExitStack()


@functools.cache
def _opened() -> Any:
    return _BROWSER.enter_context(chromium())


@pytest.fixture
def browser() -> Any:
    """The same one for tests that need it and follow each other."""
    return _opened()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Ends the browser behind the last: an event loop runs in this thread as long as there is one."""
    if "browser" not in getattr(nextitem, "fixturenames", ()):
        _BROWSER.close()
        _opened.cache_clear()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens a page as a person of their own would: `open_page(address, width=390, touch=True)`."""
    trouble: list[str] = []
    people = []

    def opened(address: str, width: int = 1440, touch: bool = False) -> Any:
        person = browser.new_context(viewport={"width": width, "height": 844}, has_touch=touch)
        people.append(person)
        page = person.new_page()
        page.set_default_timeout(60_000)  # a busy machine; what is there is found at once
        page.on("console", lambda line: trouble.append(_error(line)) if line.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: _confirmed(dialog) or trouble.append(f"dialog: {dialog.message}"))
        inside = (address, "data:", f"blob:{address}")
        page.on("request", lambda r: None if r.url.startswith(inside) else trouble.append(r.url))
        page.goto(address)
        page.locator("#article article").wait_for(state="attached")
        return page

    yield opened
    for person in people:
        person.close()
    # Gradio cancels an event that has hardly begun without its id yet, which its own server turns down; the
    # turn ends all the same, since whoever answers looks whether it is done. A reload aborts its streams.
    noise = re.compile(r"/(cancel|reset)$|AbortError")
    assert [error for error in trouble if not noise.search(error)] == []


def _confirmed(dialog: Any) -> bool:
    """Whether it asks what a person who clears or removes something is asked; it is told yes."""
    asks = bool(re.match("Clear this conversation\\?|Remove “.*”\\?", dialog.message))
    dialog.accept() if asks else dialog.dismiss()
    return asks


def _error(line: Any) -> str:
    return f"{line.text} {line.location['url']}"
