"""Citations and the article beside the conversation, in a real browser."""

import pytest

from tests.ui.browser import FOCUSED, FREE, NEEDED, SCREENS, Open, answered, ask, from_menu, in_view, marked
from tests.ui.scripted import AT, QUOTE

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]


class TestProof:
    def test_a_citation_shows_its_quote_and_leads_to_it_as_links_do(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        ask(page, "What drives BPO?", answers=1)
        bubble, marker = page.locator("#bubble"), page.locator("#chat a.marker")
        marker.hover()
        assert bubble.inner_text().split("\n") == ["1. Driving force", QUOTE]
        page.mouse.move(0, 0)
        bubble.wait_for(state="hidden")
        page.get_by_role("link", name="Citation 1, Driving force").click()
        assert marked(page) == QUOTE
        assert in_view(page, "#article mark.current")
        from_menu(page, "Clear")  # leaves no mark
        page.locator("#article mark").first.wait_for(state="detached")
        page.wait_for_function(FOCUSED)
        page.goto(f"{scripted}#at-{AT}-{AT + len(QUOTE)}-a.md")  # as programs link to it
        page.reload()
        assert marked(page) == QUOTE

    def test_the_article_follows_the_answer_also_after_a_reload(self, open_page: Open, real: str) -> None:
        page = open_page(real)
        page.evaluate("""() => {
            window.heard = [];
            new MutationObserver(() => window.heard.push(document.querySelector("#said").textContent))
                .observe(document.querySelector("#said"), { childList: true });
        }""")
        ask(page, "What drives BPO?", answers=1)
        first = page.locator("#chat .answer").first.locator("blockquote").first.text_content()
        assert marked(page) == first and first.startswith("These processes tend to be volume-driven")
        assert in_view(page, "#article mark.current")
        page.wait_for_function(FOCUSED)
        page.keyboard.type("What are the six common benefits?")
        page.keyboard.press("Enter")
        answered(page, 2)
        page.get_by_text("Reduced operational costs").and_(page.locator("mark.current")).wait_for()
        assert not any("volume-driven" in text for text in page.locator("#article mark").all_inner_texts())
        page.wait_for_function("sessionStorage.getItem('conversation').includes('Reduced operational costs')")
        page.wait_for_function(FREE)
        heard = page.evaluate("heard")  # each answer once, when it is whole
        assert len(heard) == 2 and "volume" in heard[0] and "Reduced operational costs" in heard[1]
        assert page.locator("#chat [role=log]").get_attribute("aria-live") == "off"
        page.reload()
        answered(page, 2)
        page.locator("#chat .answer").first.locator("a.marker").first.click()
        assert marked(page) == first
        page.locator("#chat .answer").nth(1).locator("a.marker").first.click()
        page.get_by_text("Reduced operational costs").and_(page.locator("mark.current")).wait_for()
        assert page.locator("#said").inner_text() == ""
        ask(page, "What does Time Doctor cost?", answers=3)
        page.locator("#article mark").first.wait_for(state="detached")  # a refusal quotes nothing

    def test_a_document_is_chosen_or_cited(self, open_page: Open, scripted: str) -> None:
        page = open_page(scripted)
        page.get_by_label("Document").select_option("b.md")
        page.locator("article[data-source='b.md']").wait_for()
        assert page.locator("#article article p").inner_text() == '<img src="https://evil.example/a.png"> b c'
        assert page.locator("#article img, #article article a").count() == 0
        ask(page, "What drives BPO?", answers=1)
        page.locator("#chat a.marker").click()
        assert marked(page) == QUOTE


def test_the_article_stays_where_it_was_scrolled_to_since_the_question(open_page: Open, scripted: str) -> None:
    page = open_page(scripted)
    article = page.locator("#article article")
    # a browser without a screen draws no scroll bar: what stands in its place is as little part of the text
    page.add_style_tag(content="#article article { border-right: 16px solid; }")
    box = article.bounding_box()

    def turn_the_wheel() -> None:
        page.mouse.move(box["x"] + 50, box["y"] + 50)
        page.mouse.wheel(0, 100)

    def pull_the_bar() -> None:
        page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 50)
        article.evaluate("one => (one.scrollTop = 100)")

    page.evaluate(HELD)
    for number, move in enumerate((turn_the_wheel, pull_the_bar), start=1):
        article.evaluate("one => (one.scrollTop = 0)")
        ask(page, "What drives BPO?")
        page.locator("#chat .question").nth(number - 1).wait_for()
        page.wait_for_function("Boolean(window.goOn)")
        move()
        page.wait_for_function("document.querySelector('#article article').scrollTop > 0")
        page.wait_for_timeout(300)  # until it stands still
        scrolled = article.evaluate("one => one.scrollTop")
        page.evaluate("window.goOn()")
        answered(page, number)
        page.wait_for_function(FREE)
        page.locator("#article mark").wait_for()
        assert page.locator("#article mark.current").count() == 0, move.__name__
        assert article.evaluate("one => one.scrollTop") == scrolled
    ask(page, "What drives BPO?")  # after the next question it follows again
    page.wait_for_function("Boolean(window.goOn)")
    page.evaluate("window.goOn()")
    assert marked(page) == QUOTE and in_view(page, "#article mark.current")


# an answer waits until `goOn` is called
HELD = """() => {
    const fetched = window.fetch;
    window.fetch = async (...asked) => {
        if (String(asked[0].url ?? asked[0]).includes("queue/join")) await new Promise((on) => (window.goOn = on));
        window.goOn = null;
        return fetched(...asked);
    };
}"""


def test_a_quote_stands_beside_its_sentence_within_the_conversation(open_page: Open, real: str) -> None:
    page = open_page(real)
    for number, question in enumerate(["What drives BPO compared with KPO?", "How do they differ?"], start=1):
        ask(page, question, answers=number)
        page.wait_for_function(FREE)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        for answer in page.locator("#chat .answer").all():
            for marker in answer.locator("a.marker").all()[:4:3]:
                marker.scroll_into_view_if_needed()
                page.wait_for_timeout(100)  # scrolling hides a quote
                marker.hover()
                page.locator("#bubble").wait_for()
                assert marker.evaluate(APART) == [], (width, height)
                page.mouse.move(0, 0)


# what the bubble covers that it should not, or where it leaves the page
APART = """(marker) => {
    const words = document.createRange();
    words.selectNodeContents(marker.closest("p, li, td"));
    const [bubble, sentence, talk] = [document.querySelector("#bubble"), words, document.querySelector("#talk")]
        .map((one) => one.getBoundingClientRect());
    const found = [];
    if (bubble.top < sentence.bottom && bubble.bottom > sentence.top) found.push("covers its sentence");
    if (bubble.top < 0 || bubble.bottom > innerHeight) found.push("leaves the page");
    if (bubble.left < 0 || bubble.right > Math.min(talk.right + 1, innerWidth)) found.push("covers the article");
    if (bubble.height < 40) found.push("shows nothing");
    return found;
}"""


def test_on_a_narrow_one_the_article_is_a_drawer_that_keeps_the_focus(open_page: Open, scripted: str) -> None:
    page = open_page(scripted, width=390, touch=True)
    opener, dialog = page.get_by_role("button", name="Article"), page.get_by_role("dialog", name="Article")
    assert not page.locator("#article article").is_visible()
    ask(page, "What drives BPO?", answers=1)
    page.locator("#chat a.marker").tap()
    assert marked(page) == QUOTE
    assert in_view(page, "#article mark.current")
    page.go_back()
    dialog.wait_for(state="hidden")
    assert page.locator("#chat .answer").is_visible() and not page.locator("#bubble").is_visible()
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
    opener.click()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.get_by_role("tab", name="Evaluate").click()
    opener.wait_for(state="hidden")
