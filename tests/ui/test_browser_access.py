"""The window with the keyboard alone, on every screen, for whoever hears it, in a real browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import (
    FOCUSED,
    FREE,
    NEEDED,
    SCREENS,
    Open,
    answered,
    ask,
    in_view,
    marked,
    reload,
    violations,
)
from tests.ui.scripted import QUOTE
from tests.ui.test_browser_evaluate import TWO_QUESTIONS, evaluate, run, upload

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

# what can be pressed and measures less than 24 pixels (WCAG 2.2, target size); a passage that is marked within its
# sentence is as high as that, a box is ticked at its words, too, and Gradio has tabs out of sight to measure them
SMALL = """[...document.querySelectorAll("a, button, input, select, summary, textarea, [role=button]:not(mark)")]
    .filter((one) => one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
    .map((one) => [one.outerHTML.slice(0, 100), (one.closest("label") ?? one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width && (width < 24 || height < 24)).map(([one]) => one)"""


def test_with_the_keyboard_alone_so_does_everything(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.locator("#question textarea").focus()
    page.keyboard.type("What drives <b>BPO</b>? (slow)")
    page.keyboard.press("Enter")
    answered(page)
    messages = page.locator("#chat [data-testid=user], #chat [data-testid=bot]").all()
    names = [message.get_attribute("aria-label") for message in messages]
    assert names == ["Question: What drives <b>BPO</b>? (slow)", "Answer: BPO is volume-driven. Asked before: 0"]
    marker, bubble = page.get_by_role("link", name="Citation 1, Driving force"), page.locator("#bubble")
    marker.focus()
    bubble.wait_for()
    page.keyboard.press("Escape")
    bubble.wait_for(state="hidden")
    page.get_by_role("button", name="And what else, after 0?").wait_for()
    assert page.evaluate(SMALL) == []  # the choice of a document beside the article among them
    page.wait_for_function(FREE)  # the end of the turn does not take the focus
    page.keyboard.press("Enter")
    assert marked(page) == QUOTE
    page.locator("#article mark.current").focus()
    page.keyboard.press("Enter")
    assert page.locator("#chat .leaning").count() == 1

    page.locator("#question textarea").focus()
    page.keyboard.press("Shift+Tab")  # to the answer, the rest of which is the way back
    assert focused(page) == "citation 1, driving force"
    reached = {focused(page)}
    while not page.evaluate(FOCUSED):
        page.keyboard.press("Tab")
        reached.add(focused(page))
    assert reached >= {"copy", "retry", "like", "dislike", "and what else, after 0?"}
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(focused(page))
    assert reached >= {"export as markdown", "export evidence", "print", "clear", "chat", "edit"}
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="Chat").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "evaluate" and not page.locator("#chat").is_visible()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "chat" and page.locator("#chat").is_visible()


def focused(page: Any) -> str:
    """The name of what has the focus, in small letters."""
    name = """() => { const one = document.activeElement;
        return one.ariaLabel || one.title || one.innerText || one.tagName; }"""
    return str(page.evaluate(name)).strip().partition("\n")[0].lower()


def test_the_menu_is_on_every_screen_whole(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    opener = page.get_by_role("button", name="Menu")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        assert opener.bounding_box()["height"] >= 24
        opener.click()
        for name in ("Export as Markdown", "Export evidence", "Print", "Clear"):
            page.get_by_role("button", name=name).wait_for()
        assert in_view(page, "#menu") and page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Clear").wait_for(state="hidden")
        assert focused(page) == "menu"


def test_strict_answers_are_chosen_in_the_menu_and_kept_over_a_reload(open_page: Open, scripted: str) -> None:
    page = open_page(scripted, width=390)
    strict, told = page.get_by_label("Leave out what is not proven"), page.get_by_text("not proven is left out ·")
    page.get_by_role("button", name="Menu").click()
    assert in_view(page, "#strict") and not strict.is_checked()
    strict.focus()
    page.keyboard.press("Space")
    told.wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    ask(page, "What drives BPO?", answers=1)
    reload(page, "volume-driven")
    answered(page)
    told.wait_for()
    ask(page, "And KPO?", answers=2)
    assert page.locator("#chat .reply", has_text="Strictly").count() == 2

    page.get_by_role("button", name="Menu").click()
    strict.uncheck()
    told.wait_for(state="detached")
    page.get_by_role("button", name="Retry").last.click()
    page.locator("#chat .reply", has_text="Strictly").nth(1).wait_for(state="detached")
    other = open_page(scripted)
    other.get_by_role("button", name="Menu").click()
    assert not other.get_by_label("Leave out what is not proven").is_checked()


def test_whatever_has_the_focus_has_a_ring_and_the_box_has_none_without(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    ask(page, "What drives BPO?", answers=1)
    page.get_by_role("button", name="Dislike").click()
    page.wait_for_function("document.activeElement.closest('#comment')")
    assert page.evaluate("getComputedStyle(document.querySelector('#question'), '::after').content") == "none"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(400)  # until every colour has passed into the scheme's
        assert bare(page) == []


def bare(page: Any) -> list[str]:
    """What has no ring to show that the keyboard is at it; once round the page from where it is now."""
    found = []
    page.evaluate("window.reached = new Set()")
    page.keyboard.press("Tab")
    while page.evaluate("reached.size < reached.add(document.activeElement).size"):
        if not page.evaluate(RING):
            page.wait_for_timeout(300)  # what takes its time to be drawn
            found += [] if page.evaluate(RING) else [focused(page)]
        page.keyboard.press("Tab")
    assert page.evaluate("reached.size") > 3
    return found


# a line of two pixels that stands out from the page
RING = """() => {
    if (document.activeElement === document.body) return true;
    const frame = document.activeElement.closest("#question textarea") ? "#question" : "";
    const one = frame ? document.querySelector(frame) : document.activeElement;
    const style = getComputedStyle(one, frame && "::after");
    const box = one.getBoundingClientRect();
    const out = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
    for (let around = one.parentElement; around !== document.body; around = around.parentElement) {
        if (getComputedStyle(around).overflowX === "visible") continue;
        const room = around.getBoundingClientRect();
        if (box.left - out < room.left - 1 || box.right + out > room.right + 1) return false; // cut off
    }
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3)
            .map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const [ring, page] = [light(style.outlineColor), light(getComputedStyle(document.body).backgroundColor)];
    const contrast = Math.max(ring, page) / Math.min(ring, page);
    return style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2 && contrast >= 3;
}"""


def test_on_every_screen_targets_are_large_the_focus_is_seen_and_axe_finds_nothing(
    open_page: Open, real: str, tmp_path: Path
) -> None:
    page, found = open_page(real, width=390), list[str]()

    def look(name: str) -> None:
        for width, *schemes in ((390, "light", "dark"), (1440, "dark", "light")):
            page.set_viewport_size({"width": width, "height": 844})
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)
                found.extend(violations(page, f"{name}, {width}, {scheme}"))
            found.extend(f"{name}, {width}: no ring: {one}" for one in bare(page))
            found.extend(f"{name}, {width}: small: {one}" for one in page.evaluate(SMALL))
            assert page.evaluate("document.documentElement.scrollWidth") == width

    look("first screen")
    ask(page, "What drives BPO compared with KPO?", answers=1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#chat a.marker").first.click()
    marked(page)
    look("article")  # in its drawer, and beside the answer
    ask(page, "What is nearshore BPO?", answers=2)
    page.locator("#chat .unsure").wait_for()
    ask(page, "What does Time Doctor cost?", answers=3)
    look("answers and refusal")
    page.get_by_role("button", name="Menu").click()
    look("menu")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Documents").click()
    page.locator("#documents li").first.wait_for()
    look("documents")
    evaluate(page)
    questions = tmp_path / "two.jsonl"
    questions.write_text(TWO_QUESTIONS, encoding="utf-8")
    upload(page, questions)
    run(page)
    page.get_by_text("Show every question").click()
    page.locator("#report .question > summary").first.click()
    page.get_by_text("What these figures mean").click()
    look("evaluated")
    assert found == []


FIRST_THINGS = {  # what a stranger types first, and what the answer has to hold
    "hi": "Ask me about",
    "What's the difference between BPO and KPO?": "volume-driven",
    "compare BPO and KPO in a table": "Degree of complexity",
    "summarize this article": "Better scalability",
    "examples of KPO services": "Market Research",
    "Is Accenture a BPO or a KPO?": "Here are some top BPO companies",
    "which is more complex?": "far more complex",
    "what does it cost per month": "The article does not say.",
    "six common benefits": "Reduced operational costs",
}


def test_what_strangers_type_first_fits_each_and_is_read_from_its_question_on(open_page: Open, real: str) -> None:
    page = open_page(real, width=390)
    assert page.title() == "BPO or KPO?"
    for number, (question, words) in enumerate(FIRST_THINGS.items(), start=1):
        ask(page, question, answers=number)
        page.wait_for_function(FREE)
        assert words in " ".join(page.locator("#chat .answer .reply").last.inner_text().split()), question
    page.wait_for_function("""() => {
        const top = (one) => one.getBoundingClientRect().top;
        const below = top([...document.querySelectorAll("#chat .question")].at(-1))
            - top(document.querySelector('#chat [role="log"]'));
        return below >= 0 && below < 40;
    }""")
    for width, height in ((390, 664), (768, 1024), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"document.documentElement.scrollHeight === {height}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert in_view(page, "#question")
    page.set_viewport_size({"width": 640, "height": 360})  # so short that the conversation comes first
    page.wait_for_function("document.documentElement.scrollHeight - innerHeight < 120")
    assert page.locator("#chat").bounding_box()["height"] > 360 / 3
