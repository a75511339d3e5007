"""Takes the pictures in README and docs anew: `make pictures`. Needs Chromium."""

from pathlib import Path
from typing import Any

from tests.ui.browser import ask, chromium, offline_window

PICTURES = Path(__file__).parents[2] / "ui" / "pictures"


def take(browser: Any, address: str) -> None:
    """One picture a screen."""

    def opened(width: int = 1280, scheme: str = "light") -> Any:
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.goto(address)
        page.locator("#article article").wait_for(state="attached")
        return page

    def shot(page: Any, name: str) -> None:
        page.wait_for_timeout(800)  # what moves has come to rest
        page.screenshot(path=PICTURES / f"{name}.png")
        page.close()

    for name, scheme in (("answer", "light"), ("dark", "dark")):
        page = opened(scheme=scheme)
        ask(page, "What drives BPO compared with KPO?", answers=1)
        page.locator("#chat a.marker").first.click()
        page.wait_for_timeout(800)  # scrolling hides a quote
        page.locator("#chat a.marker").nth(1).hover()
        shot(page, name)
    page = opened()
    ask(page, "What does Time Doctor cost?", answers=1)
    shot(page, "refusal")
    page = opened(width=390)
    ask(page, "What are the six common benefits?", answers=1)
    page.locator("#chat a.marker").nth(1).click()
    shot(page, "narrow")
    page = opened()
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_label("Question set").first.click()
    page.get_by_role("option", name="smoke.jsonl").click()
    page.get_by_role("button", name="Run").click()
    page.locator("#report .bars").first.wait_for(timeout=120_000)
    shot(page, "evaluate")


def main() -> None:
    """Serves the window on a free port and looks at it."""
    PICTURES.mkdir(exist_ok=True)
    with offline_window() as address, chromium() as browser:
        take(browser, address)


if __name__ == "__main__":
    main()
