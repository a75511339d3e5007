"""The nginx of docs/servers.md: over TLS, under a path, and in front of two processes, one of which is lost."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from ingest.settings import ROOT
from tests.ingest.chroma_server import chroma_server
from tests.ui.browser import NEEDED, ask, marked
from tests.ui.client import call, use_tool
from tests.ui.command import bpo_kpo, free_port, window
from tests.ui.scripted import AT, QUOTE

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PEOPLE = [f"127.0.0.{number}" for number in range(2, 10)]  # addresses of this machine, some for each process

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None or not sys.platform.startswith("linux"),
        reason="no nginx on this machine (Debian, Ubuntu: apt install nginx-light)",
    ),
]


@contextmanager
def nginx(folder: Path, windows: Sequence[str], *, tls: bool = False, under: bool = False) -> Iterator[str]:
    """The address of nginx with the example of docs/servers.md, its addresses exchanged.

    It may listen over TLS, with the certificate `bpo.pem` that is left in the folder, and `under` the path /bpo/.
    """
    page = (ROOT / "docs" / "servers.md").read_text(encoding="utf-8")
    example, with_tls, with_path = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    own = f"127.0.0.1:{free_port()}"
    first, second = (re.sub(r"^http://|/$", "", one) for one in (windows[0], windows[-1]))
    exchanged = {"127.0.0.1:7860": first, "127.0.0.1:7861": second, "listen 80;": f"listen {own};"}
    if tls:
        _certificate(folder)
        own_tls = with_tls.replace("listen 443", f"listen {own}")
        exchanged["    listen 80;\n"] = re.sub(r"/etc/ssl/\w+", str(folder), own_tls)
        del exchanged["listen 80;"]
    if under:
        (plain,) = re.findall(r" +location / {\n.*\n.*\n", example)
        exchanged[plain] = with_path
    for before, after in exchanged.items():
        assert before in example
        example = example.replace(before, after)
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    http = f"access_log off; client_body_buffer_size 10m; client_body_temp_path {folder}/body; {paths}"
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ {http}\n{example}}}\n",
        encoding="utf-8",
    )
    command = [str(NGINX), "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    subprocess.run(command, check=True, timeout=30)  # it comes back when it listens
    try:
        yield f"{'https' if tls else 'http'}://{own}/{'bpo/' if under else ''}"
    finally:
        subprocess.run([*command, "-s", "stop"], check=True, timeout=30)


def _certificate(folder: Path) -> None:
    """One for this machine, which signs itself, and its key."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", folder / "bpo.key", "-out", folder / "bpo.pem")
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *named, *files], check=True, capture_output=True, timeout=30
    )


# --- over TLS, at / and under a path: every client finds its way there and back


@pytest.fixture(scope="module", params=[False, True], ids=["at /", "under a path"])
def address(
    scripted: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nginx")
    with pytest.MonkeyPatch.context() as patch, nginx(folder, [scripted], tls=True, under=request.param) as opened:
        patch.setenv("SSL_CERT_FILE", str(folder / "bpo.pem"))
        yield opened


def test_openais_client_asks_and_is_given_links_that_lead_there(address: str) -> None:
    client = openai.OpenAI(base_url=f"{address}v1", api_key="none", max_retries=0)
    asked: Any = [{"role": "user", "content": "What drives BPO?"}]
    (choice,) = client.chat.completions.create(model="bpo-kpo", messages=asked).choices
    (annotation,) = choice.message.annotations or []
    assert annotation.url_citation.url == f"{address}#at-{AT}-{AT + len(QUOTE)}-a.md"


def test_an_assistant_calls_the_tool_and_is_not_sent_elsewhere(address: str) -> None:
    url = f"{address}gradio_api/mcp"
    _, (result,) = use_tool(url, {"question": "What drives BPO?"})
    assert result.structuredContent and result.structuredContent["citations"][0]["quote"] == QUOTE
    assert not httpx.get(url).has_redirect_location and not httpx.get(f"{url}/").has_redirect_location


def test_who_asks_too_often_is_held_back(address: str) -> None:
    def status(_: int) -> int:
        try:
            return http.get("v1/models", timeout=1).status_code
        except httpx.ReadTimeout:  # it waits its turn
            return 0

    with httpx.Client(base_url=address) as http, ThreadPoolExecutor(60) as people:
        assert 429 in set(people.map(status, range(60)))


@NEEDED
def test_the_window_answers_and_a_link_opens_the_article_at_its_quote(address: str, browser: Any) -> None:
    person = browser.new_context(viewport={"width": 1440, "height": 844}, ignore_https_errors=True)
    page = person.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}#at-{AT}-{AT + len(QUOTE)}-a.md")
    assert marked(page) == QUOTE
    ask(page, "What drives BPO?", answers=1)
    person.close()


# --- two processes over one Chroma server


@NEEDED
def test_a_conversation_goes_on_when_its_process_was_lost(tmp_path: Path, browser: Any) -> None:
    (tmp_path / "corpus").mkdir()  # the article alone: embedding the questions beside it takes longest of all
    shutil.copy(ROOT / "corpus" / "bpo-vs-kpo.md", tmp_path / "corpus")
    with chroma_server(tmp_path / "chroma") as chroma, ExitStack() as stack:
        places = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "BPO_KPO_CORPUS": str(tmp_path / "corpus")}
        environment = {"CHROMA_URL": chroma.url, "BPO_KPO_MODEL": "extractive", **places}
        assert not bpo_kpo("ingest", **environment).returncode
        with ThreadPoolExecutor() as both:  # each takes seconds to start
            webs = dict(both.map(lambda _: stack.enter_context(window(**environment)), range(2)))
        address = stack.enter_context(nginx(tmp_path, list(webs)))
        page = browser.new_page(viewport={"width": 1440, "height": 844})
        page.goto(address)
        ask(page, "What drives BPO?", answers=1)
        page.locator("#chat a.marker").first.click()
        assert "volume-driven" in marked(page)
        page.wait_for_function("sessionStorage.getItem('conversation').includes('volume-driven')")
        page.get_by_role("button", name="Ask", exact=True).wait_for()
        lost = webs[max(webs, key=open_connections)]  # the one that holds this page's streams
        lost.kill()
        lost.wait()
        ask(page, "And what drives KPO?", answers=2)
        assert "insight-driven" in page.locator("#chat .answer").last.inner_text()
        page.close()
        for person in PEOPLE:
            _, (answer,) = call(address, "What drives BPO?", [], person=person)
            assert "volume-driven" in answer["text"]


def open_connections(address: str) -> int:
    """How many there are to the server at this address of the machine."""
    port = int(address.rstrip("/").rpartition(":")[2])
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("utf-8").splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)
