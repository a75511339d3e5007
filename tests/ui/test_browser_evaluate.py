"""The Evaluate tab in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import NEEDED, Open, answered, ask
from ui.web.faults import BROKEN

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.slow, NEEDED]

UNDER_WAY = re.compile(r"\d+ of 320 questions answered, (about|a few)")  # Stop keeps what was done
TWO_QUESTIONS = (
    '{"id": "<i>1", "question": "What drives <b>KPO</b>?", "answerable": true, "facts": [["insight"]], '
    '"evidence": ["KPO is insight-driven"], "tags": ["plain"]}\n'
    '{"id": "2", "question": "And for KPO?", "history": ["What drives BPO?"], "answerable": false}\n'
)


class TestEvaluate:
    def test_a_set_runs_and_opens_a_question(self, open_page: Open, real: str, tmp_path: Path) -> None:
        questions = tmp_path / "two <b>.jsonl"
        questions.write_text(TWO_QUESTIONS, encoding="utf-8")
        page = evaluate(open_page(real))
        upload(page, questions)
        first = run(page)
        page.locator("#report .shows").get_by_text("Facts said 1.00").wait_for()
        assert page.locator("#about b, #report b, #report i").count() == 0
        page.get_by_text("Show every question").click()
        question = page.locator("#report .question:visible", has_text="And for KPO?")
        question.locator("summary").first.click()
        question.get_by_role("button", name="Open in the conversation").click()
        page.locator("#chat .answer").wait_for()
        assert page.locator("#chat .asked").all_inner_texts() == ["What drives BPO?", "And for KPO?"]
        ask(page, "And its roles?", answers=2)
        page.wait_for_function("!document.querySelector('#question textarea').disabled")
        ask(page, "What drives KPO?")
        page.evaluate("document.querySelector('#report button[data-row]').click()")  # while that waits
        answered(page, 4)
        page.get_by_role("tab", name="Evaluate").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the report").click()
        saved = Path(download.value.path()).read_text("utf-8")
        assert saved.startswith("<!doctype html>") and "data-row" not in saved

        run(page)
        choose(page, "Compare with an earlier run", first)
        page.locator("#report").get_by_text("2 questions are in both runs: 0 won, 0 lost, 2 unchanged").wait_for()
        choose(page, "Report", first)
        page.locator("#report h2").get_by_text(first).wait_for()

    def test_a_run_outlives_its_page_is_seen_by_all_and_can_be_stopped(self, open_page: Open, real: str) -> None:
        page, other = evaluate(open_page(real)), evaluate(open_page(real))
        page.get_by_role("button", name="Run").click()
        page.get_by_text(UNDER_WAY).wait_for()
        page.reload()
        evaluate(page).get_by_text(UNDER_WAY).wait_for()
        assert page.get_by_role("progressbar", name="Questions answered").get_attribute("max") == "320"
        other.get_by_role("button", name="Run").click()
        other.get_by_text("One run at a time").wait_for()
        other.get_by_text(UNDER_WAY).wait_for()
        other.get_by_role("button", name="Stop").click()
        for one in (page, other):
            one.locator("#status").get_by_text("Stopped.").wait_for()
            one.get_by_text(
                re.compile(r"This run has not ended: \d+ of 320 questions are answered and kept")
            ).wait_for()
        assert page.get_by_label("Report").first.input_value().endswith("(not ended)")
        kept = answered_so_far(page)
        page.get_by_role("button", name="Go on").click()
        page.get_by_text(UNDER_WAY).wait_for()
        page.get_by_role("button", name="Stop").click()
        page.locator("#status").get_by_text("Stopped.").wait_for()
        page.get_by_text("This run has not ended").wait_for()
        assert answered_so_far(page) > kept

    def test_before_a_run_it_says_how_many_questions_and_how_long_or_in_a_line_why_a_set_is_none(
        self, open_page: Open, real: str, tmp_path: Path
    ) -> None:
        page = evaluate(open_page(real))
        about = page.locator("#about")
        about.get_by_text(re.compile("core.jsonl has 320 questions; they take (about|a few)")).wait_for()
        assert page.locator("#status progress").count() == 0
        questions = tmp_path / "mine.jsonl"
        for content, said in (('{"id": "1", ', "broken JSON"), ("[" * 100_000, BROKEN)):  # which nobody expects
            questions.write_text(content, encoding="utf-8")
            upload(page, questions)
            about.get_by_text(said).wait_for()
            page.get_by_role("button", name="Run").click()
            about.get_by_text(said).wait_for()
            assert str(tmp_path) not in about.inner_text()
        questions.write_text(TWO_QUESTIONS, encoding="utf-8")
        upload(page, questions)
        about.get_by_text("mine.jsonl (yours) has 2 questions").wait_for()
        assert page.get_by_label("Question set").input_value() == "mine.jsonl (yours)"


def evaluate(page: Any) -> Any:
    """The page with its second tab opened."""
    page.locator("#article article").wait_for(state="attached")
    page.get_by_role("tab", name="Evaluate").click()
    page.locator("#about p").wait_for()
    return page


def run(page: Any) -> str:
    """The name of the report, once it is shown."""
    before = page.locator("#status").inner_text()
    page.get_by_role("button", name="Run").click()
    # a run of two questions that were asked before may be over before its progress is drawn
    done = page.wait_for_function(
        """before => {
            const now = document.querySelector("#status").innerText;
            return now !== before && now.match(/Done\\. The report is in reports\\/(.+)\\./)?.[1];
        }""",
        arg=before,
    )
    name = str(done.json_value())
    page.locator("#report h2").get_by_text(name, exact=True).wait_for()
    return name


def upload(page: Any, questions: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Your own set").click()
    chooser.value.set_files(questions)
    page.wait_for_function("document.querySelector('#choose input').value.includes('(yours)')")


def choose(page: Any, dropdown: str, name: str) -> None:
    page.get_by_label(dropdown).first.click()
    page.get_by_role("option", name=name).click()
    page.get_by_role("option").first.wait_for(state="detached")  # it fades; the next has the same names


def answered_so_far(page: Any) -> int:
    found = re.search(r"(\d+) of 320", page.locator("#report").inner_text())
    assert found
    return int(found[1])
