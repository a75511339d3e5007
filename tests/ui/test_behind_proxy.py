"""The documented nginx, over TLS, at / and under a path: every client finds its way there and back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio_client  # type: ignore[import-untyped]
import httpx
import openai
import pytest

from tests.ui.browser import NEEDED, ask, marked
from tests.ui.client import use_tool
from tests.ui.scripted import AT, QUOTE
from tests.ui.site import BEHIND_NGINX, nginx

pytestmark = BEHIND_NGINX


@pytest.fixture(scope="module", params=[False, True], ids=["at /", "under a path"])
def address(
    scripted: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nginx")
    with pytest.MonkeyPatch.context() as patch, nginx(folder, [scripted], tls=True, under=request.param) as opened:
        patch.setenv("SSL_CERT_FILE", str(folder / "bpo.pem"))
        yield opened


def test_gradios_client_asks(address: str) -> None:
    client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
    assert "Asked before: 1 Hello?" in client.predict("And KPO?", ["Hello?"], api_name="/ask")["text"]


def test_openais_client_asks_and_is_given_links_that_lead_there(address: str) -> None:
    client = openai.OpenAI(base_url=f"{address}v1", api_key="none", max_retries=0)
    asked: Any = [{"role": "user", "content": "What drives BPO?"}]
    (choice,) = client.chat.completions.create(model="bpo-kpo", messages=asked).choices
    (annotation,) = choice.message.annotations or []
    assert annotation.url_citation.url == f"{address}#at-{AT}-{AT + len(QUOTE)}-a.md"


@pytest.mark.parametrize("path", ["gradio_api/mcp", "gradio_api/mcp/"])
def test_an_assistant_calls_the_tool_and_is_not_sent_elsewhere(address: str, path: str) -> None:
    _, (result,) = use_tool(f"{address}{path}", {"question": "What drives BPO?"})
    assert result.structuredContent and result.structuredContent["citations"][0]["quote"] == QUOTE
    assert not httpx.get(f"{address}{path}").has_redirect_location


@pytest.mark.parametrize(("path", "limited"), [("theme.css", False), ("v1/models", True)])
def test_who_asks_too_often_is_held_back_but_the_page_is_not(address: str, path: str, limited: bool) -> None:
    def status(_: int) -> int:
        try:
            return http.get(path, timeout=1).status_code
        except httpx.ReadTimeout:  # it waits its turn
            return 0

    with httpx.Client(base_url=address) as http, ThreadPoolExecutor(60) as people:
        assert (429 in set(people.map(status, range(60)))) == limited


@NEEDED
def test_the_window_answers_and_a_link_opens_the_article_at_its_quote(address: str, browser: Any) -> None:
    person = browser.new_context(viewport={"width": 1440, "height": 844}, ignore_https_errors=True)
    page = person.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}#at-{AT}-{AT + len(QUOTE)}-a.md")
    assert marked(page) == QUOTE
    ask(page, "What drives BPO?", answers=1)
    person.close()
