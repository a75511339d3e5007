"""The report of a run: `summary.json` and one self-contained `report.html` beside `results.jsonl`."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.evaluation.compare import Change, Comparison, changes, compare
from assistant.evaluation.losses import STAGES, losses
from assistant.evaluation.outcomes import Outcome, Point, outcomes, risk_coverage, tally
from assistant.evaluation.places import Corpus
from assistant.evaluation.results import read_receipt, read_rows
from assistant.evaluation.run import AT_ONCE
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.statistics import Difference, smallest_difference
from assistant.evaluation.summary import (
    Figure,
    Summary,
    baselines,
    by_tag,
    headline,
    read_summary,
    summarise,
    write_summary,
)
from ingest.sources import Source

if TYPE_CHECKING:
    from jinja2 import Template

_BY_TAG = {"Useful": "useful", "Fact recall": "fact_recall", "Refusal where there is no answer": "refusal"}
_SHOWN = 500  # losses in the report, so that a browser opens it; all are in results.jsonl
_COMPARED = 100  # questions won, and lost, against another run that are shown with both answers
_POINTS = 400  # of a curve: more than the eye can tell apart
_VERSIONED = ("bpo-kpo-assistant", "langchain-core", "chromadb", "onnxruntime", "tokenizers", "tiktoken")


@dataclass(frozen=True)
class Against:
    """This run beside an earlier one, and the first questions that were won and lost, with both rows."""

    name: str
    comparison: Comparison
    won: list[Change]
    lost: list[Change]


@dataclass(frozen=True)
class Curve:
    """The risk-coverage curve, the share of answers that are wrong, and how many rows have no confidence."""

    points: Sequence[Point]
    overall: float | None
    left_out: int


def write_report(folder: Path, set_name: str, sources: Mapping[str, Source], other: Path | None = None) -> Summary:
    """Writes both files from the rows in `folder`, and returns the figures.

    `other` is an earlier report's folder to compare with; raises `UserError` where it is none, or shares no
    question with this one.
    """
    summary = summarise(read_rows(folder))
    receipt = _receipt(folder)
    write_summary(folder, summary)
    found = outcomes(read_rows(folder))
    count = int(summary["failures"].n)
    page = _template("report.html.j2").render(
        set_name=set_name,
        count=count,
        tally=tally(found),
        smallest=smallest_difference(count),
        summary=summary,
        headline=headline(summary),
        at_once=AT_ONCE,
        metrics=METRICS,
        stage_means=STAGES,
        baselines=baselines(read_rows(folder), sources, judged="judge" in receipt),
        against=_against(folder, other) if other else None,
        tags={title: by_tag(read_rows(folder), metric) for title, metric in _BY_TAG.items()},
        curve=_curve(found),
        losses=losses(read_rows(folder), Corpus(sources), _SHOWN),
        receipt=receipt,
        documents=len(sources),
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return summary


def write_overview(folder: Path, set_name: str, reports: Mapping[str, Path]) -> None:
    """Writes a `report.html` that puts the models of these reports beside the first, whose figures are kept."""
    first, *others = reports
    summaries = {model: read_summary(report) for model, report in reports.items()}
    page = _template("models.html.j2").render(
        set_name=set_name,
        summaries=summaries,
        folders={model: report.name for model, report in reports.items()},
        first=first,
        comparisons={other: compare(reports[other], reports[first]) for other in others},
        headline=headline(summaries[first]),
        metrics=METRICS,
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    write_summary(folder, summaries[first])


def _template(name: str) -> "Template":
    """A page of this folder, with the filters that its figures need."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    environment.filters |= {"figure": figure_text, "interval": interval_text, "verdict": _verdict}
    return environment.get_template(name)


def _against(folder: Path, other: Path) -> Against:
    found = compare(folder, other)
    won, lost = found.won[:_COMPARED], found.lost[:_COMPARED]
    return Against(other.resolve().name, found, changes(folder, other, won), changes(folder, other, lost))


def _curve(found: Sequence[Outcome]) -> Curve:
    points = risk_coverage(found)
    step = 1 + len(points) // _POINTS
    thinned = [*points[:-1:step], *points[-1:]]
    unsure = sum(one.confidence is None for one in found)
    return Curve(thinned, points[-1].risk if points else None, unsure)


def _receipt(folder: Path) -> dict[str, str]:
    """What the run was made with, by name; the settings are all that is neither the questions nor the corpus."""
    receipt = read_receipt(folder)
    settings = receipt.model_dump(exclude={"questions", "code", "index", "sources"}, exclude_none=True)
    return {
        "question set": f"sha256 {receipt.questions}",
        "corpus": f"sha256 {_digest(receipt.sources)}",
        "index": f"sha256 {receipt.index}",
        "code": f"sha256 {receipt.code}",
        "settings": f"sha256 {_digest(settings)}",
        **{name: str(value) for name, value in settings.items()},
        "versions": ", ".join(f"{name} {version(name)}" for name in _VERSIONED),
        "Python": platform.python_version(),
    }


def _digest(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def figure_text(value: float | None) -> str:
    """Two digits after the point; none from ten on, and two that say something where it is very small."""
    if value is None:
        return "n/a"
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}" if 0 < abs(value) < 0.01 else f"{value:.2f}"


def interval_text(figure: Figure | Difference) -> str:
    """Both ends of an interval; nothing where there is none."""
    return "" if figure.low is None else f"{figure_text(figure.low)} to {figure_text(figure.high)}"


def _verdict(difference: Difference, name: str) -> str:
    """Better or worse only where the whole interval is; a measure of size, like tokens, counts as a cost."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    if difference.p >= 0.05:
        return "too few to tell"
    return "better" if (difference.value > 0) != METRICS[name].lower_is_better else "worse"
