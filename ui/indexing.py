"""What the commands have in common about the index: it is made current, and what could not be read is named."""

import sys
from typing import TYPE_CHECKING

from ui.progress import Progress

if TYPE_CHECKING:
    from assistant.settings import AssistantSettings
    from ingest.build import BuildReport


def tell_passed_over(report: "BuildReport") -> None:
    """Says on stderr which documents could not be read, and what was left out of new ones."""
    for line in (*(f"Passed over: {line}" for line in report.skipped), *report.left_out):
        print("".join(letter if letter.isprintable() else " " for letter in line), file=sys.stderr)


def ensure_index_is_current(settings: "AssistantSettings") -> None:
    """Builds a missing index or refreshes one whose documents changed, and says so on stderr."""
    from ingest.build import ensure_index

    with Progress() as progress:
        report: BuildReport | None = ensure_index(settings.ingest, progress)
    if report:
        tell_passed_over(report)
        print(f"Brought the index up to date: {report}", file=sys.stderr)
