"""The server of the chat window: what is open, what it turns down, its port, and how it starts and ends."""

import errno
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio_client  # type: ignore[import-untyped]
import httpx
import pytest
from starlette.datastructures import Headers

from assistant.settings import AssistantSettings
from ingest.errors import UserError
from tests.ui.browser import served
from tests.ui.client import Page
from tests.ui.command import COMMAND
from tests.ui.scripted import FEEDBACK, ScriptedAssistant
from ui.web import app as web
from ui.web import guard
from ui.web.guard import LARGEST_BODY, may_add
from ui.web.server import address_of, take_port

pytestmark = pytest.mark.xdist_group("web")  # one server for all of them


@pytest.fixture(scope="module")
def http(scripted: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=scripted, trust_env=False, timeout=60) as client:
        yield client


class TestWhatIsOpen:
    def test_only_ask_is_public(self, http: httpx.Client) -> None:
        info = http.get("gradio_api/info").json()
        assert (list(info["named_endpoints"]), info["unnamed_endpoints"]) == (["/ask"], {})

    def test_a_foreign_name_for_this_machine_is_turned_away(self, http: httpx.Client) -> None:
        assert http.get("", headers={"host": "evil.example"}).status_code == 400
        assert http.get("", headers={"host": "localhost"}).status_code == 200

    def test_what_a_page_elsewhere_sends_is_turned_down(self, http: httpx.Client, scripted: str) -> None:
        def upload(origin: str, **headers: str) -> int:
            sent = http.post("gradio_api/upload", files={"files": b"x"}, headers={"origin": origin, **headers})
            return sent.status_code

        assert [upload(o) for o in ("https://evil.example", "null", "http://127.0.0.1:1")] == [403] * 3
        assert upload(scripted.rstrip("/")) == 200
        proxy = {"host": "localhost", "x-forwarded-host": "team.example"}
        assert [upload(o, **proxy) for o in ("https://evil.example", "https://team.example")] == [403, 200]

    def test_what_is_uploaded_lies_in_a_folder_of_this_window_and_user_alone(self, http: httpx.Client) -> None:
        folder = Path(http.post("gradio_api/upload", files={"files": b"x"}).json()[0]).parents[1]
        assert folder.name.startswith("bpo-kpo-uploads-") and folder.stat().st_mode & 0o077 == 0

    def test_what_is_too_large_is_turned_down_whether_it_says_so_or_not(self, http: httpx.Client) -> None:
        for content in (b"x" * (LARGEST_BODY + 1), iter([b"x" * 1_000_000] * 11)):
            assert http.post("gradio_api/run/ask", content=content).status_code == 413
        small = iter([b'{"data": ["What drives BPO?", ', b"null]}"])
        typed = {"content-type": "application/json"}
        assert http.post("gradio_api/call/ask", content=small, headers=typed).json()["event_id"]

    def test_an_upload_may_be_larger_where_documents_may_be_added_and_has_1_gb_at_most(
        self, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def upload(size: int, **headers: str) -> httpx.Response:
            return http.post("gradio_api/upload", files={"files": b"x" * size}, headers=headers)

        assert guard.LARGEST_UPLOAD == 1_000_000_000  # as docs/documents.md says
        assert upload(LARGEST_BODY).status_code == 200
        monkeypatch.setattr(guard, "LARGEST_UPLOAD", 2_000)
        assert upload(1_000).status_code == 200
        assert upload(2_000).status_code == 413
        monkeypatch.setattr(guard, "LARGEST_BODY", 1_000)
        assert upload(1_000).status_code == 200
        for header in ("x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "X-Real-IP"):
            assert upload(1_000, **{header: "team.example"}).status_code == 413, header
        assert may_add(Headers(), here=False, logins=True)
        assert not may_add(Headers(), here=False, logins=False)

    def test_behind_a_proxy_its_address_is_the_one_that_was_called(self, http: httpx.Client) -> None:
        told = {"host": "localhost", "x-forwarded-host": "team.example:8443, inner", "x-forwarded-proto": "https"}

        def root(**headers: str) -> str:
            return str(http.get("config", headers={**told, **headers}).json()["root"])

        assert root() == "https://team.example:8443"
        assert root(**{"x-forwarded-prefix": "/bpo/"}) == "https://team.example:8443/bpo"
        assert root(**{"x-forwarded-prefix": "//evil.example"}) == "https://team.example:8443/evil.example"

    def test_no_file_of_this_machine_is_served(self, http: httpx.Client) -> None:
        for path in (Path(__file__).resolve(), Path(web.__file__).resolve()):
            assert http.get(f"gradio_api/file={path}").status_code == 403

    def test_no_listener_takes_a_file_that_was_not_uploaded(self, http: httpx.Client, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_text("question,answer quote\nWhat is the TOPSECRET?,\n")
        named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
        listeners = http.get("config").json()["dependencies"]
        assert len(listeners) > 20
        for listener in listeners:
            body = {"fn_index": listener["id"], "session_hash": uuid.uuid4().hex}
            body["data"] = [named] * len(listener["inputs"])
            reply = http.post("gradio_api/run/predict", json=body).text
            assert "secret.csv" not in reply and "TOPSECRET" not in reply, listener["api_name"]


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with served(ScriptedAssistant(), FEEDBACK, login="ada:secret") as address:
        yield address


def test_with_a_login_nothing_is_answered_without_it(locked: str) -> None:
    with httpx.Client(base_url=locked, trust_env=False, timeout=60) as http:
        for path in ("config", "gradio_api/info", "gradio_api/queue/data?session_hash=a"):
            assert http.get(path).status_code == 401, path
        for path in ("call/ask", "run/ask", "queue/join", "upload", "component_server"):
            sent = http.post(f"gradio_api/{path}", json={"data": ["What drives BPO?", None]})
            assert sent.status_code == 401, path
        for path in ("gradio_api/mcp/", "v1/chat/completions"):  # which would ask for no password
            assert http.post(path, json={}).status_code in (404, 405), path
        assert http.get("pdf?source=rules.pdf").status_code == 403
        assert http.post("login", data={"username": "ada", "password": "guess"}).status_code == 400
    client = gradio_client.Client(locked, verbose=False, analytics_enabled=False, auth=("ada", "secret"))
    assert "Asked before: 0" in client.predict("What drives BPO?", api_name="/ask")["text"]


def test_where_no_port_is_free_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.web.server.PORTS_TRIED", 1)
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(UserError, match="--port 8080"):
        take_port("127.0.0.1", busy.getsockname()[1])


def test_another_machines_host_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(*_: object) -> None:
        raise OSError(errno.EADDRNOTAVAIL, "no such address")

    monkeypatch.setattr("ui.web.server._listen", elsewhere)
    with pytest.raises(UserError, match=r"cannot listen on example\.org.* --host 127\.0\.0\.1"):
        take_port("example.org", 7860)


def test_the_address_is_one_that_a_browser_understands() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert address_of(listener, "127.0.0.1") == f"http://127.0.0.1:{port}/"
        assert address_of(listener, "0.0.0.0") == f"http://localhost:{port}/"  # noqa: S104
        assert address_of(listener, "::1") == f"http://[::1]:{port}/"


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_the_command_needs_no_network_passes_over_a_busy_port_and_ends_at_a_signal_without_a_trace(
    environment: dict[str, str], tmp_path: Path, sent: signal.Signals, code: int
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


@pytest.mark.parametrize(
    ("host", "login", "warnings"),
    [("127.0.0.1", "", 0), ("0.0.0.0", "", 1), ("0.0.0.0", "ada:x", 0)],  # noqa: S104
)
def test_it_opens_the_browser_and_says_loudly_that_others_can_reach_it_without_a_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str, login: str, warnings: int
) -> None:
    opened: list[str] = []
    ended = SimpleNamespace(run=lambda sockets: time.sleep(0.1), ended_by=None)
    monkeypatch.setattr(web, "window", lambda *_: ended)
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # so that the folder of the other windows is theirs again
    web.launch(ScriptedAssistant(), AssistantSettings(login=login), host, port=0, open_browser=True)
    printed = capsys.readouterr()
    assert opened == re.findall(r"http://\S+", printed.out) != []
    assert printed.err.splitlines() == [web.OPEN_TO_ALL] * warnings
