"""Several models on the same questions: a report for each in a folder of its own, and one page for all."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.evaluation.compare import compare
from assistant.evaluation.glossary import COMPARED
from assistant.evaluation.report import template
from assistant.evaluation.summary import LOWER_IS_BETTER, headline, read_summary, write_summary
from ingest.errors import UserError


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


def write_side_by_side(report: Path, set_name: str, folders: Mapping[str, Path]) -> None:
    """Writes `report.html`, with every model beside the first, and the first one's figures as `summary.json`."""
    first, *others = folders
    summaries = {model: read_summary(folder) for model, folder in folders.items()}
    page = template("models.html.j2").render(
        set_name=set_name,
        summaries=summaries,
        folders={model: folder.name for model, folder in folders.items()},
        first=first,
        comparisons={other: compare(folders[other], folders[first]) for other in others},
        headline=headline(summaries[first]),
        lower=LOWER_IS_BETTER,
        means=COMPARED,
    )
    (report / "report.html").write_text(page, encoding="utf-8")
    write_summary(report, summaries[first])
