"""The terminal's side of an evaluation: which questions and models, and what is printed of the reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import typer
from langchain_core.language_models import BaseChatModel
from rich.table import Column, Table

from assistant.answers import Usage
from assistant.chain import Assistant, open_assistant
from assistant.evaluation.compare import compare, worse
from assistant.evaluation.feedback import read_feedback, to_complete
from assistant.evaluation.floors import Floor, missed
from assistant.evaluation.judge import VERDICTS, read_verdicts
from assistant.evaluation.matching import Corpus
from assistant.evaluation.questions import (
    QuestionItem,
    is_csv,
    lint,
    missing_quotes,
    read_set,
    write_questions,
)
from assistant.evaluation.results import ROWS, read_rows, read_summary
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.summary import headline, summarise
from assistant.models import EXTRACTIVE, choose, open_chat_model
from assistant.recording import Recorder, Replayer, has_recording, read_recording
from ingest.errors import UserError
from ingest.index import CurrentIndex
from ingest.settings import ROOT
from ingest.sources import Source
from ui.indexing import ensure_index_is_current
from ui.settings import read_settings
from ui.terminal import CONSOLE, say
from ui.wording import spent


def documents() -> Mapping[str, Source]:
    """What questions are about: all that is indexed, which is brought up to date."""
    settings = read_settings()
    ensure_index_is_current(settings)
    return CurrentIndex(settings.ingest).get().sources


def check(questions: Path) -> None:
    """Prints what is wrong in a set, a line each, and exits with 2 where anything must be mended."""
    problems = lint(read_set(questions), Corpus(documents()))
    for problem in problems:
        place = f"{questions}:{problem.line}" if problem.line else str(questions)
        say(f"{place}: {'' if problem.error else 'warning: '}{problem.message}")
    if any(problem.error for problem in problems):
        raise typer.Exit(2)
    say(f"{questions} is a good question set.")


def write(questions: Path, to: Path, only: Sequence[str]) -> None:
    """Writes the questions of a CSV as a set. Raises `UserError` where it is none."""
    if not is_csv(questions):
        raise UserError(f"{questions} is no CSV. Only a CSV is written as a set.")
    items = read(questions, documents(), only)
    write_questions(to, items)
    print(f"Wrote {len(items)} questions to {to}")


def read(questions: Path, documents: Mapping[str, Source], only: Sequence[str] = ()) -> list[QuestionItem]:
    """The questions of a set or of a CSV, or those with the ids `only`; says what of a CSV is not used."""
    found = read_set(questions)
    if is_csv(questions):  # by whoever may not know --check; the first is enough, as each takes time
        found.problems.extend(islice(missing_quotes(found, Corpus(documents)), 1))
    items = found.questions()
    for problem in found.problems:
        typer.echo(f"{questions}:{problem.line}: {problem.message}", err=True)
    ids = {item.id for item in items}
    if missing := [id_ for id_ in only if id_ not in ids]:
        raise UserError(f"The set has no question {', '.join(map(repr, missing))}. Give an id that it has.")
    return [item for item in items if not only or item.id in only]


def print_feedback(path: Path) -> None:
    """Prints a line of a question set for each answer with a thumb down; comments go to stderr."""
    feedback = read_feedback(path)
    for line in to_complete(feedback):
        typer.echo(line)
    for one in feedback:
        if one.comment and not one.good:
            typer.echo(f"{one.question_id}: {' '.join(one.comment.split())}", err=True)


def open_assistants(
    names: Sequence[str], record: Path | None, replay: Path | None, report: Path | None
) -> list[Assistant]:
    """An assistant for each model, or for the one of the settings; those of a recording where it is replayed.

    Raises `UserError` where a run is to be recorded over another one, or recorded and replayed at once.
    """
    if record and replay:
        raise UserError("A run is recorded or replayed, not both. Leave out --record or --replay.")
    if record and has_recording(record) and not (report and (report / ROWS).exists()):
        raise UserError(
            f"{record} holds a recording already. Give --record another folder, or --report the folder of its run "
            "to go on with that."
        )
    recorded = sorted({exchange.model for exchange in read_recording(replay)}) if replay else []
    opened = []
    for wanted in [read_settings(name) for name in names or recorded] or [read_settings()]:
        name = choose(wanted)
        settings = wanted.model_copy(update={"model": name})
        model: BaseChatModel | None = None
        if replay and name != EXTRACTIVE:
            model = Replayer(name_of_model=name, folder=replay)
        elif record and name != EXTRACTIVE:
            model = Recorder(name_of_model=name, model=open_chat_model(name, settings), folder=record)
        opened.append(open_assistant(settings, chat_model=model))
    if record and all(assistant.model == EXTRACTIVE for assistant in opened):
        raise UserError("The offline reader asks no chat model. Leave out --record, or name a model with --model.")
    return opened


def new_folder(questions: Path) -> Path:
    """The folder of a report that was given none: named after the set and the time."""
    return ROOT / "reports" / f"{questions.stem}-{datetime.now():%Y%m%d-%H%M%S}"


def show(folders: Mapping[str, Path], other: Path | None) -> None:
    """The headline of each model, against an earlier report where one is given, and against the first model."""
    first, *others = folders
    for model, folder in folders.items():
        if others:
            say(f"{model}:", "bold")
        _show_headline(folder)
        if other:
            _show_comparison(folder, other)
    for model in others:
        say(f"{model} against {first}:", "bold")
        _show_comparison(folders[model], folders[first])


def _show_headline(folder: Path) -> None:
    """The figures that matter most, beside them those of the questions held back, if any; what it all took."""
    summary = read_summary(folder)
    held = summarise(row for row in read_rows(folder) if row.question.split == "held")
    columns = ["value", "95 % interval", "n", *(["held back"] if held["failures"].n else [])]
    table = Table("", Column("metric", no_wrap=True), *columns)
    for name in headline(summary):
        figure, title = summary[name], METRICS[name].title
        note = " (lower is better)" if METRICS[name].lower_is_better else ""
        interval = "" if figure.low is None else f"{figure.low:.2f} to {figure.high:.2f}"
        apart = [_number(held[name].value)] if name in held and held["failures"].n else []
        table.add_row(title + note, name, _number(figure.value), interval, str(figure.n), *apart)
    CONSOLE.print(table)
    sent, received = (int(summary[name].value or 0) for name in ("input_tokens", "output_tokens"))
    verdicts = read_verdicts(folder)
    answers = Usage(input_tokens=sent, output_tokens=received, cost_usd=summary["cost_usd"].value)
    for line in spent(answers):
        say(f"The answers took {line}.")
    if failed := summary["failures"].value:
        say(f"{failed:.0f} questions failed and count as wrong: see {folder / 'report.html'}")
    for line in spent(sum((one.usage for one in verdicts), Usage())):
        say(f"The judge took {line}.")
    if undecided := sum(one.verdict is None for one in verdicts):
        say(f"Without a verdict of the judge: {undecided}, see {folder / VERDICTS}")


def _show_comparison(here: Path, there: Path) -> None:
    """Paired differences of two runs, and the questions won and lost."""
    comparison = compare(here, there)
    table = Table("", Column("metric", no_wrap=True), "difference", "95 % interval", "p", "n")
    same = []
    for name, d in comparison.differences.items():
        if d.low or d.high:
            interval = f"{d.low:+.2f} to {d.high:+.2f}"
            table.add_row(METRICS[name].title, name, f"{d.value:+.3f}", interval, f"{d.p:.3f}", str(d.n))
        else:
            same.append(name)
    CONSOLE.print(table)
    if same:
        say(f"No difference: {', '.join(same)}")
    for what, ids in (("Won", comparison.won), ("Lost", comparison.lost)):
        say(f"{what}: {len(ids)} {' '.join(ids)}")
    say(f"Unchanged: {comparison.unchanged}")
    if comparison.unpaired:
        say(f"Left out, since they differ or are in one run only: {comparison.unpaired}")
    say(f"Different between the runs: {', '.join(comparison.other) or 'nothing but the time'}")


def check_floors(folder: Path, floors: Sequence[Floor], no_worse_than: Path | None) -> None:
    """Prints where a report falls short of a floor or of an earlier run, and exits with 1 where it does."""
    lines = [f"Short of a floor: {line}" for line in missed(read_summary(folder), floors)]
    if no_worse_than:
        lines += [f"Worse than {no_worse_than}: {line}" for line in worse(compare(folder, no_worse_than))]
    for line in lines:
        typer.echo(line, err=True)
    if lines:
        raise typer.Exit(1)


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
