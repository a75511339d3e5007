"""The window in a real browser. Any dialog, console error or request that leaves this machine fails the test.

Opening a page takes longer than all else, so a test goes as far on one page as a person might.
"""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest

from assistant.evaluation.feedback import read_feedback
from tests.ui.browser import NEEDED, Open, answered, ask, in_view, marked, served
from tests.ui.client import Page
from tests.ui.scripted import AT, FEEDBACK, HOSTILE, QUOTE, ScriptedAssistant
from ui.web import app as web
from ui.web import chat

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

FOCUSED = "document.activeElement.closest('#question')"
FREE = "!document.querySelector('#question textarea').disabled"


class TestProof:
    def test_with_the_mouse_a_citation_shows_its_quote_and_leads_to_it(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        bubble, marker = page.locator("#bubble"), page.locator("#chat a.marker")
        marker.hover()
        assert bubble.inner_text().split("\n") == ["1. Driving force", QUOTE]
        page.mouse.move(0, 0)
        bubble.wait_for(state="hidden")
        page.get_by_role("link", name="Citation 1, Driving force").click()
        assert marked(page) == QUOTE
        assert in_view(page, "#article mark.current")
        page.get_by_role("button", name="Clear").click()  # leaves no mark
        page.locator("#article mark").first.wait_for(state="detached")
        page.wait_for_function(FOCUSED)

    def test_with_the_keyboard_alone_so_does_everything(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        page.locator("#question textarea").focus()
        page.keyboard.type("What drives BPO? (slow)")
        page.keyboard.press("Enter")
        answered(page)
        marker, bubble = page.get_by_role("link", name="Citation 1, Driving force"), page.locator("#bubble")
        marker.focus()
        bubble.wait_for()
        page.keyboard.press("Escape")
        bubble.wait_for(state="hidden")
        page.get_by_role("button", name="And what else, after 0?").wait_for()
        page.wait_for_function(FREE)  # the end of the turn does not take the focus
        page.keyboard.press("Enter")
        assert marked(page) == QUOTE
        page.locator("#article mark.current").focus()
        page.keyboard.press("Enter")
        assert page.locator("#chat .leaning").count() == 1

        page.locator("#question textarea").focus()
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.add(focused(page))
        assert reached >= {
            *("chat", "evaluate", "edit", "copy", "citation 1, driving force", "retry", "and what else, after 0?"),
            *("export as markdown", "export evidence", "clear", "like", "dislike"),
        }

    def test_several_answers_keep_their_citations_also_after_a_reload(self, open_page: Open, real: str) -> None:
        page = open_page(real)
        page.evaluate("""() => {
            window.heard = [];
            new MutationObserver(() => window.heard.push(document.querySelector("#said").textContent))
                .observe(document.querySelector("#said"), { childList: true });
        }""")
        ask(page, "What drives BPO?")
        answered(page)
        first = page.locator("#chat .answer").first.locator("blockquote").first.text_content()
        page.wait_for_function(FOCUSED)
        page.keyboard.type("What are the six common benefits?")
        page.keyboard.press("Enter")
        answered(page, 2)
        page.wait_for_function("sessionStorage.getItem('conversation').includes('Reduced operational costs')")
        page.wait_for_function(FREE)
        heard = page.evaluate("heard")  # each answer once, when it is whole
        assert len(heard) == 2 and "volume" in heard[0] and "Reduced operational costs" in heard[1]
        assert page.locator("#chat [role=log]").get_attribute("aria-live") == "off"
        page.reload()
        answered(page, 2)
        page.locator("#chat .answer").first.locator("a.marker").first.click()
        assert marked(page) == first
        assert page.locator("#said").inner_text() == ""
        ask(page, "And what drives KPO?")
        answered(page, 3)

    def test_a_document_is_opened_by_its_citation_or_by_choosing_it_and_the_last_wish_counts(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        page.get_by_label("Document").select_option("b.md")
        page.locator("article[data-source='b.md']").wait_for()
        assert page.locator("#article article p").inner_text() == '<img src="https://evil.example/a.png"> b c'
        assert page.locator("#article img, #article article a").count() == 0
        ask(page, "What drives BPO?")
        answered(page)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE
        page.evaluate("""() => {
            const fetched = window.fetch;
            window.fetch = async (...asked) => {
                const late = String(asked[0].url ?? asked[0]).includes("component_server");
                if (late) await new Promise((later) => setTimeout(later, 300));
                const found = await fetched(...asked);
                if (late) setTimeout(() => (window.came = true), 100);
                return found;
            };
        }""")
        page.get_by_label("Document").select_option("b.md")
        page.locator("#chat a.marker").click()
        page.wait_for_function("window.came")
        assert marked(page) == QUOTE


def focused(page: Any) -> str:
    """The name of what has the focus, in small letters."""
    name = """() => { const one = document.activeElement;
        return one.ariaLabel || one.title || one.innerText || one.tagName; }"""
    return str(page.evaluate(name)).strip().partition("\n")[0].lower()


class TestConversation:
    def test_a_question_is_suggested_edited_or_holds_half_an_emoji(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What  drives\n\nBPO?")
        page.get_by_role("button", name="And what else, after 0?").click()
        answered(page, 2)
        assert "Asked before: 0" in page.locator("#chat .reply").nth(1).inner_text()
        page.wait_for_function(FREE)
        page.get_by_role("button", name="Edit").first.click()
        assert page.locator("#question textarea").input_value() == "What  drives\n\nBPO?"
        page.keyboard.type(" And why?")
        page.keyboard.press("Enter")
        answered(page, 3)
        assert page.locator("#chat .asked").nth(2).inner_text().endswith("BPO? And why?")
        page.wait_for_function(FREE)
        page.evaluate("""() => {
            const box = document.querySelector("#question textarea");
            box.value = "What drives \\ud83d BPO?";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""")
        page.locator("#question textarea").press("Enter")
        answered(page, 4)
        ask(page, "And KPO?")
        answered(page, 5)

    def test_a_refusal_leads_to_what_comes_nearest_and_hostile_text_makes_neither_images_nor_links(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        ask(page, f"What does {HOSTILE} cost?\n\n# Heading\n- item")
        answered(page)
        assert page.locator("#chat .refusal .reply").inner_text() == "The article does not say."
        assert page.locator("#chat .nearest a").inner_text() == HOSTILE
        assert page.locator("#chat .asked").inner_text() == f"What does {HOSTILE} cost?\n\n# Heading\n- item"
        made = "#chat img, #chat [data-testid] a:not([href^='#']), #chat [data-testid] h1"
        assert page.locator(made).count() == 0
        page.locator("#chat .nearest a").click()
        assert marked(page)

    def test_an_answer_can_be_stopped_asked_for_again_and_cleared(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "please wait")
        page.get_by_text("BPO is still").first.wait_for()
        page.get_by_role("button", name="Stop").click()
        stopped = page.locator("#chat").get_by_text(chat.STOPPED)
        stopped.wait_for()
        assert page.locator("#said").inner_text() == chat.STOPPED
        page.get_by_role("button", name="Retry").click()
        stopped.wait_for(state="hidden")
        page.get_by_text("BPO is still").first.wait_for()
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("button", name="How do BPO and KPO differ?").wait_for()
        ask(page, "And KPO?")
        answered(page)
        assert "Asked before: 0" in page.locator("#chat .reply").inner_text()

    def test_who_finds_the_queue_full_is_told(self, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "AT_ONCE", 1)
        monkeypatch.setattr(web, "WAITING", 1)
        with served(ScriptedAssistant(), FEEDBACK) as address:
            page, answering, waiting = open_page(address), Page(address), Page(address)
            for one, left in ((answering, 0), (waiting, 1)):
                one.send("Please wait")
                while in_queue(address) != left:
                    page.wait_for_timeout(50)
            ask(page, "Please wait")
            page.locator("#chat").get_by_text(chat.FULL).wait_for()
            page.wait_for_function(FREE)
            for one in (waiting, answering):
                one.press("_stopped")
            page.close()


def in_queue(address: str) -> int:
    """How many questions wait there."""
    return int(httpx.get(f"{address}gradio_api/queue/status", trust_env=False).json()["queue_size"])


def test_a_conversation_is_copied_exported_and_printed_whole(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    downloads: list[str] = []
    page.on("download", lambda download: downloads.append(str(download)))
    for name in ("Export as Markdown", "Export evidence"):
        page.get_by_role("button", name=name).click()
        page.get_by_text("There is no answer to export yet.").first.wait_for()
    assert downloads == []

    ask(page, "What drives BPO?")
    answered(page)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("BPO is **volume-driven**. [1]\n") and f"“{QUOTE}”" in copied
    markdown = saved(page, "Export as Markdown")
    assert markdown.startswith("## What drives BPO?\n\nBPO is ") and QUOTE in markdown
    evidence = json.loads(saved(page, "Export evidence"))
    assert evidence["answers"][0]["citations"][0]["quote"] == QUOTE
    assert [source["name"] for source in evidence["sources"]] == ["a.md"]

    for number in (2, 3):
        ask(page, f"Question {number}?" + "\nand so on" * 40)  # longer than the screen
        answered(page, number)
    printed = pypdfium2.PdfDocument(page.pdf())
    text = " ".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
    assert all(question in text for question in ("What drives BPO?", "Question 2?", "Question 3?"))
    assert "Export" not in text and "Filler words" not in text


def saved(page: Any, button: str) -> str:
    """What a click on an export button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_text("utf-8")


class TestScreens:
    def test_on_a_narrow_one_the_article_is_a_drawer_behind_which_nothing_can_be_reached(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted, width=390)
        opener, dialog = page.get_by_role("button", name="Article"), page.get_by_role("dialog", name="Article")
        assert not page.locator("#article article").is_visible()
        ask(page, "What drives BPO?")
        answered(page)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE
        assert in_view(page, "#article mark.current")
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        opener.click()
        dialog.wait_for()
        for _ in range(6):
            page.keyboard.press("Tab")
            assert page.evaluate("!document.activeElement.closest('#talk, #head, #tabs [role=tablist]')")
        page.get_by_role("button", name="Close").click()
        dialog.wait_for(state="hidden")
        opener.click()
        dialog.wait_for()
        page.mouse.click(200, 10)
        dialog.wait_for(state="hidden")
        assert page.evaluate("document.activeElement.id") == "open-article"
        page.get_by_role("tab", name="Evaluate").click()
        opener.wait_for(state="hidden")

    def test_the_window_fits_each_and_an_answer_is_read_from_its_question_on(
        self, open_page: Open, real: str
    ) -> None:
        page = open_page(real, width=390)
        for number, question in enumerate(["What drives BPO?", "six common benefits"], start=1):
            ask(page, question)
            answered(page, number)
        page.wait_for_function(FREE)
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
            assert in_view(page, "#keep button:last-child")
        page.set_viewport_size({"width": 640, "height": 360})  # so short that the conversation comes first
        page.wait_for_function("document.documentElement.scrollHeight - innerHeight < 120")
        assert page.locator("#chat").bounding_box()["height"] > 360 / 3


def test_thumbs_and_comments_are_kept_with_their_answers_until_they_are_taken_back(
    open_page: Open, scripted: str
) -> None:
    def kept() -> list[tuple[str, bool | None, str]]:
        return [(one.answer.question, one.good, one.comment) for one in read_feedback(FEEDBACK)]

    FEEDBACK.unlink(missing_ok=True)
    page = open_page(scripted)
    like = page.get_by_role("button", name=re.compile("^like$", re.IGNORECASE))
    dislike, comment = page.get_by_role("button", name="dislike"), page.get_by_label("Comment")
    for number, question in enumerate(["What drives BPO?", "And KPO?"], start=1):
        ask(page, question)
        answered(page, number)
    dislike.first.click()
    comment.fill("About the first.")
    like.last.click()  # without sending it: a comment belongs to one answer
    page.wait_for_function("document.querySelector('#comment textarea, #comment input').value === ''")
    comment.fill("About the second.")
    page.get_by_role("button", name="Send").click()
    comment.wait_for(state="hidden")
    assert kept() == [("What drives BPO?", False, ""), ("And KPO?", True, "About the second.")]

    dislike.first.click()  # takes it back
    like.first.click()
    comment.wait_for()
    assert kept() == [("What drives BPO?", True, ""), ("And KPO?", True, "About the second.")]
    ask(page, "And what else?")
    comment.wait_for(state="hidden")
    answered(page, 3)
    dislike.last.click()
    comment.wait_for()
    assert len(kept()) == 3
    dislike.last.click()
    comment.wait_for(state="hidden")
    assert len(kept()) == 2
    dislike.last.click()
    comment.wait_for()
    page.get_by_role("button", name="Clear").click()
    comment.wait_for(state="hidden")


FIRST_THINGS = {  # what a stranger types first, and what the answer has to hold; nothing: the article does not say
    "hi": "Ask me about",
    "What's the difference between BPO and KPO?": "volume-driven",
    "how are they different?": "insight-driven",
    "compare BPO and KPO in a table": "Degree of complexity",
    "summarize this article": "Better scalability",
    "what is bpo": "non-core activities",
    "list BPO services": "human resource services",
    "examples of KPO services": "Market Research",
    "Is Accenture a BPO or a KPO?": "BPO: Here are some top BPO companies",
    "Is WNS a KPO?": "The KPO industry",
    "which is more complex?": "far more complex",
    "what can you do?": "Ask me about",
    "what does it cost per month": "",
    "kpo salary india": "",
    "thanks": "Ask me about",
}


def test_what_strangers_type_first_is_answered_or_refused(open_page: Open, real: str) -> None:
    page = open_page(real)
    for number, (said, wanted) in enumerate(FIRST_THINGS.items(), start=1):
        ask(page, said)
        answered(page, number)
        reply = page.locator("#chat .answer.finished").nth(number - 1)
        assert (wanted or "The article does not say.") in " ".join(reply.inner_text().split()), said


def test_the_article_follows_the_last_answer_and_marks_its_quotes_alone(open_page: Open, real: str) -> None:
    page = open_page(real)
    ask(page, "What drives BPO?")
    answered(page)
    assert marked(page) == "These processes tend to be volume-driven, and as a result, require a larger workforce."
    assert in_view(page, "#article mark.current")
    ask(page, "What are the six common benefits?")
    answered(page, 2)
    page.get_by_text("Reduced operational costs").and_(page.locator("mark.current")).wait_for()
    assert not any("volume-driven" in text for text in page.locator("#article mark").all_inner_texts())
    ask(page, "What does Time Doctor cost?")
    answered(page, 3)
    page.locator("#article mark").first.wait_for(state="detached")  # a refusal quotes nothing


def test_a_link_to_a_span_opens_it(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.goto(f"{scripted}#at-{AT}-{AT + len(QUOTE)}-a.md")
    page.reload()
    assert marked(page) == QUOTE


def test_clearing_asks_in_any_language_and_what_is_not_cleared_stays(browser: Any, scripted: str) -> None:
    person = browser.new_context(locale="de-DE")
    page, said = person.new_page(), []
    page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    page.goto(scripted)
    ask(page, "What drives BPO?")
    answered(page)
    page.locator("#chat .top-panel button").click()
    page.wait_for_timeout(300)
    assert len(said) == 1 and page.locator("#chat .answer.finished").count() == 1
    person.close()
