"""The chat window as it is served: a real server on loopback, asked by HTTP."""

import json
import time
import uuid

import pytest
from gradio import LikeData

from assistant.answers import Answer, Ask
from tests.ui.client import Page, call
from tests.ui.scripted import QUOTE, ScriptedAssistant
from ui.web import chat
from ui.web.faults import BROKEN
from ui.web.feedback import _feedback
from ui.web.turns import Turn, Turns

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


class TestAskEndpoint:
    def test_a_client_gets_the_answer_as_json(self, scripted: str) -> None:
        earlier = [{"question": "Hello?", "answer": "Hi."}, "And now?"]
        event, (answer,) = call(scripted, "What drives BPO?", earlier)
        expected = ScriptedAssistant().answer(Ask(question="What drives BPO?", history=("Hello?", "And now?")))
        suggested = {"suggestions": ("And what else, after 2?",)}
        assert event == "complete" and Answer.model_validate(answer) == expected.model_copy(update=suggested)

    def test_some_documents_may_be_asked_and_strictly(self, scripted: str) -> None:
        event, (answer,) = call(scripted, "And KPO?", [], ["Article B"], True)
        assert event == "complete" and "Asked of: Article B\n- Strictly" in answer["text"]
        assert answer["suggestions"] == ["And what else, after 0 of Article B?"]

    def test_a_mistake_says_what_to_do_and_a_bug_does_not_tell_its_details(self, scripted: str) -> None:
        assert call(scripted, "  ", None)[1]["error"].startswith("The question is empty. Type one")
        assert call(scripted, "What?", [5])[1]["error"].startswith("That is no question. Give text")
        event, told = call(scripted, "a bug", None)
        assert event == "error" and "secret" not in json.dumps(told)


class TestConversation:
    def test_the_first_words_of_the_offline_reader_come_with_the_question(self, real: str) -> None:
        page = Page(real, "extractive")
        shown = json.dumps(page.press("asked", "What drives BPO?", "extractive", "[]", False, saved="")[0])
        assert "volume-driven" in shown and "Answered by" not in shown
        assert "Answered by the offline reader" in page.ask("What drives KPO?")

    def test_a_thumb_keeps_the_documents_that_were_asked(self) -> None:
        turns = Turns([Turn("What drives BPO?", within=("a.md",))])
        list(chat._answered(ScriptedAssistant(), turns[0], []))
        given = _feedback(turns, LikeData(None, {"index": 1, "value": "", "liked": False}))
        assert given and (given.good, given.within) == (False, ("a.md",))

    def test_nobody_sees_the_turns_of_somebody_else(self, scripted: str) -> None:
        Page(scripted).ask("My secret plan?")
        shown = Page(scripted).ask("What drives BPO?")
        assert "secret" not in shown and "Asked before: 0" in shown

    def test_a_mistake_or_a_bug_is_a_notice_and_no_answer(self, scripted: str) -> None:
        page = Page(scripted)
        shown = page.ask("the key")
        assert "The key &lt;b&gt;was&lt;/b&gt; refused. Set OPENAI_API_KEY." in shown
        assert 'class=\\"notice\\"' in shown and "BPO is" not in shown
        shown = page.ask("a bug")
        assert BROKEN in shown and "secret" not in shown
        assert "Asked before: 0" in page.ask("What drives BPO?")  # neither is asked along again
        assert "Asked before: 1 What drives BPO?" in page.ask("And KPO?")

    def test_a_page_that_this_process_does_not_know_brings_its_conversation_along(self, scripted: str) -> None:
        page = Page(scripted)
        page.ask("What drives BPO?")
        kept = page.press("_settled", saved="")[2]
        page.session = uuid.uuid4().hex  # another process knows none
        assert QUOTE in page.press("_markdown", saved=kept)[0]
        page.session = uuid.uuid4().hex
        shown = json.dumps(page.press("asked", "And KPO?", "scripted", "[]", False, saved=kept)[0])
        assert "What drives BPO?" in shown and QUOTE in shown and "And KPO?" in shown
        settled = page.press("_settled", saved=kept)[0]
        assert page.press("_restored", saved=kept)[0] == settled  # nothing stands twice
        assert page.press("_markdown", saved="nonsense")[0].count("What drives BPO?")  # it is known now

    def test_what_was_stopped_is_no_answer_to_export(self, scripted: str) -> None:
        page = Page(scripted)
        page.send("Please wait")
        assert chat.STOPPED in json.dumps(page.press("_stopped", saved="")[0])
        assert page.press("_markdown", saved="")[0] == ""

    def test_a_conversation_is_forgotten_when_its_page_is_left(self, scripted: str) -> None:
        page = Page(scripted)
        with page.kept_open():
            assert "What drives BPO?" in page.ask("What drives BPO?")
        for _ in range(100):
            if page.shown() == "[]":
                return
            time.sleep(0.1)
        raise AssertionError("the conversation is still there")


def test_a_text_to_check_has_20_000_characters_at_most(scripted: str) -> None:
    page = Page(scripted)
    assert page.press_and_wait("check", "x" * 20_000)["data"] == ['<ol class="verdicts"></ol>']
    said = "The text has 20,001 characters, the limit is 20,000. Divide it."
    assert page.press_and_wait("check", "x" * 20_001)["error"] == said
