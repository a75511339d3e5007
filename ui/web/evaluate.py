"""The tab that runs a question set and shows reports: what is chosen, and what a click does."""

from pathlib import Path
from typing import Any

import gradio as gr

from assistant.answers import Answer, EarlierTurn
from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem, load_questions
from assistant.evaluation.results import Row, read_rows
from assistant.models import EXTRACTIVE
from ingest.errors import UserError
from ui import evaluation
from ui.web.chat import Panel
from ui.web.evaluated import about_html, run_html, saved_page, shown_html
from ui.web.faults import mistakes_told, said_of
from ui.web.listeners import UNQUEUED, hidden
from ui.web.menu import reader_choices
from ui.web.render import line_html
from ui.web.reports import can_go_on, finished, reader_of, report_named, reports, set_named, set_names
from ui.web.runs import QUESTIONS, Runs
from ui.web.turns import ASKED_BEFORE, Turn, dump, messages

_NONE = "none"
_FIRST = "core.jsonl"
_LOOK = 1.0  # seconds between two looks at how far a run is

Changes = dict[Any, Any]  # what of the tab changes, by component
Uploads = dict[str, str]  # paths of uploaded sets by the names that they are chosen by

_OPEN_CHAT = """() => {
    document.querySelector('[role="tab"]').click();
    setTimeout(() => document.querySelector("#question textarea")?.focus(), 50);
}"""
_SAVE = "(page) => download(page, 'report.html')"
_ROWS = """element.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-row]");
    if (button) trigger("select", { id: button.dataset.row });
});"""


class EvaluatePanel:
    """The tab's content, and what its events do; a question is opened in the conversation's `panel`."""

    def __init__(self, tab: gr.Tab, assistant: Assistant, panel: Panel) -> None:
        self._assistant = assistant
        self._runs = Runs()
        self._reader = gr.Radio(
            reader_choices(assistant),
            value=assistant.offline.model,
            label="Answered by",
            visible=assistant.model != EXTRACTIVE,
        )
        with gr.Row(elem_id="choose"):
            self._set = gr.Dropdown(set_names(), value=_FIRST, label="Question set", interactive=True)
            self._upload = gr.UploadButton("Your own set …", file_types=[".jsonl", ".csv"], scale=0)
            self._start = gr.Button("Run", variant="primary", scale=0)
            self._stop = gr.Button("Stop", scale=0, visible=False)
        self._about = gr.HTML(elem_id="about", padding=False)
        self._status = gr.HTML(elem_id="status", padding=False)
        with gr.Row(elem_id="look"):
            self._report = gr.Dropdown([], label="Report", value=None, interactive=True)
            self._other = gr.Dropdown([_NONE], value=_NONE, label="Compare with an earlier run", interactive=True)
            self._resume = gr.Button("Go on", scale=0, visible=False)
            self._save = gr.Button("Save the report", scale=0, interactive=False)
        self._shown = gr.HTML(elem_id="report", padding=False, js_on_load=_ROWS)
        self._uploads, self._timer = gr.State({}), gr.Timer(_LOOK, active=False)
        self._connect(tab, panel)

    def _connect(self, tab: gr.Tab, panel: Panel) -> None:
        page = hidden()
        asked, looked_at = [self._set, self._uploads, self._reader], [self._report, self._other]
        seen = [self._about, self._status, self._start, self._stop, self._resume, *looked_at, self._timer]
        tab.select(self._arrive, [*asked, self._report], seen, **UNQUEUED)
        uploaded = self._upload.upload(
            _uploaded, [self._upload, self._uploads], [self._set, self._uploads], **UNQUEUED
        )
        uploaded.then(self._describe, asked, self._about, **UNQUEUED)  # a mended set has the name that it had
        gr.on([self._set.change, self._reader.change], self._describe, asked, self._about, **UNQUEUED)
        self._start.click(self._begin, [*asked, self._report], seen, **UNQUEUED)
        self._resume.click(self._go_on, self._report, seen, **UNQUEUED)
        self._stop.click(self._end, None, self._stop, **UNQUEUED)
        self._timer.tick(self._watch, self._report, seen, **UNQUEUED)
        chosen, shown = [self._report.change, self._other.change], [self._shown, self._save, self._resume]
        gr.on(chosen, self._show, looked_at, shown, **{**UNQUEUED, "show_progress": "minimal"})
        self._save.click(self._page, looked_at, page, **UNQUEUED).then(None, page, js=_SAVE, **UNQUEUED)
        opened = self._shown.select(self._open, [self._report, panel.turns], list(panel), **UNQUEUED)
        opened.then(None, js=_OPEN_CHAT, **UNQUEUED)

    # --- a run

    def _arrive(self, name: str, uploads: Uploads, reader: str, report: str | None) -> Changes:
        """What there is when the tab is opened: the set, the reports, and the run, unless a report is shown."""
        run = self._watch(report) if self._runs.under_way or not report else {}
        return {self._about: self._describe(name, uploads, reader)} | self._choices() | run

    def _describe(self, name: str, uploads: Uploads, reader: str) -> str:
        """What would be asked; or why the set cannot be."""
        try:
            return about_html(name, self._items(name, uploads), self._asked(reader).model)
        except Exception as error:  # the edge
            return line_html(said_of(error))

    def _begin(self, name: str, uploads: Uploads, reader: str, report: str | None) -> Changes:
        try:
            items = self._items(name, uploads)
            self._runs.begin(items, self._asked(reader), evaluation.new_folder(_path(name, uploads)))
        except Exception as error:  # the edge
            return self._watch(report) | {self._about: line_html(said_of(error))}
        return self._watch(report)

    def _go_on(self, report: str) -> Changes:
        try:
            folder = report_named(report)
            self._runs.begin(load_questions(folder / QUESTIONS), reader_of(folder, self._assistant), folder)
        except Exception as error:  # the edge
            return self._watch(report) | {self._about: line_html(said_of(error))}
        return self._watch(report)

    def _end(self) -> gr.Button:
        self._runs.stop()
        return gr.Button(visible=False)

    def _watch(self, report: str | None) -> Changes:
        """How far the run is; its report is closed while it goes on, and opened when it has ended."""
        run = self._runs.last
        changes: Changes = {
            self._status: run_html(run),
            self._start: gr.Button(interactive=not run.under_way),
            self._stop: gr.Button(visible=run.can_stop),
            self._timer: gr.Timer(active=run.under_way),
        }
        if not run.under_way:
            return changes | self._choices(run.folder)
        if report and reports().get(report) == run.folder:
            changes[self._report] = gr.Dropdown(value=None)
        return changes

    def _choices(self, folder: Path | None = None) -> Changes:
        """The reports that there are now; that of `folder` is opened."""
        there = reports()
        whole = [name for name, path in there.items() if finished(path)]
        labels = [(name if name in whole else f"{name} (not ended)", name) for name in there]
        names = [name for name, path in there.items() if path == folder]
        report = gr.Dropdown(labels, value=names[0]) if names else gr.Dropdown(labels)
        return {self._report: report, self._other: gr.Dropdown([_NONE, *whole])}

    def _asked(self, reader: str) -> Assistant:
        return self._assistant.offline if reader == EXTRACTIVE else self._assistant

    def _items(self, name: str, uploads: Uploads) -> list[QuestionItem]:
        path = _path(name, uploads)
        try:
            return evaluation.read(path, self._assistant.index().sources)
        except UserError as error:  # of one that was uploaded by the name that it came with
            raise UserError(str(error).replace(str(path), path.name)) from None

    # --- a report

    def _show(self, report: str | None, other: str) -> tuple[str, gr.Button, gr.Button]:
        if not report:
            return "", gr.Button(interactive=False), gr.Button(visible=False)
        try:
            folder = report_named(report)
            said = shown_html(folder, self._assistant.index().sources, _other(report, other))
        except Exception as error:  # the edge
            return line_html(said_of(error)), gr.Button(interactive=False), gr.Button(visible=False)
        goes_on = can_go_on(folder) and not self._runs.under_way
        return said, gr.Button(interactive=finished(folder)), gr.Button(visible=goes_on)

    def _page(self, report: str, other: str) -> str:
        with mistakes_told():  # it may have been deleted meanwhile
            sources = self._assistant.index().sources
            return saved_page(report, report_named(report), sources, _other(report, other))

    def _open(
        self, report: str | None, before: list[Turn], event: gr.EventData
    ) -> tuple[list[Turn], list[dict[str, Any]], str]:
        """A question of the report, at the end of the conversation."""
        with mistakes_told():
            rows = list(read_rows(report_named(report))) if report else []
        row = next((row for row in rows if row.id == event._data["id"]), None)
        before += _turns(row) if row else []  # in place: an answer may be on its way to it
        return before, messages(before), dump(before)


def _uploaded(path: str, uploads: Uploads) -> tuple[gr.Dropdown, Uploads]:
    name = f"{Path(path).name} (yours)"
    uploads = {**uploads, name: path}
    return gr.Dropdown([*uploads, *set_names()], value=name), uploads


def _path(name: str, uploads: Uploads) -> Path:
    return Path(uploads[name]) if name in uploads else set_named(name)


def _other(report: str, other: str) -> Path | None:
    return None if other in (_NONE, report) else report_named(other)


def _turns(row: Row) -> list[Turn]:
    """A row as a conversation that can be gone on with."""
    asked_of = row.question.within
    before = [
        Turn(earlier.question, _given(earlier), ASKED_BEFORE, done=True, within=asked_of)
        for earlier in row.question.history
    ]
    asked = Turn(row.question.question, row.answer, row.error or "", done=True, sent_to=None, within=asked_of)
    return [*before, asked]


def _given(earlier: EarlierTurn) -> Answer | None:
    """The answer that a question set gives to an earlier question, which no reader wrote."""
    if not earlier.answer:
        return None
    asked = earlier.question
    return Answer(question=asked, standalone_question=asked, answered=True, text=earlier.answer, model="")
