"""The chat window as it is served: a real server on loopback, asked by HTTP."""

import gc
import json
import time
import uuid

import pytest
from gradio import LikeData
from gradio.queueing import Queue
from gradio.state_holder import StateHolder

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from tests.ui.client import Page, call
from tests.ui.scripted import QUOTE, ScriptedAssistant
from ui.web import chat
from ui.web.app import LOOK, QUEUE_SIZE
from ui.web.feedback import _feedback
from ui.web.turns import LEFT, Turn, Turns, dump, earlier_turns, whole_answers

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


class TestAskEndpoint:
    def test_a_client_gets_the_answer_as_json(self, scripted: str) -> None:
        earlier = [{"question": "Hello?", "answer": "Hi."}, "And now?"]
        event, (answer,) = call(scripted, "What drives BPO?", earlier)
        expected = ScriptedAssistant().answer(Ask(question="What drives BPO?", history=("Hello?", "And now?")))
        suggested = {"suggestions": ("And what else, after 2?",)}
        assert event == "complete" and Answer.model_validate(answer) == expected.model_copy(update=suggested)

    @pytest.mark.parametrize("said", ["hi", "help", ".", "thanks"])
    def test_a_greeting_is_told_the_same_as_in_the_window(
        self, real: str, assistant: Assistant, said: str
    ) -> None:
        event, (answer,) = call(real, said, [])
        told = assistant.chain.invoke(said)
        assert event == "complete" and answer["answered"] and answer["citations"] == []
        assert answer["text"] == told.text and answer["suggestions"] == list(told.suggestions) != []

    def test_some_documents_may_be_asked(self, scripted: str) -> None:
        event, (answer,) = call(scripted, "And KPO?", [], ["Article B"])
        assert event == "complete" and "Asked of: Article B" in answer["text"]
        assert answer["suggestions"] == ["And what else, after 0 of Article B?"]

    def test_a_strict_answer_may_be_asked_for(self, scripted: str) -> None:
        assert "Strictly" in call(scripted, "What drives BPO?", [], [], True)[1][0]["text"]
        assert "Strictly" not in call(scripted, "What drives BPO?", [], [])[1][0]["text"]

    @pytest.mark.parametrize(
        "data", [[5], ["What?", "no list"], ["What?", [], "no list"], ["What?", [5]], ["What?", [], [], "perhaps"]]
    )
    def test_what_is_not_text_is_turned_down(self, scripted: str, data: list[object]) -> None:
        event, told = call(scripted, *data)
        assert event == "error" and told["error"].startswith("That is no question. Give text")

    def test_a_mistake_says_what_to_do_and_a_bug_does_not_tell_its_details(self, scripted: str) -> None:
        assert call(scripted, "  ", None)[1]["error"].startswith("The question is empty. Type one")
        event, told = call(scripted, "a bug", None)
        assert event == "error" and "secret" not in json.dumps(told)


class TestConversation:
    def test_an_answer_grows_and_shows_its_quotes(self, scripted: str) -> None:
        page = Page(scripted)
        shown = page.ask("What drives BPO?")
        assert page.steps >= 2
        assert QUOTE in shown
        assert "1 of 1 sentence quoted" in shown

    def test_the_first_words_of_the_offline_reader_come_with_the_question(self, real: str) -> None:
        page = Page(real, "extractive")
        shown = json.dumps(page.press("asked", "What drives BPO?", "extractive", "[]", False, saved="")[0])
        assert "volume-driven" in shown and "Answered by" not in shown
        assert "Answered by the offline reader" in page.ask("What drives KPO?")

    def test_what_is_passed_on_are_the_questions_that_were_answered_with_their_answers(self) -> None:
        turns = [Turn("What drives BPO?"), Turn("the key"), Turn("And KPO?"), Turn("wait")]
        for number in range(1, 4):
            list(chat._answered(ScriptedAssistant(), turns[:number]))
        (first, second) = earlier_turns(turns)
        assert (first.question, second.question) == ("What drives BPO?", "And KPO?")
        assert "Asked before: 0" in first.answer and "Asked before: 1 What drives BPO?" in second.answer

    def test_a_thumb_keeps_the_documents_that_were_asked(self) -> None:
        turns = Turns([Turn("What drives BPO?", within=("a.md",))])
        list(chat._answered(ScriptedAssistant(), turns))
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
        assert chat.BROKEN in shown and "secret" not in shown
        assert "Asked before: 0" in page.ask("What drives BPO?")  # neither is asked along again

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

    def test_a_question_whose_process_was_lost_says_so_and_can_be_asked_again(self, scripted: str) -> None:
        page = Page(scripted)
        kept = page.press("asked", "What drives BPO?", "scripted", "[]", False, saved="")[2]  # not answered yet
        page.session = uuid.uuid4().hex
        shown = json.dumps(page.press("_settled", saved=kept)[0])
        assert "What drives BPO?" in shown and LEFT in shown
        assert LEFT not in json.dumps(page.press("again", "scripted", "[]", False, saved=kept)[0])

    def test_a_conversation_is_forgotten_when_its_page_is_left(self, scripted: str) -> None:
        page = Page(scripted)
        with page.kept_open():
            assert "What drives BPO?" in page.ask("What drives BPO?")
        for _ in range(100):
            if page.shown() == "[]":
                return
            time.sleep(0.1)
        raise AssertionError("the conversation is still there")

    def test_no_earlier_state_of_a_conversation_is_kept_beside_it(self, scripted: str) -> None:
        page = Page(scripted)
        for number in range(6):
            page.ask(f"What is the mark {number * 111111}?")
        (session,) = (
            holder.session_data[page.session]
            for holder in gc.get_objects()
            if isinstance(holder, StateHolder) and page.session in holder.session_data
        )
        props = [str(one["props"]) for one in session.components]
        kept = [one for one in props if "mark 111111" in one and "Asked before: 0" in one]
        assert len(kept) == 2  # what the chat shows, and what the page keeps

    def test_no_figures_are_kept_of_who_asks_when_and_idle_queues_sleep(self, scripted: str) -> None:
        Page(scripted).ask("What drives BPO?")
        queues = [one for one in gc.get_objects() if isinstance(one, Queue) and one.max_size == QUEUE_SIZE]
        assert queues and not any(queue.event_analytics for queue in queues)
        assert {queue.sleep_when_free for queue in queues} == {LOOK}


class TestTurns:
    """What happens to a turn while its answer grows."""

    def test_a_row_that_is_opened_meanwhile_does_not_take_the_place_of_a_question_that_waits(self) -> None:
        waiting, opened = Turn("What drives BPO?"), Turn("A row", notice=chat.STOPPED, done=True)
        list(chat._answered(ScriptedAssistant(), [waiting, opened]))
        assert waiting.answer and waiting.done and opened.answer is None

    def test_a_stopped_answer_stays_and_says_so_and_a_cleared_one_does_not_come_back(self) -> None:
        turns = Turns([Turn("wait")])
        steps = chat._answered(ScriptedAssistant(), turns)
        next(steps)
        shown = chat._stopped(turns, "")
        assert "BPO is" in shown[1]["content"] and chat.STOPPED in shown[1]["content"]
        assert whole_answers(turns) == []  # nor is it exported
        assert list(steps) == []
        turns = Turns([Turn("wait")])
        steps = chat._answered(ScriptedAssistant(), turns)
        next(steps)
        chat._cleared(turns)
        assert list(steps) == [] and turns == []
        assert chat._settled(turns, dump([Turn("wait")]))[0] == []  # which the page may still have
