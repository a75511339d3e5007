"""The tab that lists the documents, takes new ones, removes them, and chooses which a question is asked of.

What a document, its title or its name holds is data: it is escaped here and never becomes markup.
"""

import html
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path, PurePosixPath
from typing import Any

import gradio as gr

from assistant.chain import Assistant
from ingest.errors import UserError
from ingest.index import Index
from ingest.language import ENGLISH
from ingest.notes import left_out
from ingest.pages import page_count
from ingest.settings import IngestSettings
from ingest.snapshots import SourceRecord
from ingest.sources import KINDS, Source
from ui.web.faults import mistakes_told
from ui.web.intake import Intake
from ui.web.jobs import Job
from ui.web.listeners import UNQUEUED, hidden
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
        self._told: tuple[str, dict[str, str]] | None = None  # by snapshot
        gr.HTML(f"<p>{html.escape(WHAT_FOR)}</p>", padding=False)
        self._files = gr.File(
            label="Add documents", file_count="multiple", height=140, elem_id="add-documents", visible=False
        )
        self._status = gr.HTML(elem_id="documents-status", padding=False)
        self._stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop-adding")
        self._list = gr.HTML(elem_id="documents", padding=False, js_on_load=_EVENTS)
        self._timer = gr.Timer(_LOOK, active=False)
        self.ended = hidden()  # changes with each change
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
        sources = index.manifest.sources
        chosen = _chosen(json.loads(scope), sources)
        removable = self._intake.removable(sources) if may_change else set()
        return changes | {
            self._list: list_html(sources, self._facts(index), chosen, removable),
            self._scope: json.dumps(chosen),
        }

    def _watch(self, scope: str, request: gr.Request) -> Changes:
        """How far a change is; all of the tab once it has ended."""
        if self._intake.under_way:
            return self._progress(request)
        return self._look(scope, request) | {self.ended: str(time.time())}

    def _progress(self, request: gr.Request) -> Changes:
        last = self._intake.last
        return {
            self._status: change_html(last),
            self._stop: gr.Button(visible=last.can_stop and self._may_change(request)),
            self._timer: gr.Timer(active=last.under_way),
        }

    def _facts(self, index: Index) -> dict[str, str]:
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
        with mistakes_told():
            begin()
        return self._look(scope, request)

    def _refuse(self, request: gr.Request) -> None:
        """Raises `gr.Error` for whoever may not change documents."""
        if not self._may_change(request):
            raise gr.Error(NOT_HERE, print_exception=False)

    def _choose(self, event: gr.EventData) -> str:
        return json.dumps(_chosen(event._data["chosen"], self._assistant.index().manifest.sources))

    def _end(self, request: gr.Request) -> gr.Button:
        self._refuse(request)
        self._intake.stop()
        return gr.Button(visible=False)


def _chosen(names: Sequence[str], sources: Sequence[SourceRecord]) -> list[str]:
    """Those of these names that are there; none where they are all, which is the same."""
    there = [one.name for one in sources if one.name in names]
    return [] if len(there) == len(sources) else there


def facts(index: Index) -> dict[str, str]:
    """What is told of each document, by its name: its file and kind, how much it has, what could not be read."""
    counts = Counter(passage.source for passage in index.passages)
    return {one.name: _told(one, index.sources[one.name], counts[one.name]) for one in index.manifest.sources}


def _told(record: SourceRecord, source: Source, passages: int) -> str:
    file, pages = PurePosixPath(record.path), page_count(source)
    counts = [(pages, "page")] * bool(pages) + [(passages, "passage")]
    told = [file.name, KINDS[file.suffix.lower()], *(f"{n} {what}{'s' * (n != 1)}" for n, what in counts)]
    if source.language != ENGLISH:
        told.append(f"in another language ({source.language}): only a chat model reads it")
    if left := Counter(hole.what.rstrip(".") for hole in left_out(source)):
        holes = (f"{what}{f' ({count})' if count > 1 else ''}" for what, count in left.items())
        told.append(f"left out: {'; '.join(holes)}")
    return " · ".join(told)


def change_html(change: Job) -> str:
    """How far a change is, and what there is to say of it."""
    lines = "".join(map(line_html, change.said))
    if not change.under_way:
        return lines
    at = f' value="{change.done}" max="{change.whole}"' if change.whole else ""
    done = f" {100 * change.done // change.whole} %" if change.whole else ""
    return f'<progress aria-label="{change.doing}"{at}></progress><p>{change.doing} …{done}</p>{lines}'


def list_html(
    documents: Sequence[SourceRecord], told: Mapping[str, str], chosen: Sequence[str], removable: Set[str]
) -> str:
    """Each document with a box to tick, and what is known of it; with a button where it can be removed."""
    rows = []
    for one in documents:
        name, title = html.escape(one.name), html.escape(one.title)
        ticked = " checked" if not chosen or one.name in chosen else ""
        box = f'<input type="checkbox" value="{name}"{ticked}>'
        remove = f'<button type="button" data-remove="{name}" data-title="{title}">Remove</button>'
        rows.append(
            f"<li><label>{box}<span>{title}</span></label>"
            f"<p>{html.escape(told[one.name])}</p>{remove if one.name in removable else ''}</li>"
        )
    return f"<ul>{''.join(rows)}</ul>"
