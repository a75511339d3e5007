"""What the commands have in common about the index: it is made current, and what could not be read is named."""

import sys
from typing import TYPE_CHECKING

from ui.controls import one_line
from ui.progress import progress_bar

if TYPE_CHECKING:
    from assistant.settings import AssistantSettings
    from ingest.build import BuildReport


def tell_passed_over(report: "BuildReport") -> None:
    """Says on stderr which documents could not be read, and what was left out of new ones."""
    for line in (*(f"Passed over: {line}" for line in report.skipped), *report.left_out):
        print(one_line(line), file=sys.stderr)


def ensure_index_is_current(settings: "AssistantSettings") -> None:
    """Builds a missing index or refreshes one whose documents changed, and says so on stderr."""
    from ingest.build import ensure_index

    with progress_bar() as progress:
        report = ensure_index(settings.ingest, progress)
    if report:
        tell_passed_over(report)
        print(f"Brought the index up to date: {report}", file=sys.stderr)
