"""An evaluation as HTML: its headline, the whole report in a frame, and what was lost. All text is data."""

import html
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from assistant.evaluation.compare import compare
from assistant.evaluation.losses import STAGES, losses
from assistant.evaluation.places import Corpus
from assistant.evaluation.report import figure_text, interval_text
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.summary import Figure, headline, read_summary
from ingest.sources import Source

_MOST = 100  # losses that are listed
_MOST_OF_ALL = 1_000  # questions


def result_html(folder: Path, page: str, other: Path | None = None) -> str:
    """The figures that matter most with their intervals, and the report in a frame where no script runs.

    With the report of an `other` run, what changed since.
    """
    summary = read_summary(folder)
    rows = "".join(_row(name, summary[name]) for name in headline(summary))
    head = "<tr><th>metric</th><th>value</th><th>95 % interval</th><th>n</th><th>what it is</th></tr>"
    frame = f'<iframe title="Report" sandbox="" srcdoc="{html.escape(page)}"></iframe>'
    return (
        f'<table class="figures" tabindex="0"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        f"{_comparison_html(folder, other) if other else ''}"
        f"<details><summary>The whole report</summary>{frame}</details>"
    )


def _comparison_html(folder: Path, other: Path) -> str:
    compared = compare(folder, other)
    changed = {name: d for name, d in compared.differences.items() if d.low or d.high}
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{d.value:+.3f}</td><td>{d.low:+.2f} to {d.high:+.2f}</td></tr>"
        for name, d in changed.items()
    )
    head = "<tr><th>metric</th><th>difference</th><th>95 % interval</th></tr>"
    table = (
        f'<table class="figures" tabindex="0"><thead>{head}</thead><tbody>{rows}</tbody></table>' if rows else ""
    )
    counts = f"{len(compared.won)} questions won, {len(compared.lost)} lost, {compared.unchanged} as before"
    return f"<h2>Against {html.escape(other.name)}</h2><p>{counts}.</p>{table}"


def losses_html(folder: Path, sources: Mapping[str, Source]) -> str:
    """The questions that were lost, by the stage that lost them, each to be opened in the chat."""
    found = losses(read_rows(folder), Corpus(sources), _MOST)
    parts = []
    for stage, count in found.counts.items():
        items = "".join(_opened(loss.row) for loss in found.listed[stage])
        parts.append(f"<h3>{html.escape(stage)} ({count})</h3><p>{html.escape(STAGES[stage])}</p><ul>{items}</ul>")
    held = f"<p>{found.held} more are held back and not shown.</p>" if found.held else ""
    rows = list(islice((row for row in read_rows(folder) if row.question.split != "held"), _MOST_OF_ALL))
    return (
        f"<h2>What was lost: {found.total} of {_count(folder)}</h2>{''.join(parts)}{held}"
        f"<details><summary>Every question</summary><ul>{''.join(map(_opened, rows))}</ul></details>"
    )


def _opened(row: Row) -> str:
    """A question with the button that opens it in the chat."""
    asked = " / ".join([*(turn.question for turn in row.question.history), row.question.question])
    button = f'<button type="button" data-row="{html.escape(row.id)}">Open in chat</button>'
    return f"<li>{button} {html.escape(asked)}</li>"


def _count(folder: Path) -> int:
    return sum(1 for _ in read_rows(folder))


def _row(name: str, figure: Figure) -> str:
    meaning = METRICS[name].meaning + (" (lower is better)" if METRICS[name].lower_is_better else "")
    cells = [name, figure_text(figure.value), interval_text(figure), str(figure.n), meaning]
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
