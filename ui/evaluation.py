"""The terminal's side of an evaluation: running it, its headline, a comparison, and floors."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from assistant.chain import Assistant
from assistant.evaluation.compare import compare, worse
from assistant.evaluation.judge import VERDICTS, OpenJudge, undecided
from assistant.evaluation.lint import lint
from assistant.evaluation.questions import Corpus, QuestionItem, load_questions
from assistant.evaluation.report import write_report
from assistant.evaluation.run import run as run_questions
from assistant.evaluation.summary import HEADLINE, LOWER_IS_BETTER, Figure, Summary, missed_floors
from ingest.errors import UserError
from ingest.settings import ROOT
from ui.terminal import plain

_SHORT_OF_A_FLOOR = 1  # exit codes
_MISTAKE = 2


def check(console: Console, questions: Path, assistant: Assistant) -> None:
    """Prints what is wrong in a set, a line each, and exits with 2 where anything must be mended."""
    findings = lint(questions, Corpus(assistant.index().sources))
    for finding in findings:
        place = f"{questions}:{finding.line}" if finding.line else str(questions)
        console.print(plain(f"{place}: {'' if finding.error else 'warning: '}{finding.message}"), soft_wrap=True)
    if any(finding.error for finding in findings):
        raise typer.Exit(_MISTAKE)
    console.print(plain(f"{questions} is a good question set."))


def run(
    questions: Path,
    assistant: Assistant,
    folder: Path | None,
    only: Sequence[str],
    progress: Callable[[int, int], None],
    other: Path | None = None,
    open_judge: OpenJudge | None = None,
) -> tuple[Path, Summary]:
    """Runs a set, or some of its questions, and writes the report; returns its folder and the figures.

    `other` is an earlier report's folder that the report compares this run with.
    """
    items = _chosen(load_questions(questions), only)
    folder = folder or ROOT / "reports" / f"{questions.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    try:
        run_questions(items, assistant, folder, progress, open_judge(folder) if open_judge else None)
    except KeyboardInterrupt:
        raise UserError(f"Stopped; what is done is kept. Go on with: --report {folder}") from None
    except OSError as error:
        raise UserError(
            f"The report cannot be written ({error.strerror}: {folder}). Give another --report."
        ) from None
    return folder, write_report(folder, questions.name, assistant.index().sources, other)


def _chosen(items: list[QuestionItem], only: Sequence[str]) -> list[QuestionItem]:
    if missing := set(only) - {item.id for item in items}:
        raise UserError(f"The set has no question {missing.pop()!r}. Give an id that it has.")
    return [item for item in items if not only or item.id in only]


def show_headline(console: Console, summary: Summary) -> None:
    """The figures that matter most, with their intervals."""
    table = Table("metric", "value", "95 % interval", "n")
    for name in HEADLINE:
        if name in summary:
            note = " (lower is better)" if name in LOWER_IS_BETTER else ""
            table.add_row(
                name + note, _number(summary[name].value), _interval(summary[name]), str(summary[name].n)
            )
    console.print(table)


def show_undecided(console: Console, folder: Path) -> None:
    """How often a judge gave no verdict, where it ever did."""
    if times := undecided(folder):
        console.print(plain(f"Without a verdict of the judge: {times}, see {folder / VERDICTS}"), soft_wrap=True)


def show_comparison(console: Console, here: Path, there: Path) -> None:
    """Paired differences of two runs, and the questions won and lost."""
    comparison = compare(here, there)
    table = Table("metric", "difference", "95 % interval", "p", "n")
    for name, d in comparison.differences.items():
        if d.value:
            table.add_row(name, f"{d.value:+.3f}", f"{d.low:+.2f} to {d.high:+.2f}", f"{d.p:.3f}", str(d.n))
    console.print(table)
    for what, ids in (("Won", comparison.won), ("Lost", comparison.lost)):
        console.print(plain(f"{what}: {len(ids)} {' '.join(ids)}"), soft_wrap=True)
    console.print(plain(f"Unchanged: {comparison.unchanged}"))


def check_floors(folder: Path, summary: Summary, floors: Sequence[str], no_worse_than: Path | None) -> None:
    """Prints what falls short of a floor or of an earlier run, and exits with 1 where anything does."""
    lines = [f"Short of a floor: {line}" for line in missed_floors(summary, floors)]
    if no_worse_than:
        lines += [f"Worse than {no_worse_than}: {line}" for line in worse(compare(folder, no_worse_than))]
    for line in lines:
        typer.echo(line, err=True)
    if lines:
        raise typer.Exit(_SHORT_OF_A_FLOOR)


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _interval(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{figure.low:.2f} to {figure.high:.2f}"
