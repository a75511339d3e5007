"""What the commands have in common about the index: it is made current, and what could not be read is named."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ui.control_characters import one_line
from ui.progress import progress_bar

if TYPE_CHECKING:
    from assistant.settings import AssistantSettings
    from ingest.build import BuildReport
    from ingest.notes import LeftOut


def tell_passed_over(report: "BuildReport", briefly: bool = False) -> None:
    """Says on stderr which documents could not be read, and what was left out of new ones, or how much."""
    from ingest.notes import left_out_in_words

    left_out = [f"Left out of {name}: {left_out_in_words(found)}" for name, found in report.left_out.items()]
    if briefly and left_out:
        left_out = [_how_much(report.left_out)]
    for line in (*(f"Passed over: {line}" for line in report.skipped), *left_out, *report.remarks):
        print(one_line(line), file=sys.stderr)


def _how_much(left_out: "Mapping[str, Sequence[LeftOut]]") -> str:
    from ingest.text import few

    count = sum(map(len, left_out.values()))
    file = shlex.quote(next(iter(left_out))) if len(left_out) == 1 else "FILE"
    things = f"{count:,} thing{'s' if count > 1 else ''}"
    return f"Left out of {few(left_out, 3, len(left_out))}: {things}. To see where, run: bpo-kpo read {file}"


def ensure_index_is_current(settings: "AssistantSettings") -> None:
    """Builds a missing index or refreshes one whose documents changed, and says so on stderr."""
    from ingest.up_to_date import ensure_index

    with progress_bar() as progress:
        report = ensure_index(settings.ingest, progress)
    if report:
        tell_passed_over(report, briefly=True)
        print(f"Brought the index up to date ({report}).", file=sys.stderr)
