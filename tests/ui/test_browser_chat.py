"""The conversation in a real browser. A dialog, console error or request that leaves this machine fails a test.

Opening a page takes longer than all else, so a test goes as far on one page as a person might.
"""

import json
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from assistant.evaluation.feedback import read_feedback
from tests.ui.browser import FREE, NEEDED, Open, answered, ask, from_menu, marked
from tests.ui.scripted import FEEDBACK, HOSTILE, QUOTE
from ui.web import chat, feedback
from ui.web.turns import LEFT

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]


class TestConversation:
    def test_a_question_is_suggested_or_edited(self, open_page: Open, scripted: str) -> None:
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

    def test_a_refusal_leads_to_the_nearest_and_hostile_text_is_text(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, f"What does {HOSTILE} cost?\n\n# Heading\n- item", answers=1)
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
        page.locator("#said").get_by_text(chat.STOPPED).wait_for()
        page.get_by_role("button", name="Retry").click()
        stopped.wait_for(state="hidden")
        page.get_by_text("BPO is still").first.wait_for()
        from_menu(page, "Clear")
        page.get_by_role("button", name="How do BPO and KPO differ?").wait_for()
        ask(page, "And KPO?", answers=1)
        assert "Asked before: 0" in page.locator("#chat .reply").inner_text()


def test_a_conversation_is_copied_and_exported(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What drives BPO?", answers=1)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("BPO is **volume-driven**. [1]\n") and f"“{QUOTE}”" in copied
    markdown = saved(page, "Export as Markdown")
    assert markdown.startswith("## What drives BPO?\n\nBPO is ") and QUOTE in markdown
    evidence = json.loads(saved(page, "Export evidence"))
    assert evidence["answers"][0]["citations"][0]["quote"] == QUOTE
    assert [source["name"] for source in evidence["sources"]] == ["/elsewhere/a.md"]


def saved(page: Any, button: str) -> str:
    """What an export saves."""
    with page.expect_download() as download:
        from_menu(page, button)
    return Path(download.value.path()).read_text("utf-8")


def test_on_paper_stands_the_conversation_with_its_quotes_and_nothing_else(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    page.evaluate("window.print = () => (window.printed = true)")
    for number, question in enumerate(["What drives BPO?", "Question 2?", "Question 3?"], start=1):
        ask(page, question + "\nand so on" * 40 * (number > 1))  # longer than the screen
        answered(page, number)
    page.get_by_role("button", name="Dislike").last.click()
    page.get_by_label("Comment").wait_for()
    page.locator("#chat a.marker").last.hover()
    sheets = pypdfium2.PdfDocument(page.pdf())
    words = " ".join(" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in sheets)
    assert all(question in words for question in ("What drives BPO?", "Question 2?", "Question 3?"))
    assert words.count(QUOTE) == 3  # once for each answer
    others = ("BPO or KPO?", "Menu", "Evaluate", "Edit", "Copy", "what else", "Ask a", "thumb", "Check", "Filler")
    assert [other for other in others if other in words] == []
    page.wait_for_function("!document.querySelector('#chat details[open]')")
    from_menu(page, "Print")
    page.wait_for_function("window.printed")


def test_thumbs_and_comments_are_kept_with_their_answers_or_taken_back(open_page: Open, scripted: str) -> None:
    def kept() -> list[tuple[str, bool | None, str]]:
        return [(one.answer.question, one.good, one.comment) for one in read_feedback(FEEDBACK)]

    FEEDBACK.unlink(missing_ok=True)
    page = open_page(scripted)
    like = page.get_by_role("button", name=re.compile("^like$", re.IGNORECASE))
    dislike, comment = page.get_by_role("button", name="dislike"), page.get_by_label("Comment")
    for number, question in enumerate(["What drives BPO?", "And KPO?"], start=1):
        ask(page, question, answers=number)
    dislike.first.click()
    page.wait_for_function("document.activeElement.closest('#comment')")  # it can be typed at once
    assert page.get_by_role("status").get_by_text(feedback.KEPT).is_visible()
    page.keyboard.type("About the first.")
    like.last.click()  # without sending it: a comment belongs to one answer
    page.wait_for_function("document.querySelector('#comment textarea, #comment input').value === ''")
    comment.fill("About the second.")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("status").get_by_text(feedback.COMMENT_KEPT).wait_for()
    assert not comment.is_visible()
    assert kept() == [("What drives BPO?", False, ""), ("And KPO?", True, "About the second.")]

    ask(page, "And what else?", answers=3)
    for times in (3, 2, 3):  # the second takes it back
        dislike.last.click()
        comment.wait_for(state="visible" if times == 3 else "hidden")
        assert len(kept()) == times


def test_clearing_asks_in_any_language_and_what_nobody_heard_is_kept(browser: Any, scripted: str) -> None:
    person = browser.new_context(locale="de-DE")
    page, said = person.new_page(), []
    page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    page.goto(scripted)
    ask(page, "What drives BPO?", answers=1)
    from_menu(page, "Clear")
    page.wait_for_timeout(300)
    assert len(said) == 1 and page.locator("#chat .answer.finished").count() == 1
    page.wait_for_function(FREE)
    person.set_offline(True)
    ask(page, "And KPO?")
    page.wait_for_function("sessionStorage.getItem('conversation').includes('And KPO?')")
    ask(page, "And ITO?")  # Gradio knows by now that nobody hears it
    person.set_offline(False)
    page.reload()
    page.locator("#chat").get_by_text(LEFT).nth(1).wait_for()
    assert page.locator("#chat .asked").all_inner_texts() == ["What drives BPO?", "And KPO?", "And ITO?"]
    page.locator("#question textarea").fill("And")  # is typed, but not sent
    page.reload()
    page.wait_for_function("document.querySelector('#question textarea')?.value === 'And'")
    person.close()
