"""What the Evaluate tab says of a set, of a run that is under way, and of a report. All text is data."""

import html
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import report_html, report_page
from assistant.evaluation.results import AT_ONCE, ROWS
from assistant.models import EXTRACTIVE
from ingest.errors import UserError
from ingest.settings import ROOT
from ingest.sources import Source
from ui.web.jobs import Job
from ui.web.render import line_html
from ui.web.reports import REPORTS, can_go_on, finished
from ui.web.runs import QUESTIONS

WHAT_FOR = (
    "Asks every question of a set and measures the answers: how often they say what the set expects, cite the "
    "place where it stands, and refuse where the documents do not say."
)

_SECONDS, _SECONDS_OF_OTHERS = 0.4, 8.0  # of an answer by the offline reader, and by a chat model, about

log = logging.getLogger(__name__)


def about_html(name: str, items: Sequence[QuestionItem], model: str) -> str:
    """What the tab is for, how many questions a set has, and about how long they take."""
    seconds = len(items) * (_SECONDS if model == EXTRACTIVE else _SECONDS_OF_OTHERS) / AT_ONCE
    count = f"{len(items)} question{'s' if len(items) != 1 else ''}"
    return f"<p>{WHAT_FOR} <strong>{html.escape(name)} has {count}; they take {_about(seconds)}.</strong></p>"


def run_html(run: Job) -> str:
    """How far a run is, or how it ended."""
    if not run.under_way:
        return "".join(line_html(line.replace(f"{ROOT}/", "")) for line in run.said)
    left = run.seconds_left
    said = f"{run.done} of {run.whole} questions answered, "
    said += f"{_about(left)} left …" if left is not None else "asking the first ones …"
    if not run.can_stop:
        said = f"All {run.whole} questions are answered. Working out the figures and writing the report …"
    bar = f'<progress aria-label="{run.doing}" value="{run.done}" max="{run.whole}"></progress>'
    return f"{bar}<p>{html.escape(run.folder.name)}: {html.escape(said)}</p>"


def shown_html(folder: Path, sources: Mapping[str, Source], other: Path | None) -> str:
    """A report; of a run that was stopped how far it came, and a line where a report cannot be shown."""
    if not finished(folder):
        rows = (folder / ROWS).read_bytes().count(b"\n")
        whole = (folder / QUESTIONS).read_bytes().count(b"\n") if can_go_on(folder) else 0
        of_all = f" of {whole}" if whole else ""
        return line_html(f"This run has not ended: {rows}{of_all} questions are answered and kept.")
    try:
        report = report_html(folder, sources, other, opens=True)
    except UserError as error:
        said = line_html(str(error).replace(f"{REPORTS}/", ""))
        return said + shown_html(folder, sources, None) if other else said
    except Exception:  # the edge: rows of a version that measured something else
        log.exception("No report of %s", folder)
        return line_html(f"This version cannot show {folder.name}. Open report.html in its folder.")
    return f'<div class="report"><h2>{html.escape(folder.name)}</h2>{report}</div>'


def saved_page(name: str, folder: Path, sources: Mapping[str, Source], other: Path | None) -> str:
    """What is shown as a page of its own. Raises `UserError` where the report cannot be read."""
    try:
        report = report_html(folder, sources, other)
    except UserError:
        report = report_html(folder, sources)  # the two share no question
    return report_page(name, report)


def _about(seconds: float) -> str:
    """A time as one says it."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {10 * round(seconds / 10)} seconds"
    return f"about {round(seconds / 60)} minutes"
