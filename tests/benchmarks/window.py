"""What a person waits for in the chat window: `python -m tests.benchmarks.window [ROUNDS]`. Needs Chromium.

Serves the window over the article with the offline reader and looks at it on a desk and on a phone, each time as
somebody new: first paint with a warm server and an empty browser cache, first words after Enter, and from a click
on a citation until its quote is in full view and until it stands still. Prints the median and the longest of each
in milliseconds, and leaves with 1 where a median is over its limit.
"""

import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from assistant.chain import open_assistant
from assistant.settings import AssistantSettings
from ingest.build import ensure_index
from tests.ui.browser import answered, ask, chromium, served

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
LIMITS = {"first paint": 1000, "first words": 150, "quote in view": 300}  # milliseconds
QUESTIONS = ("What drives BPO compared with KPO?", "What are the six common benefits?")

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# from the key to the frame that shows the first words of a new answer
WORDS = """() => new Promise((words) => addEventListener("keydown", ({ timeStamp }) => {
    const before = document.querySelectorAll("#chat .reply").length;
    const look = () => {
        const replies = document.querySelectorAll("#chat .reply");
        const shown = replies.length > before && [...replies].at(-1).textContent.trim();
        shown ? words(performance.now() - timeStamp) : requestAnimationFrame(look);
    };
    look();
}, { capture: true, once: true })).then((took) => (window.took = took))"""
# from the click to the first frame in which all of the quote is in view, and to the last in which it moved
QUOTE = """(click) => new Promise((seen) => {
    const marker = [...document.querySelectorAll("#chat a.marker")].at(-1);
    const began = performance.now();
    let view, place, moved;
    const look = () => {
        const page = document.querySelector("#article article");
        const marks = page.querySelectorAll("mark.current");
        const [outer, ...inner] = [page, ...marks].map((one) => one.getBoundingClientRect());
        const [top, bottom] = [inner[0]?.top, inner.at(-1)?.bottom];
        const shown = top >= outer.top && bottom <= Math.min(outer.bottom, innerHeight);
        if (shown && getComputedStyle(page).visibility === "visible") view ??= performance.now() - began;
        if (top !== place) [place, moved] = [top, performance.now() - began];
        performance.now() - began > 2000 ? seen([view, moved]) : requestAnimationFrame(look);
    };
    marker.click();
    requestAnimationFrame(look);
})"""


def visit(browser: Any, address: str, screen: str) -> dict[str, float]:
    """What one person waits for, by name."""
    width, height = SCREENS[screen]
    person = browser.new_context(viewport={"width": width, "height": height}, has_touch=screen == "phone")
    page = person.new_page()
    page.goto(address)
    page.locator("#article article").wait_for(state="attached")
    took = {"first paint": page.evaluate(PAINTED)}
    for number, question in enumerate(QUESTIONS, start=1):
        page.wait_for_function("!document.querySelector('#question textarea').disabled")
        page.evaluate(f"void ({WORDS})()")
        ask(page, question)
        answered(page, number)
        words = page.evaluate("window.took")
        took["first words"] = max(words, took.get("first words", 0))
    page.wait_for_timeout(1500)  # the article has followed the answer
    took["quote in view"], took["standing still"] = page.evaluate(QUOTE)
    person.close()
    return took


def main(rounds: int = 10) -> int:
    """Measures and prints; 0 where no limit is missed."""
    settings = AssistantSettings(model="extractive")
    ensure_index(settings.ingest)
    assistant = open_assistant(settings)
    assistant.warm_up()
    missed = False
    with (
        tempfile.TemporaryDirectory() as folder,
        served(assistant, Path(folder) / "feedback.jsonl") as address,
        chromium() as browser,
    ):
        visit(browser, address, "desk")  # warms the server
        for screen in SCREENS:
            took: dict[str, list[float]] = defaultdict(list)
            for _ in range(rounds):
                for name, milliseconds in visit(browser, address, screen).items():
                    took[name].append(milliseconds)
            for name, values in took.items():
                median, limit = statistics.median(values), LIMITS.get(name)
                missed |= limit is not None and median > limit
                at_most = f" (at most {limit})" if limit else ""
                print(f"{screen}: {name}: median {median:.0f} ms, longest {max(values):.0f} ms{at_most}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
