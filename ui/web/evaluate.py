"""The tab that runs a question set, as the terminal does: progress, figures, what was lost, the report."""

import html
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.chain import Assistant
from assistant.evaluation.compare import check_comparable
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import evaluate as run_and_report
from assistant.model_calls import Stopped
from assistant.models import EXTRACTIVE
from ingest.errors import UserError
from ingest.settings import ROOT
from ui import evaluation
from ui.web.chat import BROKEN, Panel
from ui.web.evaluated import losses_html, result_html
from ui.web.listeners import DOWNLOAD
from ui.web.menu import reader_choices
from ui.web.turns import ASKED_BEFORE, Turn, dump, messages

SETS = ROOT / "corpus" / "questions"
REPORTS = ROOT / "reports"
_NONE = "none"
_POLL = 0.5  # seconds between two looks at how far it is, and whether it was stopped

log = logging.getLogger(__name__)

_OPEN_CHAT = """() => {
    document.querySelector('[role="tab"]').click();
    setTimeout(() => document.querySelector("#question textarea")?.focus(), 50);
}"""
_SAVE = f"(page) => ({DOWNLOAD})(page, 'report.html')"


def evaluate_panel(assistant: Assistant, panel: Panel) -> None:
    """Adds the tab's content to the page; a row is opened in `panel`."""

    def evaluate(name: str, upload: str | None, earlier: str, reader: str) -> Iterator[tuple[Any, ...]]:
        yield _state("Reading the questions …", running=True)
        try:
            path = Path(upload) if upload else _listed(SETS, name)
            asked = assistant.offline if reader == EXTRACTIVE else assistant
            other = None if earlier == _NONE else _listed(REPORTS, earlier)
            items = evaluation.read(path, assistant, [])
            if other:
                check_comparable(items, other, None)
            folder = evaluation.new_folder(path)
            for line in _running(items, path.name, asked, folder, other):
                yield _state(f"{path.name}: {line}", folder=folder, running=True)
        except UserError as error:  # whoever uploaded a set knows it by its name
            yield _state(str(error).replace(str(path), path.name) if upload else str(error))
        except Exception:  # the edge: whoever reads the page gets a sentence, the terminal the traceback
            log.exception("No evaluation of %r", upload or name)
            yield _state(BROKEN)
        else:
            done = f"Done. The report is in {folder.relative_to(ROOT)}."
            shown = result_html(folder, other), losses_html(folder, assistant.index().sources)
            yield _state(done, folder, *shown)

    def open_row(
        folder: Path | None, before: list[Turn], event: gr.EventData
    ) -> tuple[list[Turn], list[dict[str, Any]], str]:
        rows = list(read_rows(folder)) if folder else []
        row = next((row for row in rows if row.id == event._data["id"]), None)
        before += _turns(row, assistant) if row else []  # in place: an answer may be on its way to it
        return before, messages(before), dump(before)

    at_once: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    with gr.Row(elem_id="choose"):
        chosen = gr.Dropdown(_names(SETS.glob("*.jsonl")), label="Question set", interactive=True)
        compared = gr.Dropdown([_NONE], value=_NONE, label="Compare with an earlier run", interactive=True)
    reader = gr.Radio(
        reader_choices(assistant),
        value=EXTRACTIVE,
        label="Answered by",
        visible=assistant.model != EXTRACTIVE,
    )
    with gr.Accordion("Your own question set (JSON Lines or CSV)", open=False):
        upload = gr.File(label="Question set", file_types=[".jsonl", ".csv"], type="filepath")
    with gr.Row(elem_id="run"):
        start = gr.Button("Run", variant="primary", scale=0)
        stop = gr.Button("Stop", scale=0, interactive=False)
        save = gr.Button("Save the report", scale=0, interactive=False)
    status = gr.HTML(elem_id="status", padding=False)
    result = gr.HTML(elem_id="result", padding=False)
    lost = gr.HTML(elem_id="lost", padding=False, js_on_load=_ROWS)
    folder, halted = gr.State(None), gr.State(False)
    report = gr.Textbox(visible="hidden", show_label=False, container=False)
    outputs = [status, start, stop, save, result, lost, folder]
    begun = start.click(_begun, None, [halted, *outputs], **at_once)
    running = begun.then(
        evaluate,
        [chosen, upload, compared, reader],
        outputs,
        api_visibility="private",
        concurrency_limit=1,
        show_progress="hidden",
    )
    stop.click(lambda: True, None, halted, cancels=[running], **at_once)
    for ended in (running.success, running.failure):  # a stop ends as either; only then can it run again
        ended(_settled, [halted, folder], outputs, **at_once)
    save.click(_page, folder, report, **at_once).then(None, report, js=_SAVE, **at_once)
    compared.focus(_earlier, None, compared, **at_once)
    lost.select(open_row, [folder, panel.turns], list(panel), **at_once).then(None, js=_OPEN_CHAT, **at_once)


_ROWS = """element.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-row]");
    if (button) trigger("select", { id: button.dataset.row });
});"""


def _state(
    line: str, folder: Path | None = None, result: str = "", lost: str = "", running: bool = False
) -> tuple[Any, ...]:
    """What the tab shows, in the order of its outputs."""
    return (
        f'<p role="status">{html.escape(line)}</p>',
        gr.Button(interactive=not running),
        gr.Button(interactive=running),
        gr.Button(interactive=bool(result)),
        result,
        lost,
        folder,
    )


def _earlier() -> gr.Dropdown:
    """The reports that there are now to compare with, the latest first."""
    reports = _names(path.parent for path in REPORTS.glob("*/summary.json"))
    return gr.Dropdown([_NONE, *reversed(reports)])


def _page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def _begun() -> tuple[Any, ...]:
    """One run at a time: another person's may have to end first, and to wait can be stopped, too."""
    return False, *_state("Waiting for a run that is under way …", running=True)


def _settled(halted: bool, folder: Path | None) -> tuple[Any, ...]:
    """What is left to show when a run has ended: of one that ended by itself all is shown."""
    kept = f"What was done is kept in {folder.relative_to(ROOT)}." if folder else "Nothing was asked."
    shown = _state(f"Stopped. {kept}")
    return shown if halted else tuple(gr.skip() for _ in shown)


def _running(
    items: Sequence[QuestionItem], name: str, assistant: Assistant, folder: Path, other: Path | None
) -> Iterator[str]:
    """Runs the set in a thread of its own, and says how far it is; closing this stops it."""
    line = "asking the first questions …"
    stopped = threading.Event()
    failures: list[BaseException] = []

    def step(done: int, whole: int) -> None:
        nonlocal line
        if stopped.is_set():
            raise Stopped
        line = f"{done} of {whole} questions answered …"

    def work() -> None:
        try:
            run_and_report(items, name, [assistant], folder, lambda _: nullcontext(step), other, stop=stopped)
        except BaseException as error:  # raised where it is waited for
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            yield line  # only a generator that goes on yielding can be closed
            thread.join(_POLL)
    finally:
        stopped.set()
    if failures:
        raise failures[0]


def _listed(folder: Path, name: str) -> Path:
    """A set or report by its name, which has to be one that is listed: a name is no path."""
    found = {path.name: path for path in folder.glob("*")}
    if name not in found:
        raise UserError(f"There is no {name!r} in {folder.name}. Choose another.")
    return found[name]


def _names(paths: Iterable[Path]) -> list[str]:
    return sorted(path.name for path in paths)


def _turns(row: Row, assistant: Assistant) -> list[Turn]:
    """A row as a conversation that can be gone on with."""
    before = [Turn(earlier.question, notice=ASKED_BEFORE, done=True) for earlier in row.question.history]
    sent_to = () if row.answer and row.answer.model == EXTRACTIVE else assistant.sends_to
    asked = Turn(row.question.question, row.answer, row.error or "", done=True, sent_to=sent_to)
    return [*before, asked]
