"""The chat window as it is served: a real server on loopback, asked by HTTP, by gradio_client and by a browser."""

import gc
import json
import time
import uuid
from typing import Any

import gradio_client  # type: ignore[import-untyped]
import httpx
import pytest
from gradio.state_holder import StateHolder

from assistant.answers import Answer, Ask
from tests.ui.scripted import QUOTE, ScriptedAssistant
from ui.web import chat
from ui.web.turns import Turn, dump, earlier_turns, load

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


class Page:
    """An open page without a browser: it sends what the page's listeners send."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=f"{address}gradio_api/", trust_env=False, timeout=30)
        self.session = uuid.uuid4().hex
        config = httpx.get(f"{address}config", trust_env=False).json()
        self.ids = {dep["api_name"]: dep["id"] for dep in config["dependencies"]}

    def press(self, listener: str, *data: object, saved: str | None = None) -> Any:
        """What a listener answers; None stands for the state, behind it comes what the page keeps itself."""
        sent = [*data, None] if saved is None else [*data, None, saved]
        body = {"fn_index": self.ids[listener], "session_hash": self.session, "data": sent}
        reply = self.http.post(f"run/{listener}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def ask(self, question: str) -> tuple[str, int]:
        """What the chat shows in the end, and in how many steps it came."""
        self.press("_asked", question, saved="")
        body = {"fn_index": self.ids["answer"], "session_hash": self.session, "data": [None, "scripted"]}
        assert self.http.post("queue/join", json=body).status_code == 200
        steps = 0
        with self.http.stream("GET", "queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ") or "{}")
                steps += message.get("msg") == "process_generating"
                if message.get("msg") == "process_completed":
                    assert message["success"]
                    break
        return self.shown(), steps

    def shown(self) -> str:
        return json.dumps(self.press("_settled")[0])


@pytest.fixture(scope="module")
def address(scripted: str) -> str:
    return scripted


class TestAskEndpoint:
    def test_a_client_gets_the_answer_as_json(self, address: str) -> None:
        client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
        answer = client.predict("What drives BPO?", ["Hello?", "And now?"], api_name="/ask")
        expected = ScriptedAssistant().answer(Ask(question="What drives BPO?", history=("Hello?", "And now?")))
        suggested = {"suggestions": ("And what else, after 2?",)}
        assert Answer.model_validate(answer) == expected.model_copy(update=suggested)

    def test_an_earlier_question_may_come_with_its_answer(self, address: str) -> None:
        event, data = self.call(
            address, {"data": ["And KPO?", [{"question": "Hello?", "answer": "Hi."}, "What?"]]}
        )
        assert event == "complete"
        assert "Asked before: 2 Hello? / What?" in data[0]["text"]

    def test_plain_http_gets_it_too(self, address: str) -> None:
        event, data = self.call(address, {"data": ["What drives BPO?", ["Hello?"]]})
        assert event == "complete"
        assert data[0]["citations"][0]["quote"] == QUOTE
        assert "Asked before: 1 Hello?" in data[0]["text"]

    def test_a_mistake_is_an_error_that_says_what_to_do(self, address: str) -> None:
        event, data = self.call(address, {"data": ["  ", None]})
        assert (event, data["error"]) == ("error", "The question is empty. Type one.")

    @pytest.mark.parametrize(
        "data", [[5, None], ["What?", "no list"], ["What?", [5]], ["What?", [{"answer": "Hi."}]], [None, None]]
    )
    def test_what_is_not_text_is_turned_down(self, address: str, data: list[object]) -> None:
        event, reply = self.call(address, {"data": data})
        assert event == "error"
        assert reply["error"].startswith("The question is not text.")

    def test_a_bug_does_not_tell_its_details(self, address: str) -> None:
        event, reply = self.call(address, {"data": ["a bug", None]})
        assert event == "error"
        assert "secret" not in json.dumps(reply)

    def call(self, address: str, body: dict[str, object]) -> tuple[str, Any]:
        with httpx.Client(base_url=f"{address}gradio_api/call/", trust_env=False, timeout=30) as http:
            event_id = http.post("ask", json=body).json()["event_id"]
            lines = http.get(f"ask/{event_id}").text.splitlines()
        return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))


class TestConversation:
    def test_an_answer_grows_and_shows_its_quotes(self, address: str) -> None:
        shown, steps = Page(address).ask("What drives BPO?")
        assert steps >= 2
        assert QUOTE in shown
        assert "1 of 1 sentence quoted" in shown

    def test_what_is_passed_on_are_the_questions_that_were_answered_with_their_answers(self) -> None:
        turns = [Turn("What drives BPO?"), Turn("the key"), Turn("And KPO?"), Turn("wait")]
        for number in range(1, 4):
            list(chat._answered(ScriptedAssistant(), turns[:number]))
        (first, second) = earlier_turns(turns)
        assert (first.question, second.question) == ("What drives BPO?", "And KPO?")
        assert "Asked before: 0" in first.answer and "Asked before: 1 What drives BPO?" in second.answer

    def test_nobody_sees_the_turns_of_somebody_else(self, address: str) -> None:
        one, other = Page(address), Page(address)
        one.ask("My secret plan?")
        shown, _ = other.ask("What drives BPO?")
        assert "secret" not in shown
        assert "Asked before: 0" in shown

    def test_a_mistake_is_a_notice_and_no_answer(self, address: str) -> None:
        page = Page(address)
        shown, _ = page.ask("the key")
        assert "The key &lt;b&gt;was&lt;/b&gt; refused. Set OPENAI_API_KEY." in shown
        assert 'class=\\"notice\\"' in shown
        assert "BPO is" not in shown
        assert "Asked before: 0" in page.ask("What drives BPO?")[0]  # it is not asked along again

    def test_a_bug_is_a_notice_without_details(self, address: str) -> None:
        shown, _ = Page(address).ask("a bug")
        assert chat.BROKEN in shown
        assert "secret" not in shown

    def test_asking_again_replaces_the_turn(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        assert QUOTE not in json.dumps(page.press("_again", saved="")[0])
        assert page.shown().count('"role": "user"') == 1

    def test_a_page_that_this_process_does_not_know_brings_its_conversation_along(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        kept = page.press("_settled")[2]
        page.session = uuid.uuid4().hex  # another process knows none
        assert QUOTE in page.press("_markdown", saved=kept)[0]
        page.session = uuid.uuid4().hex
        shown = json.dumps(page.press("_asked", "And KPO?", saved=kept)[0])
        assert "What drives BPO?" in shown and QUOTE in shown and "And KPO?" in shown
        assert page.press("_markdown", saved="nonsense")[0].count("What drives BPO?")  # it is known now

    def test_what_a_reload_brings_back_stands_ahead_of_a_question_that_was_quicker(self) -> None:
        before, quicker = Turn("What drives BPO?", notice=chat.STOPPED, done=True), Turn("And KPO?")
        turns = [quicker]
        chat._restored(dump([before]), turns)
        assert [turn.question for turn in turns] == ["What drives BPO?", "And KPO?"]
        assert turns[1] is quicker and not quicker.done

    def test_clearing_forgets_everything(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        page.press("_cleared")
        assert page.shown() == "[]"
        assert "Asked before: 0" in page.ask("And KPO?")[0]

    def test_a_conversation_is_forgotten_when_its_page_is_left(self, address: str) -> None:
        page = Page(address)
        beats = f"{address}gradio_api/heartbeat/{page.session}"  # which a page hears while it is open
        with httpx.Client(trust_env=False) as client, client.stream("GET", beats) as alive:
            lines = alive.iter_lines()
            assert next(lines)
            assert "What drives BPO?" in page.ask("What drives BPO?")[0]
            alive.close()
        for _ in range(100):
            if page.shown() == "[]":
                return
            time.sleep(0.1)
        raise AssertionError("the conversation is still there")

    def test_no_earlier_state_of_a_conversation_is_kept_beside_it(self, address: str) -> None:
        page = Page(address)
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

    def test_a_question_whose_answer_was_not_whole_when_the_page_was_left_is_still_there(self) -> None:
        turns = [Turn("wait")]
        steps = chat._answered(ScriptedAssistant(), turns)
        next(steps)
        (left,) = load(dump(turns))
        assert (left.question, left.answer, left.done) == ("wait", None, True)
        assert "Ask again." in left.notice
        turns[0].end()

    def test_what_was_stopped_is_not_exported_as_an_answer(self) -> None:
        turns = [Turn("wait"), Turn("What drives BPO?")]
        next(chat._answered(ScriptedAssistant(), turns[:1]))
        list(chat._answered(ScriptedAssistant(), turns))
        chat._stopped(turns)
        assert turns[0].answer
        assert [answer.question for answer in chat._answers(turns)] == ["What drives BPO?"]

    def test_a_row_that_is_opened_meanwhile_does_not_take_the_place_of_a_question_that_waits(self) -> None:
        waiting, opened = Turn("What drives BPO?"), Turn("A row", notice=chat.STOPPED, done=True)
        list(chat._answered(ScriptedAssistant(), [waiting, opened]))
        assert waiting.answer and waiting.done and opened.answer is None

    def test_an_answer_that_comes_late_does_not_undo_the_clearing(self) -> None:
        turns = [Turn("wait")]
        steps = chat._answered(ScriptedAssistant(), turns)
        assert len(next(steps)) == 2
        chat._cleared(turns)
        assert list(steps) == []
        assert turns == []

    def test_a_stopped_answer_stays_and_says_so(self) -> None:
        turns = [Turn("wait")]
        steps = chat._answered(ScriptedAssistant(), turns)
        next(steps)
        shown = chat._stopped(turns)
        assert "BPO is" in shown[1]["content"]
        assert chat.STOPPED in shown[1]["content"]
        assert list(steps) == []
