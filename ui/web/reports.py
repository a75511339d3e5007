"""The question sets and reports that can be chosen in the window: what is not listed cannot be opened."""

from contextlib import suppress
from pathlib import Path

from assistant.chain import Assistant
from assistant.evaluation.results import ROWS, SUMMARY, read_receipt
from ingest.errors import UserError
from ingest.settings import ROOT
from ui.web.runs import QUESTIONS

SETS = ROOT / "corpus" / "questions"
REPORTS = ROOT / "reports"


def set_names() -> list[str]:
    """The sets that are shipped."""
    return sorted(path.name for path in SETS.glob("*.jsonl"))


def set_named(name: str) -> Path:
    """The file of a listed set. Raises `UserError` where there is none."""
    if name not in set_names():
        raise UserError(f"There is no question set {name!r}. Choose another.")
    return SETS / name


def reports() -> dict[str, Path]:
    """The folders of reports by name, the latest first; one that was stopped is among them."""
    found: list[tuple[float, Path]] = []
    for rows in REPORTS.glob("**/" + ROWS):
        with suppress(FileNotFoundError):  # it was deleted a moment ago
            found.append((rows.stat().st_mtime, rows.parent))
    return {folder.relative_to(REPORTS).as_posix(): folder for _, folder in sorted(found, reverse=True)}


def report_named(name: str) -> Path:
    """The folder of a listed report. Raises `UserError` where there is none."""
    folder = reports().get(name)
    if folder is None:
        raise UserError(f"There is no report {name!r}. Choose another.")
    return folder


def finished(folder: Path) -> bool:
    """Whether a run came to its end there."""
    return (folder / SUMMARY).exists()


def can_go_on(folder: Path) -> bool:
    """Whether a run that was begun in the window was stopped there."""
    return not finished(folder) and (folder / QUESTIONS).exists()


def reader_of(folder: Path, assistant: Assistant) -> Assistant:
    """Who answered the questions of a report. Raises `UserError` where that one does not answer here."""
    model = read_receipt(folder).model
    for reader in (assistant, assistant.offline):
        if reader.model == model:
            return reader
    raise UserError(f"That run was answered by {model}. Set BPO_KPO_MODEL to it to go on, or begin a new run.")
