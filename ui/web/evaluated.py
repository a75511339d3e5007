"""An evaluation as HTML: its headline, the whole report in a frame, and what was lost. All text is data."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from assistant.evaluation.compare import compare
from assistant.evaluation.matching import Corpus
from assistant.evaluation.report import filled, losses
from assistant.evaluation.results import read_rows
from assistant.evaluation.summary import headline, read_summary
from ingest.sources import Source

_PAGES = Path(__file__).parent
_MOST = 100  # losses that are listed
_MOST_OF_ALL = 1_000  # questions


def result_html(folder: Path, other: Path | None = None) -> str:
    """The figures that matter most with their intervals, and the report in a frame where no script runs.

    With the report of an `other` run, what changed since.
    """
    summary = read_summary(folder)
    return filled(
        _PAGES / "evaluated.html.j2",
        figures={name: summary[name] for name in headline(summary)},
        comparison=compare(folder, other) if other else None,
        other=other.name if other else "",
        page=(folder / "report.html").read_text(encoding="utf-8"),
    )


def losses_html(folder: Path, sources: Mapping[str, Source]) -> str:
    """The questions that were lost, by the stage that lost them, each to be opened in the chat."""
    shown = (row for row in read_rows(folder) if row.question.split != "held")
    return filled(
        _PAGES / "lost.html.j2",
        losses=losses(read_rows(folder), Corpus(sources), _MOST),
        count=read_summary(folder)["failures"].n,
        rows=list(islice(shown, _MOST_OF_ALL)),
    )
