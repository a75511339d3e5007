"""A browser and a served window: what the tests that look at it share with who takes its pictures."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import open_assistant
from assistant.settings import AssistantSettings
from ingest.up_to_date import ensure_index
from ui.web import app as web
from ui.web.server import address_of, take_port

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
NONE = "no chromium on this machine, so the window was not looked at (Debian, Ubuntu: apt install chromium)"
NEEDED = pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI_BROWSER"), reason=NONE)

Open = Callable[..., Any]
SCREENS = [(1280, 800), (390, 844), (844, 390), (640, 400)]  # a desk, a phone, the phone on its side, 200 % zoom

_AXE = find_spec("axe_playwright_python")
AXE = Path(_AXE.origin).with_name("axe.min.js").read_text("utf-8") if _AXE and _AXE.origin else ""

FOCUSED = "document.activeElement.closest('#question')"
FREE = "!document.querySelector('#question textarea').disabled"


@contextmanager
def served(assistant: Any, feedback: Path, **settings: Any) -> Iterator[str]:
    """The address of a window over this assistant, with these settings."""
    with take_port("127.0.0.1", 0) as listener:
        server = web.window(assistant, AssistantSettings(feedback=feedback, **settings), listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield address_of(listener, "127.0.0.1")
        server.handle_exit(signal.SIGINT, None)
        thread.join(timeout=10)


@contextmanager
def offline_window() -> Iterator[str]:
    """The address of a window over the article with the offline reader, which is ready to answer."""
    settings = AssistantSettings(model="extractive")
    ensure_index(settings.ingest)
    assistant = open_assistant(settings)
    assistant.warm_up()
    with tempfile.TemporaryDirectory() as folder, served(assistant, Path(folder) / "feedback.jsonl") as address:
        yield address


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


def ask(page: Any, question: str, answers: int = 0) -> None:
    """Asks, and waits until there are so many whole answers."""
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    if answers:
        answered(page, answers)


def answered(page: Any, count: int = 1) -> None:
    page.locator("#chat .answer.finished").nth(count - 1).wait_for()


def reload(page: Any, kept: str) -> None:
    """Loads the page again, once it has kept these words of the conversation."""
    page.wait_for_function("([words]) => sessionStorage.getItem('conversation').includes(words)", arg=[kept])
    page.reload()


def from_menu(page: Any, name: str) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name=name).click()


def marked(page: Any) -> str:
    """What is marked as current in the article."""
    page.locator("#article mark.current").first.wait_for()
    return "".join(page.locator("#article mark.current").all_inner_texts())


def in_view(page: Any, selector: str) -> bool:
    script = """([selector]) => {
        const box = document.querySelector(selector).getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight && box.width > 0;
    }"""
    page.wait_for_timeout(50)
    page.wait_for_function(script, arg=[selector])
    return bool(page.evaluate(script, [selector]))


def violations(page: Any, screen: str = "") -> list[str]:
    """What axe-core finds, a line each."""
    page.wait_for_timeout(400)  # what fades in is too pale until it is there
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then((result) => result.violations)")
    nodes = [(one["id"], node) for one in found for node in one["nodes"]]
    return [f"{screen}: {rule}: {node['target']} {node['failureSummary']}" for rule, node in nodes]
