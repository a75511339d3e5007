"""Two web processes behind the documented nginx, over one Chroma server: what it costs to lose one of them."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.browser import NEEDED, answered, ask, marked
from tests.ui.site import NGINX, Site, two_processes

NGINX_TRIES_AGAIN = 10_500  # milliseconds after a server was lost
PEOPLE = [f"127.0.0.{number}" for number in range(2, 10)]  # addresses of this machine, some for each process

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None or not sys.platform.startswith("linux"),
        reason="no nginx on this machine (Debian, Ubuntu: apt install nginx-light)",
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with two_processes(tmp_path_factory.mktemp("site")) as served:
        yield served


def test_losing_a_process_or_the_chroma_server_for_a_while_costs_nobody_an_answer(site: Site) -> None:
    assert all("volume-driven" in site.ask(person) for person in PEOPLE)
    site.chroma.stop()
    site.chroma.start()
    assert all("volume-driven" in site.ask(person) for person in PEOPLE)


@NEEDED
def test_a_conversation_goes_on_when_its_process_was_lost(site: Site, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 844})
    page.goto(site.address)
    ask(page, "What drives BPO?")
    answered(page)
    page.locator("#chat a.marker").first.click()
    assert "volume-driven" in marked(page)
    for number, web in enumerate(site.webs, start=2):  # one of them is the one that serves this page
        page.wait_for_timeout(500)
        web.kill()
        ask(page, f"And for KPO, once more {'again ' * number}?")
        answered(page, number)
        web.start()
        page.wait_for_timeout(NGINX_TRIES_AGAIN)
    assert "insight-driven" in page.locator("#chat .answer").last.inner_text()
    page.close()
