"""What the chat shows of an answer: a specification with hostile text, because every text there is data."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Answer, Citation, RetrievedPassage, Seconds, Sentence
from ui.web.render import QUESTION_SHOWN, answer_html, notice_html, question_html

ALLOWED = {
    *("div", "p", "br", "ol", "ul", "li", "strong", "em", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "blockquote", "details", "summary"),
}
ATTRIBUTES = {"class", "id", "href", "title", "role", "start", "style"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "</div></blockquote><h1>Big</h1>",
    "![leak](https://evil.example/x.png)",
    "[click](https://evil.example)",
    "[click]: https://evil.example\n\n[click]",
    "<https://evil.example>",
    "https://evil.example www.evil.example evil@evil.example",
    "&lt;script&gt;alert(1)&lt;/script&gt; \\<b>",
    "```mermaid\ngraph TD\n```",
    "\n\n# Heading\n\n---\n\n    code\n\n> quote\n\n- item\r\rmore",
    "$$x$$ <details open> <style>*{display:none}</style>",
    "[1](javascript:alert(1)) [[1]](https://evil.example)",
)


class Page(HTMLParser):
    """Reads HTML as a browser would: its tags, its text, its links and their targets."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]


def read(markup: str) -> Page:
    """The markup, after checking that it is one line of a block element with nothing but what we write."""
    page = Page(markup)
    assert "\n" not in markup and "\r" not in markup  # an empty line would end the HTML block
    assert markup.startswith("<div ")
    assert page.open == []
    assert set(page.tags) <= ALLOWED
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert set(page.values("style")) <= {"text-align:left", "text-align:right", "text-align:center"}
    assert {href.removeprefix("#") for href in page.values("href")} <= set(page.values("id"))
    assert all(href.startswith("#") for href in page.values("href"))
    return page


def citation(number: int = 1, **changes: Any) -> Citation:
    quote = "KPO is insight-driven"
    fields = {"source": "bpo-vs-kpo.md", "section": "1. Driving force", "quote": quote, "start": 0, "end": 21}
    return Citation(number=number, **{**fields, **changes})


def passage(**changes: Any) -> RetrievedPassage:
    fields = {"source": "bpo-vs-kpo.md", "section": "Cost", "text": "Less cost.", "start": 0, "end": 10}
    return RetrievedPassage(score=1.0, **{**fields, **changes})


def answer(text: str = "KPO is driven by insight. [1]", **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "question": "What drives KPO?",
        "standalone_question": "What drives KPO?",
        "answered": True,
        "text": text,
        "sentences": (Sentence(text="KPO is driven by insight.", citations=(1,), support="quoted"),),
        "citations": (citation(),),
        "model": "extractive",
        "seconds": Seconds(total=0.0312),
    }
    return Answer(**{**fields, **changes})


def refusal(**changes: Any) -> Answer:
    fields = {"answered": False, "sentences": (), "citations": (), "passages": (passage(),)}
    return answer("The article does not say.", **{**fields, **changes})


class TestAnswer:
    def test_a_marker_leads_to_its_quote(self) -> None:
        markup = answer_html(answer(), key="turn3")
        assert '<a class="marker" href="#turn3-1" title="1. Driving force">[1]</a>' in markup
        assert '<li id="turn3-1">' in markup
        assert "KPO is insight-driven" in read(markup).text

    def test_quotes_stand_in_order_with_number_and_section(self) -> None:
        shown = answer("A [1] b [2]", citations=(citation(1), citation(2, section="Two", quote="Second")))
        text = read(answer_html(shown, key="t")).text
        assert "[1]1. Driving forceKPO is insight-driven[2]TwoSecond" in text

    def test_a_bracketed_number_that_is_quoted_is_no_marker(self) -> None:
        page = read(answer_html(answer(r"See note \[1\]. [1]"), "turn1"))
        assert page.values("href") == ["#turn1-1"]
        assert "See note [1]. [1]" in page.text

    def test_a_marker_without_a_citation_stays_text(self) -> None:
        page = read(answer_html(answer("So it is. [1] [7]"), key="t"))
        assert page.values("href") == ["#t-1"]
        assert "[7]" in page.text

    def test_lists_tables_and_bold_are_markdown(self) -> None:
        text = "**Both** grow:\n\n1. one [1]\n2. two\n\n| BPO | KPO |\n|:---|---|\n| volume [1] | insight |"
        page = read(answer_html(answer(text), key="t"))
        assert {"strong", "ol", "li", "table", "th", "td"} <= set(page.tags)
        assert page.values("href") == ["#t-1", "#t-1"]

    def test_the_last_line_says_who_answered_and_how_much_is_quoted(self) -> None:
        assert "Answered by extractive in 0.03 s · 1 of 1 sentence quoted" in answer_html(answer(), key="t")
        three = tuple(
            Sentence(text="x", citations=(1,), support=support)
            for support in ("quoted", "supported", "unsupported")
        )
        markup = answer_html(answer(sentences=three), key="t")
        assert "1 of 3 sentences quoted, 1 without proof" in markup

    def test_an_unfinished_answer_says_nothing_about_itself(self) -> None:
        assert "Answered by" not in answer_html(answer(), key="t", finished=False)

    def test_notices_are_shown(self) -> None:
        page = read(answer_html(answer(notices=("The model could not be reached.",)), key="t"))
        assert "The model could not be reached." in page.text
        assert page.values("role") == ["status"]

    def test_file_names_are_shown_only_where_there_are_several(self) -> None:
        assert "bpo-vs-kpo.md" not in answer_html(answer(), key="t")
        two = answer(citations=(citation(1), citation(2, source="other.md")))
        assert "bpo-vs-kpo.md · 1. Driving force" in answer_html(two, key="t")
        assert "bpo-vs-kpo.md" in answer_html(answer(citations=(citation(section=""),)), key="t")

    def test_a_quote_reads_without_markdown_marks(self) -> None:
        quote = "### 1. Driving force\n\n- one\n- two"
        text = read(answer_html(answer(citations=(citation(quote=quote),)), key="t")).text
        assert "1. Driving force\n\n• one\n• two" in text
        assert "#" not in text


class TestRefusal:
    def test_the_nearest_passages_are_folded(self) -> None:
        markup = answer_html(refusal(), key="t")
        page = read(markup)
        assert "The article does not say." in page.text
        assert "<details><summary>What comes nearest (1)</summary>" in markup
        assert "CostLess cost." in page.text
        assert page.values("href") == []

    def test_it_claims_no_quotes(self) -> None:
        assert "Answered by extractive in 0.03 s</p>" in answer_html(refusal(), key="t")

    def test_nothing_is_folded_where_nothing_is_near(self) -> None:
        assert "<details>" not in answer_html(refusal(passages=()), key="t")


class TestHostileText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_as_a_question_it_is_text(self, text: str) -> None:
        page = read(question_html(text))
        assert page.text == text.strip().replace("\r", "\n")
        assert set(page.tags) <= {"div", "br"}

    @pytest.mark.parametrize("text", HOSTILE)
    def test_as_a_notice_it_is_text(self, text: str) -> None:
        assert read(notice_html(text)).text == text.strip().replace("\r", "\n")

    @pytest.mark.parametrize("text", HOSTILE)
    def test_as_the_words_of_a_model_it_makes_no_links_and_no_images(self, text: str) -> None:
        page = read(answer_html(answer(text, model=text, notices=(text,)), key="t"))
        assert set(page.values("href")) <= {"#t-1"}

    @pytest.mark.parametrize("text", HOSTILE)
    def test_as_a_document_it_is_text(self, text: str) -> None:
        cited = answer(citations=(citation(quote=text, section=text), citation(2, source=text)))
        page = read(answer_html(cited, key="t"))
        assert text.strip() in page.values("title") or "\n" in text
        read(answer_html(refusal(passages=(passage(text=text, section=text), passage(source=text))), key="t"))

    @given(st.text())
    def test_any_question_is_shown_as_it_was_typed(self, text: str) -> None:
        page = read(question_html(text))
        if text.strip() and len(text) <= QUESTION_SHOWN:
            assert page.text == text.strip().replace("\r\n", "\n").replace("\r", "\n")

    @given(st.text(alphabet="[1]()!<>&*_`|-#:\\\n\r\t ab\"'/.$~", max_size=80), st.text())
    def test_any_answer_keeps_to_what_we_write(self, text: str, quote: str) -> None:
        read(answer_html(answer(text, citations=(citation(quote=quote, section=quote),)), key="t"))


def test_an_empty_question_is_named() -> None:
    assert read(question_html(" \n")).text == "(an empty question)"


def test_a_very_long_question_is_shown_cut() -> None:
    text = read(question_html("word " * 4000)).text
    assert len(text) <= QUESTION_SHOWN + 2
    assert text.endswith("word …")
