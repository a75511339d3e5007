"""What the window shows of an answer or a checked text: every text there is data, however hostile."""

import re
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Answer, Seconds, Sentence, Support
from assistant.check import Checked
from tests import made
from tests.made import citation, passage
from ui.web.check import checked_html
from ui.web.render import QUESTION_SHOWN, answer_html, question_html

ALLOWED = {
    *("div", "p", "br", "ol", "ul", "li", "strong", "em", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "blockquote", "details", "summary", "pre", "span"),
}
ATTRIBUTES = {"class", "id", "href", "title", "role", "start", "style"}
PLACE = re.compile(r"#at-\d+-\d+-[\w.%~-]+")
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
        self.text = ""  # what is shown
        self.kept = ""  # what stands ready for the clipboard
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
        if "pre" in self.open:
            self.kept += data
        else:
            self.text += data

    def markers(self) -> list[str]:
        return [href for href in self.values("href") if href.startswith("#t") and not href.endswith("-text")]

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
    leads = {href for href in page.values("href") if not PLACE.fullmatch(href)}
    assert {href.removeprefix("#") for href in leads} <= {*page.values("id"), "question"}
    assert all(href.startswith("#") for href in page.values("href"))
    return page


def answer(text: str = "KPO is driven by insight. [1]", **changes: Any) -> Answer:
    fields = {
        "sentences": (Sentence(text="KPO is driven by insight.", citations=(1,), support="quoted"),),
        "citations": (citation("KPO is insight-driven"),),
        "model": "extractive",
        "seconds": Seconds(total=0.0312),
    }
    return made.answer(text, **{**fields, **changes})


def refusal(**changes: Any) -> Answer:
    fields = {"answered": False, "sentences": (), "citations": (), "passages": (passage("Less cost."),)}
    return answer("The article does not say.", **{**fields, **changes})


class TestAnswer:
    def test_a_marker_leads_to_its_quote_and_is_named_by_its_number_and_heading(self) -> None:
        cited = answer(citations=(citation("KPO is insight-driven", section="7 differences > 1. Force"),))
        page = read(answer_html(cited, key="turn3"))
        assert page.markers() == ["#turn3-1"] and "turn3-1" in page.values("id")
        assert "KPO is insight-driven" in page.text and "Citation 1, Force" in page.text
        unnamed = answer(r"See note \[1\]. [1]", citations=(citation("Pigs run.", section=""),))
        page = read(answer_html(unnamed, key="t"))  # a number that is quoted is no marker
        assert page.markers() == ["#t-1"] and "See note [1]. Citation 1, a.md" in page.text

    def test_one_line_says_how_much_is_quoted_another_who_answered_and_what_left_this_computer(self) -> None:
        text = read(answer_html(answer(), key="t")).text
        assert "1 of 1 sentence quoted" in text
        assert "Answered by the offline reader in 0.03 s · nothing left this computer ·" in text
        three = [Sentence(text="x", citations=(1,), support=support) for support in get_args(Support)]
        sent = answer(model="openai:gpt", sentences=tuple(three))
        text = read(answer_html(sent, key="t", sent_to=("api.openai.com", "<b>"))).text
        assert "1 of 3 sentences quoted, 1 without proof" in text
        assert "Answered by openai:gpt in 0.03 s · sent to api.openai.com and <b> ·" in text
        unsure, sure = (read(answer_html(answer(confidence=value), key="t")) for value in (0.74, 0.75))
        assert "perhaps the answer" in unsure.text and "unsure" in unsure.values("class")[0]
        assert "likely the answer" in sure.text and "unsure" not in sure.values("class")[0]
        growing = read(answer_html(sent, key="t", finished=False)).text
        assert "Answered by" not in growing and "quoted" not in growing

    def test_a_sentence_without_proof_says_so_and_why(self) -> None:
        green, blue = (
            Sentence(text=text, citations=(), support="unsupported", doubt=f"<b>{text}</b>")
            for text in ("It is green.", "It is blue.")
        )
        shown = answer("It is green. [?] It is blue. [?]", sentences=(green, blue))
        page = read(answer_html(shown, key="t"))
        assert "green. no proof: <b>It is green.</b> It is blue. no proof: <b>It is blue.</b>" in page.text
        assert "no proof" not in read(answer_html(answer(r"So it says \[?\]. [1]"), key="t")).text

    def test_file_names_are_shown_only_where_there_are_several(self) -> None:
        assert "a.md" not in read(answer_html(answer(), key="t")).text
        two = answer(citations=(citation("Pigs run."), citation("Cows run.", number=2, source="/srv/other.md")))
        shown = read(answer_html(two, key="t")).text
        assert "[1]a.md · A" in shown and "[2]other.md · A" in shown

    def test_a_very_long_question_is_shown_cut_and_kept_whole_for_editing(self) -> None:
        page = read(question_html("word\n" * 4000))
        shown = page.text.partition("Edit")[0]
        assert len(shown) <= QUESTION_SHOWN + 2 and shown.endswith("word …")
        assert page.kept == "word\n" * 4000


class TestHostileText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_wherever_it_comes_from_it_is_text(self, text: str) -> None:
        question = read(question_html(text))
        assert question.text == text.strip().replace("\r", "\n") + "Edit"
        assert set(question.tags) <= {"div", "br", "a", "pre"}
        of_a_model = read(answer_html(answer(text, model=text, notices=(text,)), key="t"))
        assert set(of_a_model.markers()) <= {"#t-1"}
        cited = answer(citations=(citation(text, section=text), citation("Pigs run.", number=2, source=text)))
        read(answer_html(cited, key="t"))
        near = (passage(text, section=text), passage("Pigs run.", source=text))
        read(answer_html(refusal(passages=near), key="t"))
        verdicts = Page(checked_html([checked(text, doubt=text)]))
        assert verdicts.tags == ["ol", "li", "span", "blockquote"] and text in verdicts.text
        assert verdicts.values("href") == verdicts.values("src") == []

    @given(st.text())
    def test_any_question_is_shown_as_it_was_typed(self, text: str) -> None:
        page = read(question_html(text))
        if text.strip() and len(text) <= QUESTION_SHOWN:
            assert page.text == text.strip().replace("\r\n", "\n").replace("\r", "\n") + "Edit"

    @given(st.text(alphabet="[1]()!<>&*_`|-#:\\\n\r\t ab\"'/.$~", max_size=80), st.text())
    def test_any_answer_keeps_to_what_we_write(self, text: str, quote: str) -> None:
        read(answer_html(answer(text, citations=(citation(quote, section=quote),)), key="t"))


def test_each_sentence_of_a_checked_text_stands_with_its_verdict_why_and_the_nearest_quote() -> None:
    two = [checked("KPO is cheap.", doubt="the passage does not say that"), checked("It is.")]
    page = Page(checked_html(two))
    assert page.text == "KPO is cheap. unsupported (the passage does not say that)KPO is cheap.It is. quotedIt is."
    assert page.tags.count("li") == page.tags.count("blockquote") == 2


def checked(text: str, doubt: str = "") -> Checked:
    verdict = "unsupported" if doubt else "quoted"
    cited = (citation(text),)
    return Checked(text=text, verdict=verdict, marked=False, score=0.5, doubt=doubt, citations=cited)
