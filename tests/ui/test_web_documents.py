"""Documents that are added and removed in the window: which files end up where, and who may do so."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings
from ingest.snapshots import SourceRecord
from ingest.sources import make_source
from ingest.up_to_date import ensure_index
from tests.made import assistant_over
from tests.ui.browser import served
from tests.ui.client import Page, ended
from tests.ui.scripted import FEEDBACK, ScriptedAssistant, indexed
from ui.web.app import NO_FILES
from ui.web.chat import GONE
from ui.web.choices import chosen_html
from ui.web.documents import facts, list_html
from ui.web.faults import BROKEN
from ui.web.intake import Intake, safe_name

TEA = "# Green tea\n\nGreen tea is steeped at 70 degrees for two minutes.\n"
COFFEE = TEA.replace("Green tea", "Coffee").replace("70", "93")


class TestIntake:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> IngestSettings:
        (tmp_path / "corpus").mkdir()
        (tmp_path / "corpus" / "tea.md").write_text(TEA, encoding="utf-8")
        return IngestSettings(index=tmp_path / "index", corpus=tmp_path / "corpus")

    @pytest.fixture
    def intake(self, settings: IngestSettings, minilm: MiniLM) -> Intake:
        return Intake(assistant_over(settings, embeddings=minilm), settings)

    def test_what_is_broken_is_a_line_the_rest_is_added(
        self, intake: Intake, settings: IngestSettings, tmp_path: Path
    ) -> None:
        texts = {"no.pdf": "no PDF", "a.dwg": "", "b.md": COFFEE}
        three = [given(tmp_path, name, text) for name, text in texts.items()]
        intake.add(three)
        broken, other, added = ended(intake).said
        assert broken.startswith("no.pdf cannot be read (it is no PDF).")
        assert other.startswith("a.dwg is not a .md")
        assert added == "Added b.md." and not any(file.exists() for file in three)
        assert titles(intake) == ["Green tea", "Coffee"] and files(settings) == ["b.md"]
        assert ensure_index(settings) is None  # nor does the command find anything to do
        tea, coffee = sorted(intake._assistant.index().manifest.sources, key=lambda one: one.title != "Green tea")
        assert intake.removable([tea, coffee]) == {coffee.name}

        intake.add([given(tmp_path, "b.md", COFFEE.replace("93", "96"))])  # another version of it
        ended(intake)
        assert "96 degrees" in intake._assistant.index().sources[coffee.name].text
        intake.remove(coffee.name)
        assert ended(intake).said == ("Removed Coffee.",)
        assert titles(intake) == ["Green tea"] and files(settings) == []
        intake.remove(tea.name)
        assert ended(intake).said == ("This is the only document. Add another one first.",)

    def test_what_a_killed_one_left_goes(self, intake: Intake, settings: IngestSettings, tmp_path: Path) -> None:
        old, new = settings.uploads / ".aside-old", settings.uploads / ".aside-new"
        for folder in (old, new):
            folder.mkdir(parents=True)
            (folder / "c.md").write_text(COFFEE, encoding="utf-8")
        os.utime(old, (0, 0))
        intake.add([given(tmp_path, "b.md", COFFEE)])
        assert ended(intake).said == ("Added b.md.",) and files(settings) == ["b.md"]
        assert not old.exists() and new.exists()
        assert ensure_index(settings) is None and titles(intake) == ["Green tea", "Coffee"]

    def test_where_it_is_stopped_or_fails_all_is_as_it_was(
        self, intake: Intake, settings: IngestSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        intake.add([given(tmp_path, "b.md", COFFEE)])
        ended(intake)
        (coffee,) = (one for one in intake._assistant.index().manifest.sources if one.title == "Coffee")

        def stopped(_: IngestSettings, __: list[Path], progress: Callable[[int, int], None], **___: Any) -> None:
            assert files(settings) == ["b.md"]  # where this is killed, nothing is there that nobody has added
            intake.stop()
            progress(0, 1)

        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("secret detail")

        def add() -> None:
            intake.add([given(tmp_path, "b.md", "# Other"), given(tmp_path, "c.md", "# C")])

        for trouble, begin, said in (
            (stopped, add, "Stopped. The documents are what they were"),
            (broken, add, BROKEN),
            (broken, lambda: intake.remove(coffee.name), BROKEN),
        ):
            monkeypatch.setattr("ui.web.intake.build", trouble)
            begin()
            assert said in ended(intake).said[-1] and "secret" not in ended(intake).said[-1]
            assert files(settings) == ["b.md"] and (settings.uploads / "b.md").read_text("utf-8") == COFFEE


def given(folder: Path, name: str, text: str) -> Path:
    """A file as it comes from a browser."""
    (folder / "given").mkdir(exist_ok=True)
    (folder / "given" / name).write_text(text, encoding="utf-8")
    return folder / "given" / name


def files(settings: IngestSettings) -> list[str]:
    return sorted(path.name for path in settings.uploads.iterdir() if not path.name.startswith("."))


def titles(intake: Intake) -> list[str]:
    return [one.title for one in intake._assistant.index().manifest.sources]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Handbuch (neu) ß-1.PDF", "Handbuch (neu) ß-1.pdf"),
        ("../../etc/passwd.md", "passwd.md"),
        (".hidden.md", "hidden.md"),
        ('a<b>:"|?*\n\0c.md', "a_b________c.md"),
        ("é" * 300 + ".txt", "é" * 60 + ".txt"),
        ("e\u0301.md", "\u00e9.md"),
        ("..", "document"),
    ],
)
def test_a_name_is_made_one_that_is_safe_anywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_file_kind_pages_passages_and_language_of_a_document_and_what_was_left_out_are_told() -> None:
    pages = "".join(f"## Page {n}\n\nWords of {n}.\n\n<!-- note: a picture -->\n\n" for n in (1, 2, 3))
    german = make_source("c.txt", "Nicht genommene Tage verfallen am 31. März.")
    index = indexed(make_source("a.pdf", f"# A\n\n{pages}"), make_source("b.md", "# B\n\nWords."), german)
    assert facts(index) == {
        "a.pdf": "a.pdf · PDF · 3 pages · 4 passages · left out: a picture (3)",
        "b.md": "b.md · Markdown · 1 passage",
        "c.txt": "c.txt · text · 1 passage · in another language (de): only a chat model reads it",
    }


def test_what_a_document_is_called_is_text() -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    record = SourceRecord(name=hostile, title=hostile, path=f"{hostile}.pdf", digest="")
    shown = list_html([record], {hostile: hostile}, [], {hostile}) + chosen_html([hostile])
    assert "<img" not in shown and shown.count("onerror") == 6


def test_of_the_chosen_documents_one_that_was_removed_is_not_asked(scripted: str) -> None:
    page = Page(scripted)
    shown = page.press("asked", "What drives BPO?", "scripted", '["b.md", "gone.md"]', False, saved="")
    assert GONE in json.dumps(shown[0]) and shown[3] == '["b.md"]'


def test_documents_are_changed_and_pdfs_opened_on_loopback_without_a_proxy_or_with_a_login(
    scripted: str,
) -> None:
    forwarded = {"x-forwarded-for": "192.0.2.1"}
    here = httpx.Client(base_url=scripted, trust_env=False)
    assert "Documents can be added where" not in look(here) and opens_files(here)
    through = httpx.Client(base_url=scripted, headers=forwarded, trust_env=False)
    assert "Documents can be added where" in look(through) and not opens_files(through)
    for listener, data in (("_add", [[], "[]"]), ("_remove", ["[]"]), ("_end_1", [])):
        assert "Documents can be added where" in press(through, listener, data)
    with served(ScriptedAssistant(), FEEDBACK, login="ada:secret") as of_a_team:
        team = httpx.Client(base_url=of_a_team, headers=forwarded, trust_env=False)
        assert team.get("pdf", params={"source": "a.md"}).status_code == 403
        team.post("login", data={"username": "ada", "password": "secret"})
        assert "Documents can be added where" not in look(team) and opens_files(team)


def look(client: httpx.Client) -> str:
    return press(client, "_look", ["[]"])


def opens_files(client: httpx.Client) -> bool:
    """Whether links to PDFs are shown, and lead to what is there (which this is not)."""
    shown = NO_FILES not in json.loads(press(client, "welcome", []))["data"][0]
    status = client.get("pdf", params={"source": "a.md"}).status_code
    assert status == (404 if shown else 403)
    return shown


def press(client: httpx.Client, listener: str, data: list[Any]) -> str:
    """What a listener of the tab says."""
    config = client.get("config").json()["dependencies"]
    (number,) = [one["id"] for one in config if one["api_name"] == listener]
    body = {"fn_index": number, "session_hash": "s", "data": data, "event_data": {"name": "a.md"}}
    return client.post(f"gradio_api/run/{listener}", json=body).text
