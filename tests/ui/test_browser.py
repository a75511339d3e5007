"""The window in a real browser. Any dialog, console error or request that leaves this machine fails the test."""

import json
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from assistant.evaluation.feedback import read_feedback
from tests.ui.browser import NEEDED, Open, answered, ask, in_view, marked, served
from tests.ui.scripted import FEEDBACK, HOSTILE, QUOTE, ScriptedAssistant
from ui.web import app as web
from ui.web import chat

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]


class TestProof:
    def test_a_click_on_a_citation_marks_its_span_in_the_article_and_scrolls_to_it(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        page.get_by_role("link", name="Citation 1, Driving force").click()
        assert marked(page) == QUOTE
        assert in_view(page, "#article mark.current")

    def test_hover_and_focus_show_the_quote_and_escape_hides_it(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        bubble, marker = page.locator("#bubble"), page.locator("#chat a.marker")
        marker.hover()
        assert bubble.inner_text().split("\n") == ["1. Driving force", QUOTE]
        page.mouse.move(0, 0)
        bubble.wait_for(state="hidden")
        marker.focus()
        bubble.wait_for()
        page.keyboard.press("Escape")
        bubble.wait_for(state="hidden")

    def test_with_the_keyboard_alone(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        page.locator("#question textarea").focus()
        page.keyboard.type("What drives BPO? (slow)")
        page.keyboard.press("Enter")
        answered(page)
        page.locator("#chat a.marker").focus()
        page.get_by_role(
            "button", name="Ask", exact=True
        ).wait_for()  # the end of the turn does not take the focus
        page.wait_for_timeout(300)
        page.keyboard.press("Enter")
        assert marked(page) == QUOTE
        page.locator("#article mark.current").focus()
        page.keyboard.press("Enter")
        assert page.locator("#chat .leaning").count() == 1

    def test_every_action_is_reached_with_the_tab_key(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        page.get_by_role("button", name="And what else, after 0?").wait_for()
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            name = """() => { const one = document.activeElement;
                return one.ariaLabel || one.title || one.innerText || one.tagName; }"""
            reached.add(page.evaluate(name).strip().partition("\n")[0])
        assert reached >= {
            *("Chat", "Evaluate", "Edit", "Copy", "Citation 1, Driving force", "Retry", "And what else, after 0?"),
            *("Export as Markdown", "Export evidence"),
        }
        assert {name.lower() for name in reached} >= {"clear", "like", "dislike"}
        page.get_by_role("link", name="Citation 1, Driving force").focus()
        page.keyboard.press("Enter")
        assert marked(page) == QUOTE

    def test_several_answers_keep_their_citations_also_after_a_reload(self, open_page: Open, real: str) -> None:
        page = open_page(real)
        ask(page, "What drives BPO?")
        answered(page)
        first = page.locator("#chat .answer").first.locator("blockquote").first.text_content()
        ask(page, "What are the six common benefits?")
        answered(page, 2)
        page.wait_for_function("sessionStorage.getItem('conversation').includes('Reduced operational costs')")
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        page.reload()
        answered(page, 2)
        page.locator("#chat .answer").first.locator("a.marker").first.click()
        assert marked(page) == first
        ask(page, "And what drives KPO?")
        answered(page, 3)

    def test_another_document_is_opened_by_its_citation_or_by_choosing_it(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        page.get_by_label("Document").select_option("b.md")
        page.locator("article[data-source='b.md']").wait_for()
        assert page.locator("#article article p").inner_text() == HOSTILE_SHOWN
        assert page.locator("#article img, #article article a").count() == 0
        ask(page, "What drives BPO?")
        answered(page)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE

    def test_of_two_documents_the_one_that_was_asked_for_last_stays(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        page.evaluate("""() => {
            const fetched = window.fetch;
            window.fetch = async (...asked) => {
                if (String(asked[0].url ?? asked[0]).includes("component_server"))
                    await new Promise((later) => setTimeout(later, 600));
                return fetched(...asked);
            };
        }""")
        page.get_by_label("Document").select_option("b.md")
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE
        page.wait_for_timeout(1_200)
        assert marked(page) == QUOTE


HOSTILE_SHOWN = '<img src="https://evil.example/a.png"> b c'


class TestConversation:
    def test_a_suggestion_is_asked_by_a_click_and_stands_by_itself(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        page.get_by_role("button", name="And what else, after 0?").click()
        answered(page, 2)
        assert "Asked before: 0" in page.locator("#chat .reply").nth(1).inner_text()

    def test_a_refusal_looks_like_one_and_leads_to_what_comes_nearest(self, open_page: Open, real: str) -> None:
        page = open_page(real)
        ask(page, "What does Time Doctor cost?")
        answered(page)
        assert page.locator("#chat .refusal .reply").inner_text() == "The article does not say."
        page.locator("#chat .nearest a").first.click()
        assert marked(page)

    def test_hostile_text_makes_neither_images_nor_links(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, f"What does {HOSTILE} cost?\n\n# Heading\n- item")
        answered(page)
        assert page.locator("#chat .nearest a").inner_text() == HOSTILE
        assert page.locator("#chat .asked").inner_text() == f"What does {HOSTILE} cost?\n\n# Heading\n- item"
        assert (
            page.locator("#chat img, #chat [data-testid] a:not([href^='#']), #chat [data-testid] h1").count() == 0
        )

    def test_an_answer_can_be_stopped_and_asked_for_again(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "please wait")
        page.get_by_text("BPO is still").first.wait_for()
        page.get_by_role("button", name="Stop").click()
        page.locator("#chat").get_by_text(chat.STOPPED).wait_for()
        assert page.locator("#said").inner_text() == chat.STOPPED
        page.get_by_role("button", name="Retry").click()
        page.locator("#chat").get_by_text(chat.STOPPED).wait_for(state="hidden")
        page.get_by_text("BPO is still").first.wait_for()
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("button", name="How do BPO and KPO differ?").wait_for()
        ask(page, "And KPO?")
        answered(page)
        assert "Asked before: 0" in page.locator("#chat .reply").inner_text()

    def test_a_question_can_be_edited(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What  drives\n\nBPO?")
        answered(page)
        page.get_by_role("button", name="Edit").click()
        box = page.locator("#question textarea")
        assert box.input_value() == "What  drives\n\nBPO?"
        page.keyboard.type(" And why?")
        page.keyboard.press("Enter")
        page.locator("#chat .asked").nth(1).wait_for()
        assert page.locator("#chat .asked").nth(1).inner_text().endswith("BPO? And why?")

    def test_half_an_emoji_is_a_question_like_any_other(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        page.evaluate("""() => {
            const box = document.querySelector("#question textarea");
            box.value = "What drives \\ud83d BPO?";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""")
        page.locator("#question textarea").press("Enter")
        answered(page)
        ask(page, "And KPO?")
        answered(page, 2)

    def test_what_is_cleared_leaves_no_mark_and_gives_the_box_the_focus(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE
        page.get_by_role("button", name="Clear").click()
        page.locator("#article mark").first.wait_for(state="detached")
        page.wait_for_function("document.activeElement.closest('#question')")

    def test_who_finds_the_queue_full_is_told(self, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "AT_ONCE", 1)
        monkeypatch.setattr(web, "WAITING", 1)
        with served(ScriptedAssistant(), FEEDBACK) as address:
            first, second, third = (open_page(address) for _ in range(3))
            for page in (first, second, third):
                ask(page, "Please wait")
                page.get_by_role("button", name="Stop").wait_for()
                page.wait_for_timeout(1_000)  # until its question stands in the queue
            third.locator("#chat").get_by_text(chat.FULL).wait_for()
            third.wait_for_function("!document.querySelector('#question textarea').disabled")
            second.get_by_role("button", name="Stop").click()
            second.locator("#chat").get_by_text(chat.STOPPED).wait_for()
            first.get_by_role("button", name="Stop").click()
            first.locator("#chat").get_by_text(chat.STOPPED).wait_for()
            for page in (first, second, third):  # before the server ends, which they would ask on
                page.wait_for_function("!document.querySelector('#question textarea').disabled")
                page.close()

    def test_after_an_answer_the_next_question_can_be_typed(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        page.get_by_role("button", name="And what else, after 0?").wait_for()
        page.wait_for_function("document.activeElement.matches('#question textarea')")
        page.keyboard.type("And KPO?")
        page.keyboard.press("Enter")
        answered(page, 2)


class TestKeeping:
    def test_an_answer_is_copied_with_its_quotes(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(page, "What drives BPO?")
        answered(page)
        page.get_by_role("button", name="Copy").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("BPO is **volume-driven**. [1]\n") and f"“{QUOTE}”" in copied

    def test_a_conversation_is_exported_as_markdown_and_as_evidence(
        self, open_page: Open, scripted: str, tmp_path: Path
    ) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        markdown = saved(page, "Markdown")
        assert markdown.startswith("## What drives BPO?\n\nBPO is ") and QUOTE in markdown
        evidence = json.loads(saved(page, "evidence"))
        assert evidence["answers"][0]["citations"][0]["quote"] == QUOTE
        assert [source["name"] for source in evidence["sources"]] == ["a.md"]

    def test_a_conversation_is_printed_whole(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        for number in range(1, 9):
            ask(page, f"Question {number}?")
            answered(page, number)
        printed = pypdfium2.PdfDocument(page.pdf())
        text = " ".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
        assert all(f"Question {number}?" in text for number in range(1, 9))
        assert "Export" not in text and "Filler words" not in text

    def test_without_an_answer_there_is_nothing_to_export(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        saved = []
        page.on("download", lambda download: saved.append(str(download)))
        for name in ("Export as Markdown", "Export evidence"):
            page.get_by_role("button", name=name).click()
            page.get_by_text("There is no answer to export yet.").first.wait_for()
        assert saved == []


def saved(page: Any, what: str) -> str:
    """What a click on an export button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export {'as ' if what == 'Markdown' else ''}{what}").click()
    return Path(download.value.path()).read_text("utf-8")


class TestNarrow:
    def test_the_article_is_a_drawer_that_a_citation_opens_and_escape_closes(
        self, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted, width=390)
        assert not page.locator("#article article").is_visible()
        ask(page, "What drives BPO?")
        answered(page)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE
        assert in_view(page, "#article mark.current")
        page.keyboard.press("Escape")
        page.locator("#article article").wait_for(state="hidden")
        page.get_by_role("button", name="Article").click()
        page.locator("#article article").wait_for()
        page.get_by_role("button", name="Close").click()
        page.locator("#article article").wait_for(state="hidden")

    def test_nothing_behind_the_open_drawer_can_be_reached(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted, width=390)
        opener = page.get_by_role("button", name="Article")
        opener.click()
        dialog = page.get_by_role("dialog", name="Article")
        dialog.wait_for()
        for _ in range(6):
            page.keyboard.press("Tab")
            assert page.evaluate("!document.activeElement.closest('#talk, #head, #tabs [role=tablist]')")
        page.mouse.click(200, 10)
        dialog.wait_for(state="hidden")
        assert page.evaluate("document.activeElement.id") == "open-article"
        page.get_by_role("tab", name="Evaluate").click()
        opener.wait_for(state="hidden")

    @pytest.mark.parametrize(("width", "height"), [(390, 664), (768, 1024), (1440, 900)])
    def test_all_of_the_window_fits_the_screen(
        self, width: int, height: int, open_page: Open, scripted: str
    ) -> None:
        page = open_page(scripted, width=width, height=height)
        ask(page, "What drives BPO?")
        answered(page)
        assert page.evaluate("document.documentElement.scrollHeight") == height
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert in_view(page, "#keep button:last-child")

    def test_on_a_short_screen_the_conversation_comes_first(self, open_page: Open, real: str) -> None:
        page = open_page(real, width=640, height=360)
        ask(page, "What drives BPO?")
        answered(page)
        assert page.locator("#chat").bounding_box()["height"] > 360 / 3
        assert page.evaluate("document.documentElement.scrollHeight - innerHeight") < 120

    def test_an_answer_that_is_longer_than_the_screen_is_read_from_its_question_on(
        self, open_page: Open, real: str
    ) -> None:
        page = open_page(real, width=390)
        for number, question in enumerate(["What drives BPO?", "six common benefits"], start=1):
            ask(page, question)
            answered(page, number)
        page.wait_for_timeout(300)
        page.wait_for_function("""() => {
            const top = (one) => one.getBoundingClientRect().top;
            const below = top([...document.querySelectorAll("#chat .question")].at(-1))
                - top(document.querySelector('#chat [role="log"]'));
            return below >= 0 && below < 40;
        }""")


def test_an_answer_is_announced_once_when_it_is_complete(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.evaluate("""() => {
        window.heard = [];
        new MutationObserver(() => window.heard.push(document.querySelector("#said").textContent))
            .observe(document.querySelector("#said"), { childList: true });
    }""")
    ask(page, "What drives BPO?")
    answered(page)
    page.wait_for_timeout(200)
    assert len(page.evaluate("heard")) == 1
    assert page.evaluate("heard[0]").startswith("BPO is volume-driven.")
    assert page.locator("#chat [role=log]").get_attribute("aria-live") == "off"
    page.get_by_role("button", name="And what else, after 0?").wait_for()
    page.reload()
    answered(page)
    page.wait_for_timeout(200)
    assert page.locator("#said").inner_text() == ""


class TestFeedback:
    def test_a_comment_belongs_to_one_answer(self, open_page: Open, scripted: str) -> None:
        FEEDBACK.unlink(missing_ok=True)
        page = open_page(scripted)
        for number, question in enumerate(["What drives BPO?", "And KPO?"], start=1):
            ask(page, question)
            answered(page, number)
        page.get_by_role("button", name="dislike").first.click()
        page.get_by_label("Comment").fill("About the first.")
        page.get_by_role("button", name=re.compile("^like$", re.IGNORECASE)).last.click()
        page.wait_for_function("document.querySelector('#comment textarea, #comment input').value === ''")
        page.get_by_label("Comment").fill("About the second.")
        page.get_by_role("button", name="Send").click()
        page.get_by_label("Comment").wait_for(state="hidden")
        assert [(one.good, one.comment) for one in read_feedback(FEEDBACK)] == [
            (False, ""),
            (True, "About the second."),
        ]
        page.get_by_role("button", name=re.compile("^like$", re.IGNORECASE)).first.click()
        page.get_by_label("Comment").wait_for()
        ask(page, "And what else?")
        page.get_by_label("Comment").wait_for(state="hidden")

    def test_a_thumb_and_a_word_are_kept_with_question_and_answer(self, open_page: Open, scripted: str) -> None:
        FEEDBACK.unlink(missing_ok=True)
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        page.get_by_role("button", name="Dislike").click()
        page.get_by_label("Comment").wait_for()
        assert [(one.good, one.comment) for one in read_feedback(FEEDBACK)] == [(False, "")]
        page.get_by_label("Comment").fill("It leaves out KPO.")
        page.get_by_role("button", name="Send").click()
        page.get_by_label("Comment").wait_for(state="hidden")
        (kept,) = read_feedback(FEEDBACK)
        assert (kept.good, kept.comment, kept.answer.question) == (False, "It leaves out KPO.", "What drives BPO?")

    def test_a_thumb_that_is_taken_back_is_forgotten_and_so_is_the_comment_of_a_cleared_answer(
        self, open_page: Open, scripted: str
    ) -> None:
        FEEDBACK.unlink(missing_ok=True)
        page = open_page(scripted)
        ask(page, "What drives BPO?")
        answered(page)
        dislike, comment = page.get_by_role("button", name="dislike"), page.get_by_label("Comment")
        dislike.click()
        comment.wait_for()
        assert len(read_feedback(FEEDBACK)) == 1
        dislike.click()
        comment.wait_for(state="hidden")
        assert read_feedback(FEEDBACK) == []
        dislike.click()
        comment.wait_for()
        page.get_by_role("button", name="Clear").click()
        comment.wait_for(state="hidden")
