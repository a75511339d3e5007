"""The one command, `bpo-kpo`. Heavy packages are imported by the commands that need them."""

import gc
import logging
import os
import shlex
import sys
import warnings
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import UserError
from ui.control_characters import one_line
from ui.indexing import ensure_index_is_current, tell_passed_over
from ui.network import network_unset
from ui.progress import progress_bar
from ui.settings import read_settings

app = typer.Typer(
    help="Answers questions about BPO versus KPO from one article, and proves every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Model = Annotated[
    str | None,
    typer.Option(help="auto, extractive (offline), or provider:model. Default: BPO_KPO_MODEL, else auto."),
]


def main() -> None:
    """Runs the command; a mistake that a person can mend becomes one line and exit code 2."""
    logging.getLogger("langchain_openai").addHandler(logging.NullHandler())  # we say what it says, in a line
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")  # content of a reply that came as a list
    _stdout(errors="replace")  # a terminal without curly quotes shows the rest of the answer
    try:
        code = app(prog_name="bpo-kpo", standalone_mode=False)  # 130 where it was interrupted
        print(end="", flush=True)  # so that a reader who left is noticed here
    except UserError as error:
        code = _complain(str(error))
    except typer.TyperException as error:
        code = _complain(_what_to_type(error))
    except BrokenPipeError:  # `bpo-kpo ask ... | head -1`; what is left is flushed to nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    gc.freeze()  # looking for cycles takes a tenth of a second, at the end, too
    sys.exit(code)


def _complain(line: str) -> int:
    if line:
        print(f"bpo-kpo: {one_line(line)}", file=sys.stderr)  # names may hold anything
    return 2


def _what_to_type(error: typer.TyperException) -> str:
    """Typer's own complaint as one line; empty where the help, which it then has printed, is all it says."""
    message = " ".join(error.format_message().split())
    if message and message[-1] not in ".?":
        message += "."
    context = getattr(error, "ctx", None)
    return message and f"{message} See: {context.command_path if context else 'bpo-kpo'} --help"


def _stdout(*, encoding: str | None = None, errors: str | None = None) -> None:
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors=errors)


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders to add or refresh. Default: all that the index knows."),
    ] = None,
    remove: Annotated[list[Path] | None, typer.Option(help="A path to forget. Repeatable.")] = None,
) -> None:
    """Read documents, cut them into passages, embed what is new, and store it in the index."""
    from ingest.build import build

    settings = read_settings()
    with progress_bar() as progress:
        report = build(settings.ingest, paths or [], remove or [], progress)
    tell_passed_over(report)
    print(report)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    json: Annotated[bool, typer.Option("--json", help="Print the Answer as JSON and nothing else.")] = False,
    explain: Annotated[
        bool, typer.Option(help="Show both rankings, their fusion, and why it answers or not.")
    ] = False,
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--in", metavar="NAME", help="A document to ask, by title or file. Repeatable. Default: all."
        ),
    ] = None,
    model: Model = None,
) -> None:
    """Answer one question and show its citations."""
    gc.set_threshold(100_000)  # looking for cycles while packages are imported takes a tenth of a second
    from assistant.asking import as_ask
    from assistant.chain import open_assistant
    from ui.terminal import show_answer, show_explanation

    asked = as_ask({"question": question, "within": within or ()})
    settings = read_settings(model)
    assistant = open_assistant(settings)
    ensure_index_is_current(settings)
    if explain and not json:
        show_explanation(assistant.explain(asked), assistant.opened(asked.within).index.passages)
    answer = assistant.chain.invoke(asked)
    if json:
        _stdout(encoding="utf-8")  # as JSON is, whatever the terminal takes
        print(answer.model_dump_json(indent=2))
    else:
        show_answer(answer, assistant.sent_to(answer))


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Documents, or folders of them.")],
    json: Annotated[bool, typer.Option("--json", help="Print the documents as JSON and nothing else.")] = False,
) -> None:
    """Show what documents are read as, and what is left out of them. Exit code 2 where one cannot be read."""
    from ui import reading

    _stdout(encoding="utf-8")
    raise typer.Exit(0 if reading.read(files, json) else 2)


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A text about the documents; - is stdin.")] = "-",
    json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON and nothing else.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read lines {"id", "claim", "evidence": [...]}; print one for each.')
    ] = False,
) -> None:
    """Say of each sentence of a text whether the documents prove it. Exit code 1 where one is not proven."""
    from ui import checking

    if json or jsonl:
        _stdout(encoding="utf-8")
    raise typer.Exit(0 if checking.check(file, json, jsonl) else 1)


@app.command()
def chat(
    host: Annotated[
        str, typer.Option(help="The address to listen at; only this computer by default.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="The port; the next free one where it is busy.", min=1, max=65535)
    ] = 7860,
    model: Model = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Open the chat window. Clients can call its endpoint `ask`."""
    from assistant.chain import open_assistant

    settings = read_settings(model)
    assistant = open_assistant(settings)
    ensure_index_is_current(settings)
    print("Starting the chat window ...", file=sys.stderr)
    with network_unset():
        from ui.web.app import launch

    launch(assistant, settings, host, port, browser)


@app.command()
def verify(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE.json", help="The evidence that the chat window exported.")
    ],
) -> None:
    """Say which quotes of an evidence bundle still stand, which moved and which are gone."""
    from ui import checking

    raise typer.Exit(0 if checking.verify(bundle) else 1)


@app.command()
def evaluate(
    questions: Annotated[
        Path | None, typer.Argument(metavar="SET.jsonl", help="The question set, or a CSV.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="As with ask. Repeatable: each is compared with the first.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="The report's folder; a run that was interrupted there goes on.")
    ] = None,
    compare: Annotated[Path | None, typer.Option(help="An earlier report's folder to compare with.")] = None,
    no_worse_than: Annotated[
        Path | None, typer.Option(help="A report's folder: exit with 1 where this run is clearly worse.")
    ] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option(metavar="METRIC=X", help="Exit with 1 where it falls short. Repeatable.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="PROVIDER:MODEL", help="Let a chat model judge what citations support."),
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="DOLLARS", help="Stop before the run costs more.", min=0)
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what the chat model was asked and answered.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Answer from such a recording, without the chat model.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Ask this one alone. Repeatable.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look for mistakes in the set.")] = False,
    write: Annotated[
        Path | None, typer.Option(metavar="SET.jsonl", help="Only write the questions of a CSV as a set.")
    ] = None,
    from_feedback: Annotated[
        bool, typer.Option(help="Only print a line to complete for each answer that got a thumb down.")
    ] = False,
) -> None:
    """Run a question set and leave a report: summary.json, results.jsonl and report.html."""
    from assistant.evaluation.compare import check_comparable
    from assistant.evaluation.floors import read_floors
    from assistant.evaluation.judge import open_judge
    from assistant.evaluation.run import evaluate as run_and_report
    from ui import evaluation

    if from_feedback:
        return evaluation.print_feedback(read_settings().feedback)
    if questions is None:
        raise UserError("Which questions? Name a set: bpo-kpo evaluate corpus/questions/core.jsonl")
    if check:
        return evaluation.check(questions)
    if write:
        return evaluation.write(questions, write, only or [])
    floors = read_floors(fail_under or [])
    assistants = evaluation.open_assistants(model or [], record, replay, report)
    verdict_by = open_judge(judge, read_settings()) if judge else None
    items = evaluation.read(questions, evaluation.documents(), only or [])
    for earlier in filter(None, (compare, no_worse_than)):
        check_comparable(items, earlier, report)
    again = shlex.join(["bpo-kpo", *sys.argv[1:]])
    if report is None:
        report = evaluation.new_folder(questions)
        again += f" --report {shlex.quote(str(report))}"
    limit = None if replay and not judge else max_cost  # what is replayed was paid for
    try:
        folders = run_and_report(
            items, questions.name, assistants, report, progress_bar, compare, verdict_by, limit
        )
    except KeyboardInterrupt:
        raise UserError(f"Stopped; what is done is kept. Go on with: {again}") from None
    evaluation.show(folders, compare)
    print(f"The report is {report / 'report.html'}")
    evaluation.check_floors(next(iter(folders.values())), floors, no_worse_than)


@app.command()
def doctor(model: Model = None) -> None:
    """Check settings, index, embedding, model and server one by one, and say how to mend what is wrong."""
    from ui.doctor import examine

    healthy = True
    for finding in examine(model):
        healthy &= finding.good
        print(f"{'ok   ' if finding.good else 'WRONG'}  {finding.what}: {finding.says}", flush=True)
    if not healthy:
        raise typer.Exit(2)
