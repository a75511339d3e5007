"""The tab that lists the documents, takes new ones, removes them, and chooses which a question is asked of.

What a document, its title or its name holds is data: it is escaped here and never becomes markup.
"""

import html
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence, Set
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import gradio as gr

from assistant.chain import Assistant
from ingest.errors import UserError
from ingest.index import Index
from ingest.notes import left_out
from ingest.pages import page_count
from ingest.settings import IngestSettings
from ingest.sources import KINDS
from ui.web.intake import Intake
from ui.web.jobs import Job
from ui.web.listeners import UNQUEUED
from ui.web.render import line_html

WHAT_FOR = (
    "Questions are answered from the documents that are ticked. Add Markdown, text, HTML, Word or PDF, "
    "up to 100 MB each; a copy is kept with the index."
)
NOT_HERE = (
    "Documents can be added where the window is opened on loopback (as it is without --host) and called without a "
    "proxy, or behind a login (BPO_KPO_LOGIN); or run: bpo-kpo ingest"
)
_LOOK = 0.5  # seconds between two looks at how far a change is

Changes = dict[Any, Any]  # what of the tab changes, by component

_EVENTS = """
element.addEventListener("change", () => {
    const boxes = [...element.querySelectorAll("input")];
    if (!boxes.some((box) => box.checked)) boxes.forEach((box) => { box.checked = true; });  // all are asked
    trigger("select", { chosen: boxes.filter((box) => box.checked).map((box) => box.value) });
});
element.addEventListener("click", (event) => {
    const { remove, title } = event.target.closest("button[data-remove]")?.dataset ?? {};
    if (remove && confirm(`Remove “${title}”? Questions are no longer answered from it.`))
        trigger("delete", { name: remove });
});"""


class DocumentsPanel:
    """The tab's content, and what its events do.

    `scope` holds the names of the documents that questions are asked of, as JSON, and none for all. Whoever
    `may_change` denies only sees and chooses.
    """

    def __init__(
        self,
        tab: gr.Tab,
        assistant: Assistant,
        settings: IngestSettings,
        may_change: Callable[[gr.Request], bool],
        scope: gr.Textbox,
    ) -> None:
        self._assistant, self._may_change = assistant, may_change
        self._intake = Intake(assistant, settings)
        self._scope = scope
        self._told: tuple[str, list[Facts]] | None = None  # by snapshot
        gr.HTML(f"<p>{html.escape(WHAT_FOR)}</p>", padding=False)
        self._files = gr.File(
            label="Add documents", file_count="multiple", height=140, elem_id="add-documents", visible=False
        )
        self._status = gr.HTML(elem_id="documents-status", padding=False)
        self._stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop-adding")
        self._list = gr.HTML(elem_id="documents", padding=False, js_on_load=_EVENTS)
        self._timer = gr.Timer(_LOOK, active=False)
        self.ended = gr.Textbox(visible="hidden", show_label=False, container=False)  # changes with each change
        seen = [self._files, self._status, self._stop, self._list, self._timer, self.ended, scope]
        tab.select(self._look, [scope], seen, **UNQUEUED)
        self._timer.tick(self._watch, [scope], seen, **UNQUEUED)
        self._files.upload(self._add, [self._files, scope], seen, **UNQUEUED)
        self._list.delete(self._remove, [scope], seen, **UNQUEUED)
        self._list.select(self._choose, None, scope, **UNQUEUED)
        self._stop.click(self._end, None, self._stop, **UNQUEUED)

    def _look(self, scope: str, request: gr.Request) -> Changes:
        """All of the tab, as it is now."""
        changes, may_change = self._progress(request), self._may_change(request)
        changes[self._files] = gr.File(value=None, visible=may_change and not self._intake.under_way)
        if not may_change:
            changes[self._status] = line_html(NOT_HERE)
        try:
            index = self._assistant.index()
        except UserError as error:
            return changes | {self._list: line_html(str(error))}
        there = {one.name: one for one in index.manifest.sources}
        chosen = [name for name in json.loads(scope) if name in there]
        if len(chosen) == len(there):
            chosen = []
        removable = self._intake.removable(there.values()) if may_change else set()
        return changes | {
            self._list: list_html(self._facts(index), chosen, removable),
            self._scope: json.dumps(chosen),
        }

    def _watch(self, scope: str, request: gr.Request) -> Changes:
        """How far a change is; all of the tab once it has ended."""
        if self._intake.under_way:
            return self._progress(request)
        return self._look(scope, request) | {self.ended: str(time.time())}

    def _progress(self, request: gr.Request) -> Changes:
        under_way, last = self._intake.under_way, self._intake.last
        can_stop = last is not None and last.can_stop and self._may_change(request)
        return {
            self._status: change_html(last) if last else "",
            self._stop: gr.Button(visible=can_stop),
            self._timer: gr.Timer(active=under_way),
        }

    def _facts(self, index: Index) -> "list[Facts]":
        """What is told of each document; looked up once for each snapshot, as all passages are counted."""
        if self._told is None or self._told[0] != index.snapshot:
            self._told = index.snapshot, facts(index)
        return self._told[1]

    def _add(self, files: list[str], scope: str, request: gr.Request) -> Changes:
        return self._changed(lambda: self._intake.add([Path(file) for file in files]), scope, request)

    def _remove(self, scope: str, event: gr.EventData, request: gr.Request) -> Changes:
        return self._changed(lambda: self._intake.remove(str(event._data["name"])), scope, request)

    def _changed(self, begin: Callable[[], None], scope: str, request: gr.Request) -> Changes:
        self._refuse(request)
        try:
            begin()
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return self._look(scope, request)

    def _refuse(self, request: gr.Request) -> None:
        """Raises `gr.Error` for whoever may not change documents."""
        if not self._may_change(request):
            raise gr.Error(NOT_HERE, print_exception=False)

    def _choose(self, event: gr.EventData) -> str:
        """The documents that are ticked; none or all of them is the same."""
        sources = self._assistant.index().manifest.sources
        chosen = [one for one in sources if one.name in event._data["chosen"]]
        if len(chosen) == len(sources):
            chosen = []
        return json.dumps([one.name for one in chosen])

    def _end(self, request: gr.Request) -> gr.Button:
        self._refuse(request)
        self._intake.stop()
        return gr.Button(visible=False)


class Facts(NamedTuple):
    """What is told of a document: `left_out` are things that could not be read, how often; a PDF has pages."""

    name: str
    title: str
    file: str
    passages: int
    left_out: dict[str, int]
    pages: int = 0


def facts(index: Index) -> list[Facts]:
    """These facts of every document."""
    counts = Counter(passage.source for passage in index.passages)
    return [
        Facts(
            one.name,
            one.title,
            PurePosixPath(one.path).name,
            counts[one.name],
            Counter(hole.what for hole in left_out(index.sources[one.name])),
            page_count(index.sources[one.name]),
        )
        for one in index.manifest.sources
    ]


def change_html(change: Job) -> str:
    """How far a change is, and what there is to say of it."""
    lines = "".join(map(line_html, change.said))
    if not change.under_way:
        return lines
    at = f' value="{change.done}" max="{change.whole}"' if change.whole else ""
    done = f" {100 * change.done // change.whole} %" if change.whole else ""
    return f'<progress aria-label="{change.doing}"{at}></progress><p>{change.doing} …{done}</p>{lines}'


def list_html(documents: Sequence[Facts], chosen: Sequence[str], removable: Set[str]) -> str:
    """Each document with a box to tick, and what is known of it; with a button where it can be removed."""
    rows = (_row(one, not chosen or one.name in chosen, one.name in removable) for one in documents)
    return f"<ul>{''.join(rows)}</ul>"


def _row(one: Facts, ticked: bool, removable: bool) -> str:
    name, title = html.escape(one.name), html.escape(one.title)
    kind = KINDS[PurePosixPath(one.file).suffix.lower()]
    counts = [(one.pages, "page")] * bool(one.pages) + [(one.passages, "passage")]
    told = [one.file, kind, *(f"{count} {what}{'s' * (count != 1)}" for count, what in counts)]
    if one.left_out:
        holes = (f"{what.rstrip('.')}{f' ({count})' if count > 1 else ''}" for what, count in one.left_out.items())
        told.append(f"left out: {'; '.join(holes)}")
    box = f'<input type="checkbox" value="{name}"{" checked" if ticked else ""}>'
    remove = f'<button type="button" data-remove="{name}" data-title="{title}">Remove</button>'
    return (
        f"<li><label>{box}<span>{title}</span></label>"
        f"<p>{html.escape(' · '.join(told))}</p>{remove if removable else ''}</li>"
    )
