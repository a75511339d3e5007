"""A question set with one or several models: rows and a report of each, and an overview of several."""

import re
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.chain import Assistant
from assistant.evaluation.judge import OpenJudge, judging_took
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.report import write_overview, write_report
from assistant.evaluation.run import Progress, run
from ingest.errors import UserError


def evaluate(
    items: Sequence[QuestionItem],
    set_name: str,
    assistants: Sequence[Assistant],
    report: Path,
    progress: Callable[[str], AbstractContextManager[Progress]],
    other: Path | None = None,
    open_judge: OpenJudge | None = None,
    max_cost: float | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Path]:
    """Asks a set with each assistant and writes the reports; returns the folder of each model's own report.

    `progress` shows what is done, given what is being done. `other` is an earlier report's folder to compare
    with, `max_cost` what all models together may cost in US dollars; the event `stop` ends what a chat model is
    being asked. Raises `UserError` where the report cannot be written, and what `run` raises.
    """
    folders = model_folders(report, [assistant.model for assistant in assistants])
    left = max_cost
    try:
        for assistant, folder in zip(assistants, folders.values(), strict=True):
            with progress(f"Answering with {assistant.model}") as step:
                judge = open_judge(folder) if open_judge else None
                run(items, assistant, folder, step, judge, left, stop)
            summary = write_report(folder, set_name, assistant.index().sources, other)
            if left is not None:
                left -= (summary["cost_usd"].value or 0.0) + (judging_took(folder).cost_usd or 0.0)
        if len(folders) > 1:
            write_overview(report, set_name, folders)
    except OSError as error:
        raise UserError(
            f"The report cannot be written ({error.strerror}: {report}). Give another --report."
        ) from None
    return folders


def model_folders(report: Path, models: Sequence[str]) -> dict[str, Path]:
    """Where each model's own report goes: one model has the folder to itself, several have one each in it.

    Raises `UserError` where two models would share a folder, or where the report is one of the other sort.
    """
    alone = (report / "receipt.json").exists()
    if len(models) == 1:
        if not alone and (report / "summary.json").exists():
            raise UserError(f"{report} holds the runs of several models. Give another --report.")
        return {models[0]: report}
    if alone:
        raise UserError(f"{report} holds the run of one model. Give another --report.")
    folders: dict[str, Path] = {}
    for model in models:
        folder = report / re.sub(r"[^\w.-]+", "-", model)
        if folder in folders.values():
            raise UserError(
                f"{model} would share the folder {folder} with another model. Name it once, or run it alone."
            )
        folders[model] = folder
    return folders
