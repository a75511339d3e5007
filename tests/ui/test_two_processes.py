"""Two web processes behind the documented nginx, over one Chroma server: one of them may be lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.settings import ROOT
from tests.ui.browser import NEEDED, ask, marked
from tests.ui.client import call
from tests.ui.site import BEHIND_NGINX, Site, two_processes

PEOPLE = [f"127.0.0.{number}" for number in range(2, 10)]  # addresses of this machine, some for each process

pytestmark = BEHIND_NGINX


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "corpus").mkdir()  # the article alone: embedding the questions beside it takes longest of all
    shutil.copy(ROOT / "corpus" / "bpo-vs-kpo.md", folder / "corpus")
    with two_processes(folder, folder / "corpus") as served:
        yield served


def all_are_answered(site: Site) -> bool:
    return all(
        "volume-driven" in call(site.address, "What drives BPO?", [], person=person)[1][0]["text"]
        for person in PEOPLE
    )


@NEEDED
def test_a_conversation_goes_on_when_its_process_was_lost(site: Site, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 844})
    page.goto(site.address)
    ask(page, "What drives BPO?", answers=1)
    page.locator("#chat a.marker").first.click()
    assert "volume-driven" in marked(page)
    page.wait_for_function("sessionStorage.getItem('conversation').includes('volume-driven')")
    page.get_by_role("button", name="Ask", exact=True).wait_for()
    lost = site.webs[max(site.webs, key=open_connections)]  # the one that holds this page's streams
    lost.kill()
    lost.wait()
    ask(page, "And what drives KPO?", answers=2)
    assert "insight-driven" in page.locator("#chat .answer").last.inner_text()
    page.close()
    assert all_are_answered(site)


def open_connections(address: str) -> int:
    """How many there are to the server at this address of the machine."""
    port = int(address.rstrip("/").rpartition(":")[2])
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("utf-8").splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)
