"""The server of the chat window: what is open, what it turns down, its port, and how it starts and ends."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio_client  # type: ignore[import-untyped]
import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from assistant.settings import AssistantSettings
from ingest.errors import UserError
from tests.ui.browser import served
from tests.ui.client import Page
from tests.ui.command import COMMAND
from tests.ui.scripted import FEEDBACK, ScriptedAssistant
from ui.web import app as web
from ui.web import guard
from ui.web.guard import LARGEST_BODY, Guard, may_add
from ui.web.server import address_of, take_port

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


def opened_to_others(logins: bool) -> TestClient:
    """A client of a server that returns what it is sent, behind the guard of a window with logins or without."""

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(await Request(scope, receive).body())(scope, receive, send)

    app = Starlette(routes=[Mount("/", read)])
    app.add_middleware(Guard, may_add=partial(may_add, here=False, logins=logins))
    return TestClient(app)


class TestWhatIsOpen:
    def test_only_ask_is_public(self, scripted: str) -> None:
        info = httpx.get(f"{scripted}gradio_api/info", trust_env=False).json()
        assert list(info["named_endpoints"]) == ["/ask"]
        assert info["unnamed_endpoints"] == {}

    def test_a_foreign_name_for_this_machine_is_turned_away(self, scripted: str) -> None:
        assert httpx.get(scripted, headers={"host": "evil.example"}, trust_env=False).status_code == 400
        assert httpx.get(scripted, headers={"host": "localhost"}, trust_env=False).status_code == 200

    def test_what_a_page_elsewhere_sends_is_turned_down(self, scripted: str) -> None:
        def upload(origin: str) -> int:
            files, headers = {"files": b"x"}, {"origin": origin}
            url = f"{scripted}gradio_api/upload"
            return httpx.post(url, files=files, headers=headers, trust_env=False).status_code

        assert [upload(o) for o in ("https://evil.example", "null", "http://127.0.0.1:1")] == [403] * 3
        assert upload(scripted.rstrip("/")) == 200

    def test_what_is_uploaded_lies_in_a_folder_of_this_window_and_user_alone(self, scripted: str) -> None:
        sent = httpx.post(f"{scripted}gradio_api/upload", files={"files": b"x"}, trust_env=False)
        folder = Path(sent.json()[0]).parents[1]
        assert folder.name.startswith("bpo-kpo-uploads-") and folder.stat().st_mode & 0o077 == 0

    def test_what_is_too_large_is_turned_down_whether_it_says_so_or_not(self, scripted: str) -> None:
        url = f"{scripted}gradio_api/run/ask"
        body = json.dumps({"data": ["x" * LARGEST_BODY, None]})
        assert httpx.post(url, content=body, trust_env=False).status_code == 413
        pieces = [b"x" * 1_000_000] * 11
        assert httpx.post(url, content=iter(pieces), trust_env=False).status_code == 413
        small = iter([b'{"data": ["What drives BPO?", ', b"null]}"])
        typed = {"content-type": "application/json"}
        called = httpx.post(f"{scripted}gradio_api/call/ask", content=small, headers=typed, trust_env=False)
        assert called.json()["event_id"]

    def test_only_where_documents_may_be_added_an_upload_may_be_larger(self, scripted: str) -> None:
        files = {"files": b"x" * LARGEST_BODY}
        url = f"{scripted}gradio_api/upload"
        assert httpx.post(url, files=files, trust_env=False).status_code == 200
        for header in ("x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "X-Real-IP"):
            through = httpx.post(url, files=files, headers={header: "team.example"}, trust_env=False)
            assert through.status_code == 413, header

        for logins, status in ((False, 413), (True, 200)):  # opened to others
            assert opened_to_others(logins).post("/upload", files=files).status_code == status

    def test_an_upload_has_1_gb_at_most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert guard.LARGEST_UPLOAD == 1_000_000_000  # as docs/documents.md says
        monkeypatch.setattr(guard, "LARGEST_UPLOAD", 2_000)
        team = opened_to_others(logins=True)
        assert team.post("/upload", content=iter([b"x" * 1_000] * 2)).status_code == 200
        turned_down = team.post("/upload", content=iter([b"x" * 1_000] * 2 + [b"x"]))
        assert (turned_down.status_code, turned_down.text) == (413, "A request has 2,000 bytes at most.")

    def test_behind_a_proxy_its_address_is_the_one_that_was_called(self, scripted: str) -> None:
        told = {"host": "localhost", "x-forwarded-host": "team.example:8443, inner", "x-forwarded-proto": "https"}

        def root(**headers: str) -> str:
            return str(httpx.get(f"{scripted}config", headers={**told, **headers}, trust_env=False).json()["root"])

        assert root() == "https://team.example:8443"
        assert root(**{"x-forwarded-prefix": "/bpo/"}) == "https://team.example:8443/bpo"
        assert root(**{"x-forwarded-prefix": "//evil.example"}) == "https://team.example:8443/evil.example"
        upload, files = f"{scripted}gradio_api/upload", {"files": b"x"}
        for origin, status in (("https://team.example:8443", 200), ("https://evil.example", 403)):
            headers = {**told, "origin": origin}
            assert httpx.post(upload, files=files, headers=headers, trust_env=False).status_code == status

    def test_no_file_of_this_machine_is_served(self, scripted: str) -> None:
        for path in (Path(__file__).resolve(), Path(web.__file__).resolve()):
            assert httpx.get(f"{scripted}gradio_api/file={path}", trust_env=False).status_code == 403

    def test_no_listener_takes_a_file_that_was_not_uploaded(self, scripted: str, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_text("question,answer quote\nWhat is the TOPSECRET?,\n")
        named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
        with httpx.Client(base_url=f"{scripted}gradio_api/", trust_env=False, timeout=60) as http:
            listeners = http.get(f"{scripted}config").json()["dependencies"]
            assert len(listeners) > 20
            for listener in listeners:
                body = {"fn_index": listener["id"], "session_hash": uuid.uuid4().hex}
                body["data"] = [named] * len(listener["inputs"])
                reply = http.post("run/predict", json=body).text
                assert "secret.csv" not in reply and "TOPSECRET" not in reply, listener["api_name"]


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with served(ScriptedAssistant(), FEEDBACK, login="ada:secret") as address:
        yield address


class TestLogin:
    """With BPO_KPO_LOGIN=ada:secret."""

    def test_nothing_is_answered_without_it(self, locked: str) -> None:
        body: dict[str, Any] = {"data": ["What drives BPO?", None]}
        for path in ("config", "gradio_api/info", "gradio_api/queue/data?session_hash=a"):
            assert httpx.get(locked + path, trust_env=False).status_code == 401, path
        for path in ("call/ask", "run/ask", "queue/join", "upload", "component_server"):
            url = f"{locked}gradio_api/{path}"
            assert httpx.post(url, json=body, trust_env=False).status_code == 401, path
        for path in ("gradio_api/mcp/", "v1/chat/completions"):  # which would ask for no password
            assert httpx.post(locked + path, json={}, trust_env=False).status_code in (404, 405), path
        assert httpx.get(f"{locked}pdf?source=rules.pdf", trust_env=False).status_code == 403

    def test_a_wrong_password_is_turned_down_and_the_right_one_answers(self, locked: str) -> None:
        wrong = httpx.post(f"{locked}login", data={"username": "ada", "password": "guess"}, trust_env=False)
        assert wrong.status_code == 400
        client = gradio_client.Client(locked, verbose=False, analytics_enabled=False, auth=("ada", "secret"))
        assert "Asked before: 0" in client.predict("What drives BPO?", api_name="/ask")["text"]


class TestPort:
    def test_where_none_is_free_it_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ui.web.server.PORTS_TRIED", 1)
        with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(UserError, match="--port 8080"):
            take_port("127.0.0.1", busy.getsockname()[1])

    def test_another_machines_host_is_a_mistake(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def listen(host: str, port: int) -> socket.socket:
            raise OSError(errno.EADDRNOTAVAIL, "no such address")

        monkeypatch.setattr("ui.web.server._listen", listen)
        with pytest.raises(UserError, match=r"cannot listen on example\.org.* --host 127\.0\.0\.1"):
            take_port("example.org", 7860)

    def test_the_address_is_one_that_a_browser_understands(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert address_of(listener, "127.0.0.1") == f"http://127.0.0.1:{port}/"
            assert address_of(listener, "0.0.0.0") == f"http://localhost:{port}/"  # noqa: S104
            assert address_of(listener, "::1") == f"http://[::1]:{port}/"


class TestLaunch:
    @pytest.mark.slow
    @pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
    def test_the_command_needs_no_network_passes_over_a_busy_port_and_ends_at_a_signal_without_a_trace(
        self, environment: dict[str, str], tmp_path: Path, sent: signal.Signals, code: int
    ) -> None:
        """While a page is open, which holds a stream."""
        environment = {**environment, "TMPDIR": str(tmp_path)}
        broken = {"ALL_PROXY": "socks5://127.0.0.1:9", "SSL_CERT_FILE": "/nowhere.pem"}
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            process = subprocess.Popen(
                [COMMAND, "chat", "--no-browser", "--port", str(port)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **environment, **broken},
            )
            assert process.stdout
            assert re.fullmatch(rf"Port {port} is busy, so the .* takes \d+\.\n", process.stdout.readline())
            address = re.findall(r"http://\S+", process.stdout.readline())[0]
        page = Page(address, "extractive")
        with page.kept_open():
            assert "volume-driven" in page.ask("What drives BPO?")
            httpx.post(f"{address}gradio_api/upload", files={"files": b"x"}, trust_env=False).raise_for_status()
            (uploads,) = tmp_path.glob("bpo-kpo-uploads-*")
            process.send_signal(sent)
            _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (code, "Starting the chat window ...\n")
        assert not uploads.exists()

    @pytest.fixture
    def not_served(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It ends at once, without a page."""
        ended = SimpleNamespace(run=lambda sockets: time.sleep(0.1), ended_by=None)
        monkeypatch.setattr(web, "window", lambda *_: ended)
        monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # so that the folder of the other windows is theirs again

    @pytest.mark.usefixtures("not_served")
    def test_it_opens_the_browser(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        opened: list[str] = []
        monkeypatch.setattr("webbrowser.open", opened.append)
        web.launch(ScriptedAssistant(), AssistantSettings(), "127.0.0.1", 0, open_browser=True)
        assert opened == re.findall(r"http://127\.0\.0\.1:\d+/", capsys.readouterr().out) != []

    @pytest.mark.usefixtures("not_served")
    @pytest.mark.parametrize(
        ("host", "login", "warnings"),
        [("127.0.0.1", "", 0), ("localhost", "", 0), ("0.0.0.0", "", 1), ("0.0.0.0", "ada:x", 0)],  # noqa: S104
    )
    def test_a_window_that_others_can_reach_says_so_loudly(
        self, capsys: pytest.CaptureFixture[str], host: str, login: str, warnings: int
    ) -> None:
        settings = AssistantSettings(login=login)
        web.launch(ScriptedAssistant(), settings, host, 0, open_browser=False)
        assert capsys.readouterr().err.splitlines() == [web.OPEN_TO_ALL] * warnings
