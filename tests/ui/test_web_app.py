"""The chat window as it is served: a real server on loopback, asked by HTTP, by gradio_client and by a browser."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio_client  # type: ignore[import-untyped]
import httpx
import pytest

from assistant.answers import Answer, Ask
from ingest.errors import UserError
from tests.ui.browser import served
from tests.ui.scripted import FEEDBACK, QUOTE, ScriptedAssistant
from ui.web import app as web
from ui.web import chat
from ui.web.guard import LARGEST_BODY
from ui.web.server import Server, address_of, take_port
from ui.web.turns import Turn, dump, load

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


class Page:
    """An open page without a browser: it sends what the page's listeners send."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=f"{address}gradio_api/", trust_env=False, timeout=30)
        self.session = uuid.uuid4().hex
        config = httpx.get(f"{address}config", trust_env=False).json()
        self.ids = {dep["api_name"]: dep["id"] for dep in config["dependencies"]}

    def press(self, listener: str, *data: object) -> Any:
        body = {"fn_index": self.ids[listener], "session_hash": self.session, "data": [*data, None]}
        reply = self.http.post(f"run/{listener}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def ask(self, question: str) -> tuple[str, int]:
        """What the chat shows in the end, and in how many steps it came."""
        self.press("_asked", question)
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

    def test_the_history_may_be_left_out(self, address: str) -> None:
        client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
        assert "Asked before: 0" in client.predict(question="What drives BPO?", api_name="/ask")["text"]

    def test_plain_http_gets_it_too(self, address: str) -> None:
        event, data = self.call(address, {"data": ["What drives BPO?", ["Hello?"]]})
        assert event == "complete"
        assert data[0]["citations"][0]["quote"] == QUOTE
        assert "Asked before: 1 Hello?" in data[0]["text"]

    def test_a_mistake_is_an_error_that_says_what_to_do(self, address: str) -> None:
        event, data = self.call(address, {"data": ["  ", None]})
        assert (event, data["error"]) == ("error", "The question is empty. Type one.")

    @pytest.mark.parametrize("data", [[5, None], ["What?", "no list"], ["What?", [5]], [None, None]])
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

    def test_earlier_questions_are_passed_on(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        assert "Asked before: 1 What drives BPO?" in page.ask("And KPO?")[0]

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

    def test_an_empty_question_is_a_mistake(self, address: str) -> None:
        assert "The question is empty. Type one." in Page(address).ask("")[0]

    def test_a_bug_is_a_notice_without_details(self, address: str) -> None:
        shown, _ = Page(address).ask("a bug")
        assert chat.BROKEN in shown
        assert "secret" not in shown

    def test_asking_again_replaces_the_turn(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        assert QUOTE not in json.dumps(page.press("_again")[0])
        assert page.shown().count('"role": "user"') == 1

    def test_clearing_forgets_everything(self, address: str) -> None:
        page = Page(address)
        page.ask("What drives BPO?")
        page.press("_cleared")
        assert page.shown() == "[]"
        assert "Asked before: 0" in page.ask("And KPO?")[0]

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


class TestWhatIsOpen:
    def test_only_ask_is_public(self, address: str) -> None:
        info = httpx.get(f"{address}gradio_api/info", trust_env=False).json()
        assert list(info["named_endpoints"]) == ["/ask"]
        assert info["unnamed_endpoints"] == {}
        client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
        assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]

    def test_every_other_listener_is_private(self, address: str) -> None:
        config = httpx.get(f"{address}config", trust_env=False).json()
        public = {dep["api_name"] for dep in config["dependencies"] if dep["api_visibility"] != "private"}
        assert public == {"ask"}
        assert config["analytics_enabled"] is False

    def test_a_foreign_name_for_this_machine_is_turned_away(self, address: str) -> None:
        assert httpx.get(address, headers={"host": "evil.example"}, trust_env=False).status_code == 400
        assert httpx.get(address, headers={"host": "localhost"}, trust_env=False).status_code == 200

    def test_what_a_page_elsewhere_sends_is_turned_down(self, address: str) -> None:
        def upload(origin: str) -> int:
            files, headers = {"files": b"x"}, {"origin": origin}
            url = f"{address}gradio_api/upload"
            return httpx.post(url, files=files, headers=headers, trust_env=False).status_code

        assert [upload(o) for o in ("https://evil.example", "null", "http://127.0.0.1:1")] == [403] * 3
        assert upload(address.rstrip("/")) == 200

    def test_what_is_too_large_or_does_not_say_how_large_it_is_is_turned_down(self, address: str) -> None:
        url = f"{address}gradio_api/run/ask"
        body = json.dumps({"data": ["x" * LARGEST_BODY, None]})
        assert httpx.post(url, content=body, trust_env=False).status_code == 413
        assert httpx.post(url, content=iter([b"{}"]), trust_env=False).status_code == 411

    def test_no_file_of_this_machine_is_served(self, address: str) -> None:
        for path in (Path(__file__).resolve(), Path(web.__file__).resolve()):
            assert httpx.get(f"{address}gradio_api/file={path}", trust_env=False).status_code == 403

    def test_no_listener_takes_a_file_that_was_not_uploaded(self, address: str, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_text("question,answer quote\nWhat is the TOPSECRET?,\n")
        named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
        with httpx.Client(base_url=f"{address}gradio_api/", trust_env=False, timeout=60) as http:
            listeners = http.get(f"{address}config").json()["dependencies"]
            assert len(listeners) > 20
            for listener in listeners:
                body = {"fn_index": listener["id"], "session_hash": uuid.uuid4().hex}
                body["data"] = [named] * len(listener["inputs"])
                reply = http.post("run/predict", json=body).text
                assert "secret.csv" not in reply and "TOPSECRET" not in reply, listener["api_name"]

    def test_nothing_large_can_be_uploaded(self, address: str) -> None:
        reply = httpx.post(f"{address}gradio_api/upload", files={"files": b"x" * 6_000_000}, trust_env=False)
        assert reply.status_code == 413

    def test_fonts_are_not_fetched(self, address: str) -> None:
        page = httpx.get(address, trust_env=False).text
        assert "fonts.googleapis" not in page + httpx.get(f"{address}theme.css", trust_env=False).text


class TestLogin:
    """With BPO_KPO_LOGIN=ada:secret."""

    @pytest.fixture(scope="class")
    def locked(self) -> Iterator[str]:
        with served(ScriptedAssistant(), FEEDBACK, [("ada", "secret")]) as address:
            yield address

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "config"),
            ("GET", "gradio_api/info"),
            ("POST", "gradio_api/call/ask"),
            ("POST", "gradio_api/run/ask"),
            ("POST", "gradio_api/queue/join"),
            ("POST", "gradio_api/upload"),
            ("POST", "gradio_api/component_server"),
            ("GET", "gradio_api/queue/data?session_hash=a"),
        ],
    )
    def test_nothing_is_answered_without_it(self, locked: str, method: str, path: str) -> None:
        body: dict[str, Any] = {"data": ["What drives BPO?", None]}
        assert httpx.request(method, locked + path, json=body, trust_env=False).status_code == 401

    def test_there_is_no_tool_for_assistants_which_would_need_none(self, locked: str) -> None:
        assert httpx.get(f"{locked}gradio_api/mcp/schema", trust_env=False).status_code == 404

    def test_a_wrong_password_is_turned_down_and_the_right_one_answers(self, locked: str) -> None:
        wrong = httpx.post(f"{locked}login", data={"username": "ada", "password": "guess"}, trust_env=False)
        assert wrong.status_code == 400
        client = gradio_client.Client(locked, verbose=False, analytics_enabled=False, auth=("ada", "secret"))
        assert "Asked before: 0" in client.predict("What drives BPO?", api_name="/ask")["text"]


class TestPort:
    def test_a_busy_port_is_passed_over_and_named(self) -> None:
        said: list[str] = []
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            with take_port("127.0.0.1", port, said.append) as listener:
                taken = listener.getsockname()[1]
        assert taken > port
        assert said == [f"Port {port} is busy, so the chat window takes {taken}."]

    def test_a_free_port_is_taken_without_a_word(self) -> None:
        said: list[str] = []
        with take_port("127.0.0.1", 0, said.append) as listener:
            assert listener.getsockname()[0] == "127.0.0.1"
        assert said == []

    def test_too_many_busy_ports_are_a_mistake_to_mend(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ui.web.server.PORTS_TRIED", 1)
        with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(UserError, match="--port 8080"):
            take_port("127.0.0.1", busy.getsockname()[1], print)

    @pytest.mark.parametrize(
        "trouble", [OSError(errno.EADDRNOTAVAIL, "no such address"), socket.gaierror(-2, "no such name")]
    )
    def test_a_host_of_another_machine_is_a_mistake_to_mend(
        self, monkeypatch: pytest.MonkeyPatch, trouble: OSError
    ) -> None:
        def listen(host: str, port: int) -> socket.socket:
            raise trouble

        monkeypatch.setattr("ui.web.server._listen", listen)
        with pytest.raises(UserError, match=r"cannot listen on example\.org.* --host 127\.0\.0\.1"):
            take_port("example.org", 7860, print)

    @pytest.mark.parametrize("port", [-1, 70000])
    def test_a_number_that_is_no_port_is_a_mistake_to_mend(self, port: int) -> None:
        with pytest.raises(UserError, match=f"no port {port}"):
            take_port("127.0.0.1", port, print)

    def test_the_address_is_one_that_a_browser_understands(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert address_of(listener, "127.0.0.1") == f"http://127.0.0.1:{port}/"
            assert address_of(listener, "0.0.0.0") == f"http://localhost:{port}/"  # noqa: S104
            assert address_of(listener, "::1") == f"http://[::1]:{port}/"


class TestLaunch:
    def test_it_says_where_it_is_and_ends_when_interrupted(self) -> None:
        code = (
            "import sys\n"
            "from tests.ui.scripted import FEEDBACK, ScriptedAssistant\n"
            "from ui.web.app import launch\n"
            "launch(ScriptedAssistant(), FEEDBACK, port=int(sys.argv[1]), open_browser=False,"
            " say=lambda line: print(line, flush=True))"
        )
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            process = subprocess.Popen(
                [sys.executable, "-c", code, str(port)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=Path(web.__file__).parents[2],
            )
            assert process.stdout
            assert re.fullmatch(rf"Port {port} is busy, so the .* takes \d+\.\n", process.stdout.readline())
            line = process.stdout.readline()
        address = re.findall(r"http://\S+", line)[0]
        with httpx.Client(trust_env=False, timeout=30) as http:
            assert http.get(address).status_code == 200
            heartbeat = f"{address}gradio_api/heartbeat/{uuid.uuid4().hex}"
            with http.stream("GET", heartbeat):  # what every open page holds
                os.kill(process.pid, signal.SIGINT)
                _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")

    @pytest.mark.parametrize("wanted", [True, False])
    def test_it_opens_the_browser_where_that_is_wanted(
        self, monkeypatch: pytest.MonkeyPatch, wanted: bool
    ) -> None:
        opened: list[str] = []
        said: list[str] = []
        monkeypatch.setattr(Server, "run", lambda self, sockets: time.sleep(0.2))
        monkeypatch.setattr("webbrowser.open", opened.append)
        web.launch(ScriptedAssistant(), FEEDBACK, port=0, open_browser=wanted, say=said.append)
        assert opened == (re.findall(r"http://127\.0\.0\.1:\d+/", said[0]) if wanted else [])

    @pytest.mark.parametrize(
        ("host", "warnings"),
        [("127.0.0.1", 0), ("localhost", 0), ("0.0.0.0", 1)],  # noqa: S104
    )
    def test_a_window_that_others_can_reach_says_so_loudly(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        host: str,
        warnings: int,
    ) -> None:
        monkeypatch.setattr(Server, "run", lambda self, sockets: None)
        web.launch(ScriptedAssistant(), FEEDBACK, host=host, port=0, open_browser=False, say=lambda _: None)
        assert capsys.readouterr().err.splitlines() == [web.OPEN_TO_ALL] * warnings
        logins = [("ada", "secret")]
        web.launch(ScriptedAssistant(), FEEDBACK, host, 0, open_browser=False, say=lambda _: None, logins=logins)
        assert capsys.readouterr().err == ""
