"""What a person waits for in the chat window: `make window`, or `python -m tests.benchmarks.window [ROUNDS]`.

Needs Chromium. Serves the window over the article with the offline reader and looks at it on a desk and on a
phone, each time as somebody new: first paint with a warm server and an empty browser cache, first words after
Enter for questions that nobody asked before, and from a click on a citation until its quote is in full view and
until it stands still. Prints the median and the longest of each in milliseconds, and leaves with 1 where a median
is over its limit.
"""

import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

from tests.benchmarks.load import QUESTIONS
from tests.ui.browser import FREE, ask, chromium, offline_window

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
LIMITS = {"first paint": 1000, "first words": 150, "quote in view": 300}  # milliseconds
CITED = "What drives BPO compared with KPO?"
NEW = 3  # questions for each person

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


def visit(browser: Any, address: str, screen: str, questions: Sequence[str]) -> dict[str, list[float]]:
    """What one person waits for, by name, who asks these questions."""
    width, height = SCREENS[screen]
    person = browser.new_context(viewport={"width": width, "height": height}, has_touch=screen == "phone")
    page = person.new_page()
    page.goto(address)
    page.locator("#article article").wait_for(state="attached")
    took = {"first paint": [page.evaluate(PAINTED)], "first words": []}
    for number, question in enumerate([*questions, CITED], start=1):
        page.wait_for_function(FREE)
        page.evaluate(f"void ({WORDS})()")
        ask(page, question, answers=number)
        if question != CITED:
            took["first words"].append(page.evaluate("window.took"))
    page.wait_for_timeout(1500)  # the article has followed the answer
    view, still = page.evaluate(QUOTE)
    person.close()
    return {**took, "quote in view": [view], "standing still": [still]}


def main(rounds: int = 10) -> int:
    """Measures and prints; 0 where no limit is missed."""
    missed, fresh = False, iter(QUESTIONS)
    with offline_window() as address, chromium() as browser:
        visit(browser, address, "desk", ())  # warms the server
        for screen in SCREENS:
            took: dict[str, list[float]] = defaultdict(list)
            for _ in range(rounds):
                for name, waited in visit(browser, address, screen, list(islice(fresh, NEW))).items():
                    took[name] += waited
            for name, values in took.items():
                median, limit = statistics.median(values), LIMITS.get(name)
                missed |= limit is not None and median > limit
                at_most = f" (at most {limit})" if limit else ""
                print(f"{screen}: {name}: median {median:.0f} ms, longest {max(values):.0f} ms{at_most}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
