"""The report of a run: `summary.json` and one self-contained `report.html` beside `results.jsonl`."""

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from assistant.evaluation.compare import Comparison, better_or_worse, compare
from assistant.evaluation.in_words import compared_in_words, in_words
from assistant.evaluation.losses import STAGES, evidence_found
from assistant.evaluation.matching import Corpus, stated
from assistant.evaluation.report_questions import OF_TAGS, list_questions
from assistant.evaluation.results import (
    AT_ONCE,
    Receipt,
    Row,
    Summary,
    read_receipt,
    read_rows,
    read_summary,
    write_summary,
)
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.statistics import Difference, Figure, smallest_difference
from assistant.evaluation.summary import baselines, by_tag, headline, outcomes, risk_coverage, summarise
from assistant.lines import markdown_reader
from ingest.sources import Source

_PAGES = Path(__file__).parent
_COMPARED = 100  # questions won, and lost, against another run that are shown with both answers
_POINTS = 400  # of a curve: more than the eye can tell apart
_VERSIONED = ("bpo-kpo-assistant", "langchain-core", "chromadb", "onnxruntime", "tokenizers", "tiktoken")


def write_report(folder: Path, set_name: str, sources: Mapping[str, Source], other: Path | None = None) -> Summary:
    """Writes both files from the rows in `folder`, and returns the figures.

    `other` is an earlier report's folder to compare with; raises `UserError` where it is none, or shares no
    question with this one.
    """
    summary = summarise(read_rows(folder))
    write_summary(folder, summary)
    page = report_page(set_name, report_html(folder, sources, other, just_made=True))
    (folder / "report.html").write_text(page, encoding="utf-8")
    return summary


def report_page(name: str, report: str) -> str:
    """A report as a page of its own, with what `report_html` made of it."""
    return _filled("report.html.j2", name=name, report=report)


def report_html(
    folder: Path,
    sources: Mapping[str, Source],
    other: Path | None = None,
    *,
    opens: bool = False,
    just_made: bool = False,
) -> str:
    """A finished report as HTML without a page around it, from the rows and the figures in `folder`.

    `sources` are the documents as they are now. With `opens`, each question has a button `data-row` for whoever
    shows it; of one that was `just_made` the versions of what it was made with are known. Raises `UserError`
    where a report cannot be read, or `other` shares no question with it.
    """
    summary, receipt = read_summary(folder), read_receipt(folder)
    corpus = Corpus(sources)
    found = list(outcomes(read_rows(folder)))
    points = risk_coverage(found)
    comparison = compare(folder, other) if other else None
    questions = list_questions(read_rows(folder), corpus, comparison)
    return _filled(
        "body.html.j2",
        shows=(
            compared_in_words(summary, comparison, other.resolve().name)
            if comparison and other
            else in_words(summary, questions.lost)
        ),
        count=summary["failures"].n,
        ways=Counter(one.way for one in found),
        smallest=smallest_difference(summary["failures"].n),
        summary=summary,
        headline=headline(summary),
        at_once=AT_ONCE,
        baselines=baselines(read_rows(folder), corpus, judged=receipt.judge is not None),
        tags={metric: by_tag(read_rows(folder), metric) for metric in OF_TAGS},
        points=[*points[: -1 : 1 + len(points) // _POINTS], *points[-1:]],
        asked=len(found),  # greetings and the like are no part of it
        unsure=sum(one.confidence is None for one in found),
        questions=questions,
        stated=stated,
        evidence_found=lambda row: evidence_found(row, corpus),
        receipt=_receipt(receipt) | (_versions() if just_made else {}),
        changed_documents=receipt.sources != {name: source.digest for name, source in sources.items()},
        documents=len(sources),
        opens=opens,
        comparison=comparison,
        other=other.resolve().name if other else "",
        before=read_summary(other) if other else {},
        their_answers=_their_rows(other, comparison) if comparison and other else {},
    )


def write_overview(folder: Path, set_name: str, reports: Mapping[str, Path]) -> None:
    """Writes a `report.html` that puts the models of these reports beside the first, whose figures are kept."""
    first, *others = reports
    summaries = {model: read_summary(report) for model, report in reports.items()}
    overview = _filled(
        "models.html.j2",
        summaries=summaries,
        folders={model: report.name for model, report in reports.items()},
        first=first,
        comparisons={other: compare(reports[other], reports[first]) for other in others},
        headline=headline(summaries[first]),
    )
    (folder / "report.html").write_text(report_page(set_name, overview), encoding="utf-8")
    write_summary(folder, summaries[first])


def _their_rows(there: Path, comparison: Comparison) -> dict[str, Row]:
    """The other run's rows of the first questions that were won or lost, by their ids."""
    shown = {*comparison.won[:_COMPARED], *comparison.lost[:_COMPARED]}
    return {row.id: row for row in read_rows(there) if row.id in shown}


def _filled(template: str, **values: object) -> str:
    """A page of these values, which are data: all are escaped. Templates know how to show figures."""
    from jinja2 import Environment, FileSystemLoader

    pages = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True)
    pages.filters |= {
        "figure": _figure,
        "interval": _interval,
        "verdict": better_or_worse,
        "signed": "{:+.2f}".format,
    }
    pages.filters["html_of_markdown"] = markdown_reader().render
    pages.globals |= {"metrics": METRICS, "stages": STAGES}
    return pages.get_template(template).render(values)


def _receipt(receipt: Receipt) -> dict[str, str]:
    """What the run was made with, by name; the settings are all that is neither the questions nor the corpus."""
    settings = receipt.model_dump(exclude={"questions", "code", "index", "sources"}, exclude_none=True)
    return {
        "question set": f"sha256 {receipt.questions}",
        "corpus": f"sha256 {_digest(receipt.sources)}",
        "index": f"sha256 {receipt.index}",
        "code": f"sha256 {receipt.code}",
        "settings": f"sha256 {_digest(settings)}",
        **{name: str(value) for name, value in settings.items()},
    }


def _versions() -> dict[str, str]:
    installed = ", ".join(f"{name} {version(name)}" for name in _VERSIONED)
    return {"versions": installed, "Python": platform.python_version()}


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
