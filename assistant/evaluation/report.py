"""The report of a run: `summary.json` and one self-contained `report.html` beside `results.jsonl`."""

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.evaluation.budget import AT_ONCE
from assistant.evaluation.compare import compare
from assistant.evaluation.matching import Corpus, stated
from assistant.evaluation.outcomes import outcomes, risk_coverage
from assistant.evaluation.results import Row, read_receipt, read_rows
from assistant.evaluation.scoring import METRICS, STAGES, lost_at
from assistant.evaluation.statistics import Difference, Figure, smallest_difference
from assistant.evaluation.summary import (
    Summary,
    baselines,
    by_tag,
    headline,
    read_summary,
    summarise,
    write_summary,
)
from ingest.sources import Source

_PAGES = Path(__file__).parent
_BY_TAG = {"Useful": "useful", "Fact recall": "fact_recall", "Refusal where there is no answer": "refusal"}
_SHOWN = 500  # losses in the report, so that a browser opens it; all are in results.jsonl
_COMPARED = 100  # questions won, and lost, against another run that are shown with both answers
_POINTS = 400  # of a curve: more than the eye can tell apart
_VERSIONED = ("bpo-kpo-assistant", "langchain-core", "chromadb", "onnxruntime", "tokenizers", "tiktoken")


def write_report(folder: Path, set_name: str, sources: Mapping[str, Source], other: Path | None = None) -> Summary:
    """Writes both files from the rows in `folder`, and returns the figures.

    `other` is an earlier report's folder to compare with; raises `UserError` where it is none, or shares no
    question with this one.
    """
    summary = summarise(read_rows(folder))
    receipt = _receipt(folder)
    write_summary(folder, summary)
    corpus = Corpus(sources)
    found = outcomes(read_rows(folder))
    count = summary["failures"].n
    points = risk_coverage(found)
    against: dict[str, object] = {}
    if other:
        comparison = compare(folder, other)
        against = {
            "other": other.resolve().name,
            "comparison": comparison,
            "won": _both_rows(folder, other, comparison.won),
            "lost": _both_rows(folder, other, comparison.lost),
        }
    page = filled(
        _PAGES / "report.html.j2",
        set_name=set_name,
        count=count,
        ways=Counter(one.way for one in found),
        smallest=smallest_difference(count),
        summary=summary,
        headline=headline(summary),
        at_once=AT_ONCE,
        baselines=baselines(read_rows(folder), corpus, judged="judge" in receipt),
        tags={title: by_tag(read_rows(folder), metric) for title, metric in _BY_TAG.items()},
        points=[*points[: -1 : 1 + len(points) // _POINTS], *points[-1:]],
        asked=len(found),  # greetings and the like are no part of it
        unsure=sum(one.confidence is None for one in found),
        losses=losses(read_rows(folder), corpus, _SHOWN),
        stated=stated,
        receipt=receipt,
        documents=len(sources),
        **against,
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return summary


def write_overview(folder: Path, set_name: str, reports: Mapping[str, Path]) -> None:
    """Writes a `report.html` that puts the models of these reports beside the first, whose figures are kept."""
    first, *others = reports
    summaries = {model: read_summary(report) for model, report in reports.items()}
    page = filled(
        _PAGES / "models.html.j2",
        set_name=set_name,
        summaries=summaries,
        folders={model: report.name for model, report in reports.items()},
        first=first,
        comparisons={other: compare(reports[other], reports[first]) for other in others},
        headline=headline(summaries[first]),
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    write_summary(folder, summaries[first])


@dataclass(frozen=True)
class Losses:
    """How many questions each stage lost, in the order of `STAGES`, and the rows of the first of them.

    Questions that are held back are counted and never listed: what is seen is tuned to.
    """

    counts: dict[str, int]
    listed: dict[str, list[Row]]
    held: int

    @property
    def total(self) -> int:
        """How many questions were lost."""
        return sum(self.counts.values())


def losses(rows: Iterable[Row], corpus: Corpus, most: int) -> Losses:
    """Every loss is counted, the first `most` are kept: a row holds its passages and takes about 10 KB."""
    counts: Counter[str] = Counter()
    listed: dict[str, list[Row]] = {stage: [] for stage in STAGES}
    held = 0
    for row in rows:
        if stage := lost_at(row.question, row.answer, row.scores, corpus):
            counts[stage] += 1
            if row.question.split == "held":
                held += 1
            elif counts.total() - held <= most:
                listed[stage].append(row)
    return Losses({stage: counts[stage] for stage in STAGES if counts[stage]}, listed, held)


def _both_rows(here: Path, there: Path, ids: Sequence[str]) -> list[tuple[Row, Row]]:
    """This run's row and the other's of the first of these questions; none of a question held back."""
    shown = ids[:_COMPARED]
    ours, theirs = ({row.id: row for row in read_rows(folder) if row.id in shown} for folder in (here, there))
    pairs = [(ours[id_], theirs[id_]) for id_ in shown]
    return [pair for pair in pairs if all(row.question.split != "held" for row in pair)]


def filled(template: Path, **values: object) -> str:
    """A page of these values, which are data: all are escaped. Templates know how to show figures."""
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(loader=FileSystemLoader(template.parent), autoescape=True, trim_blocks=True)
    pages.filters |= {"figure": _figure, "interval": _interval, "verdict": _verdict}
    pages.globals |= {"metrics": METRICS, "stages": STAGES}
    return pages.get_template(template.name).render(values)


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


def _figure(value: float | None) -> str:
    """Two digits after the point; none from ten on, and two that say something where it is very small."""
    if value is None:
        return "n/a"
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}" if 0 < abs(value) < 0.01 else f"{value:.2f}"


def _interval(figure: Figure | Difference) -> str:
    """Both ends of an interval; nothing where there is none."""
    return "" if figure.low is None else f"{_figure(figure.low)} to {_figure(figure.high)}"


def _verdict(difference: Difference, name: str) -> str:
    """Better or worse only where the whole interval is; a measure of size, like tokens, counts as a cost."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    if difference.p >= 0.05:
        return "too few to tell"
    return "better" if (difference.value > 0) != METRICS[name].lower_is_better else "worse"
