"""The Evaluate tab in a real browser, and every screen under axe-core."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import NEEDED, Open, answered, ask, marked
from ui.web.chat import BROKEN

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

_AXE = find_spec("axe_playwright_python")
AXE = Path(_AXE.origin).with_name("axe.min.js").read_text("utf-8") if _AXE and _AXE.origin else ""

UNDER_WAY = re.compile("asking the first questions|of 320 questions answered")  # Stop keeps what was done
TWO_QUESTIONS = (
    '{"id": "<i>1", "question": "What drives <b>KPO</b>?", "answerable": true, "facts": [["insight"]], '
    '"evidence": ["KPO is insight-driven"], "tags": ["plain"]}\n'
    '{"id": "2", "question": "And for KPO?", "history": ["What drives BPO?"], "answerable": false}\n'
)


class TestEvaluate:
    def test_a_set_runs_shows_its_figures_and_opens_what_was_lost_in_the_chat(
        self, open_page: Open, real: str, tmp_path: Path
    ) -> None:
        questions = tmp_path / "two <b>.jsonl"
        questions.write_text(TWO_QUESTIONS, encoding="utf-8")
        page = open_page(real)
        page.get_by_role("tab", name="Evaluate").click()
        upload(page, questions)
        page.get_by_role("button", name="Run").click()
        page.get_by_text("Done. The report is in").wait_for()
        rows = page.locator("#result tbody tr").all_inner_texts()
        assert any(row.startswith("fact_recall\t1.00") for row in rows)
        assert page.locator("#lost b, #lost i").count() == 0
        page.get_by_text("Every question").click()
        assert page.locator("#lost details button").count() == 2
        page.get_by_role("button", name="Open in chat").first.click()
        page.locator("#chat .answer").wait_for()
        assert page.locator("#chat .asked").all_inner_texts() == ["What drives BPO?", "And for KPO?"]
        ask(page, "And its roles?")
        answered(page, 2)
        page.wait_for_function("!document.querySelector('#question textarea').disabled")
        ask(page, "What drives KPO?")
        page.evaluate("document.querySelector('#lost button').click()")  # while that waits for its answer
        answered(page, 4)
        page.get_by_role("tab", name="Evaluate").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the report").click()
        assert "<!doctype html>" in Path(download.value.path()).read_text("utf-8").lower()

        report = re.search(r"(two.+)\.$", page.locator("#status").inner_text().strip())
        assert report
        page.get_by_label("Compare with an earlier run").click()
        page.get_by_role("option", name=report[1]).click()
        page.get_by_role("button", name="Run").click()
        page.locator("#result").get_by_text("0 questions won, 0 lost, 2 as before").wait_for()

    def test_a_run_can_be_stopped_and_a_broken_set_is_a_line(
        self, open_page: Open, real: str, tmp_path: Path
    ) -> None:
        page = open_page(real)
        page.get_by_role("tab", name="Evaluate").click()
        page.get_by_role("button", name="Run").click()
        page.get_by_text(UNDER_WAY).wait_for()
        page.get_by_role("button", name="Stop").click()
        page.get_by_text(re.compile(r"Stopped\. What was done is kept in reports/core-")).wait_for()
        broken = tmp_path / "broken.jsonl"
        broken.write_text('{"id": "1", ', encoding="utf-8")
        upload(page, broken)
        page.get_by_role("button", name="Run").click()
        page.get_by_text("broken JSON").wait_for()
        assert str(tmp_path) not in page.locator("#status").inner_text()

    def test_whoever_waits_for_the_run_of_another_can_stop_waiting(self, open_page: Open, real: str) -> None:
        one, other = open_page(real), open_page(real)
        for page in (one, other):
            page.get_by_role("tab", name="Evaluate").click()
            page.get_by_role("button", name="Run").click()
        other.get_by_text("Waiting for a run that is under way").wait_for()
        one.get_by_text(UNDER_WAY).wait_for()
        other.get_by_role("button", name="Stop").click()
        other.get_by_text("Stopped. Nothing was asked.").wait_for()
        one.get_by_role("button", name="Stop").click()
        one.get_by_text("Stopped. What was done is kept").wait_for()

    def test_what_nobody_expected_is_a_line_and_the_tab_goes_on(
        self, open_page: Open, real: str, tmp_path: Path
    ) -> None:
        deep = tmp_path / "deep.jsonl"
        deep.write_text("[" * 100_000, encoding="utf-8")
        page = open_page(real)
        page.get_by_role("tab", name="Evaluate").click()
        upload(page, deep)
        page.get_by_role("button", name="Run").click()
        page.get_by_text(BROKEN).wait_for()
        assert page.get_by_role("button", name="Run").is_enabled()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_nothing_serious_on_any_screen(
    width: int, scheme: str, open_page: Open, real: str, tmp_path: Path
) -> None:
    page = open_page(real, width=width, scheme=scheme)
    found = serious(page, "start")
    ask(page, "What drives BPO compared with KPO?")
    answered(page)
    found += serious(page, "answer")
    page.locator("#chat a.marker").first.click()
    marked(page)
    found += serious(page, "article")
    page.keyboard.press("Escape")
    ask(page, "What does Time Doctor cost?")
    answered(page, 2)
    found += serious(page, "refusal")
    page.get_by_role("button", name="Menu").click()
    found += serious(page, "menu")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_role("button", name="Run").wait_for()
    found += serious(page, "evaluate")
    questions = tmp_path / "two.jsonl"
    questions.write_text(TWO_QUESTIONS, encoding="utf-8")
    upload(page, questions)
    page.get_by_role("button", name="Run").click()
    page.get_by_text("Done. The report is in").wait_for()
    found += serious(page, "evaluated")
    assert found == []


def upload(page: Any, questions: Path) -> None:
    page.get_by_role("button", name="Your own question set").click()
    page.locator("input[type=file]").set_input_files(questions)
    page.locator(".file-preview").wait_for()


def serious(page: Any, screen: str) -> list[str]:
    """The serious and critical violations that axe-core finds, a line each."""
    page.wait_for_timeout(400)  # what fades in is too pale until it is there
    page.evaluate(AXE)
    violations = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        f"{screen}: {one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
