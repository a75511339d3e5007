"""README and docs are true: their exchanges are real, their examples run, their links and names lead somewhere."""

import io
import json
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem, load_questions
from assistant.evaluation.scoring import METRICS
from assistant.settings import AssistantSettings
from ingest.settings import ROOT, IngestSettings
from tests.ui.browser import served
from tests.ui.command import bpo_kpo
from tests.ui.scripted import FEEDBACK
from ui.cli import app

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.glob("docs/*.md")}
PAGES["README.md"] = (ROOT / "README.md").read_text(encoding="utf-8")
ALL = "\n".join(PAGES.values())
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
EVALUATION, ARCHITECTURE = PAGES["docs/evaluation.md"], PAGES["docs/architecture.md"]
EXCHANGES = re.findall(r"```console\n\$ (.*?)\n(.*?)```", ALL, re.DOTALL)
SHELL = "\n".join([*re.findall(r"```sh\n(.*?)```", ALL, re.DOTALL), *re.findall(r"`(bpo-kpo .+?)`", ALL)])
COMMANDS = sorted(set(re.findall(r"^(?:[A-Z_]+=\S+ )?bpo-kpo (.+?)\s*$", SHELL, re.MULTILINE)))
EXAMPLE, READER, CLIENT, MODEL, TOOL = re.findall(r"```python\n(.*?)```", PAGES["docs/clients.md"], re.DOTALL)
(PLAIN_HTTP,) = re.findall(r"```sh\n(ID=.*?)```", PAGES["docs/clients.md"], re.DOTALL)


def python(code: str, environment: dict[str, str]) -> str:
    """What a program prints; in a thread of its own, as a browser's loop may run in this one."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as thread, redirect_stdout(printed):
        for name, value in environment.items():
            patch.setenv(name, value)
        thread.submit(exec, code, {"__name__": "__main__"}).result(timeout=60)
    return printed.getvalue()


# --- commands


@pytest.mark.parametrize(("command", "shown"), EXCHANGES, ids=[command for command, _ in EXCHANGES])
def test_an_exchange_is_what_the_command_prints(command: str, shown: str, environment: dict[str, str]) -> None:
    echoed, _, own = command.rpartition(" | ")
    name, *arguments = shlex.split(own)
    run = bpo_kpo(*arguments, typed=" ".join(shlex.split(echoed)[1:]), **environment)
    assert name == "bpo-kpo" and (run.returncode, run.stderr) == (int("unsupported" in shown), "")
    assert run.stdout.partition("\nAnswered by")[0].strip() == shown.strip()


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_line_is_one_that_the_command_takes(line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)
    command = typer.main.get_command(app).commands[name]
    command.make_context(name, arguments)  # parses; raises for an option that there is not, or a missing argument


def test_every_target_of_make_that_is_named_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", ALL, re.MULTILINE)) <= targets


def test_every_setting_that_is_named_is_one_and_stands_in_the_example() -> None:
    fields = {**AssistantSettings.model_fields, **IngestSettings.model_fields}
    settings = {str(field.validation_alias or f"BPO_KPO_{name}").upper() for name, field in fields.items()}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:BPO_KPO|OPENAI|CHROMA)_[A-Z_]+\b", ALL))
    assert named <= settings
    assert named <= set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE))


# --- other programs


def test_the_python_example_runs(environment: dict[str, str]) -> None:
    printed = python(EXAMPLE, environment)
    assert printed.startswith("What drives KPO?\n")
    assert "1 | 7 key differences between BPO vs KPO > 1. Driving force" in printed


def test_the_reader_of_ones_own_answers(environment: dict[str, str]) -> None:
    printed = python(READER, environment)
    assert printed.rstrip().endswith("[2]")  # two sentences of the article, each with its proof


@pytest.mark.slow
def test_the_clients_of_a_running_window_get_an_answer(assistant: Assistant) -> None:
    documented = "http://127.0.0.1:7860/"
    with served(assistant, FEEDBACK) as address:
        for example in (CLIENT, MODEL, TOOL, PLAIN_HTTP):
            assert documented[:-1] in example
            code = example.replace(documented[:-1], address[:-1])
            if example is PLAIN_HTTP:
                printed = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout
            else:
                printed = python(code, {})
            assert "[1]" in printed
            assert example is not TOOL or printed.endswith("require a larger workforce.\n")


# --- links and names


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", PAGES[name]):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = (ROOT / name).parent / unquote(path) if path else ROOT / name
            assert target.is_file(), link
            assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_can_be_reached_from_the_readme_which_is_short() -> None:
    assert {page for page in PAGES if f"({page})" in PAGES["README.md"]} == PAGES.keys() - {"README.md"}
    assert len(PAGES["README.md"].splitlines()) <= 150


def test_files_and_modules_that_are_named_are_there() -> None:
    text = f"{ALL}\n{CHANGES}"
    named = re.findall(r"`((?:corpus|ingest|assistant|ui|tests|docs)/[\w./-]+)`", text)
    named += re.findall(r"\b(?:pytest (?:-\S+ )*|python )(tests/[\w./-]+)", text)
    named += [f"{name.replace('.', '/')}.py" for name in re.findall(r"python -m (tests(?:\.\w+)+)", text)]
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_architecture_names_every_module_and_nothing_else() -> None:
    named = {
        folder + name
        for folder, table in re.findall(r"^### (\S+/)\n(.*?)(?=^### |\Z)", ARCHITECTURE, re.DOTALL | re.MULTILINE)
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(.+?)`", row)
    }
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in ("ingest", "assistant", "ui")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert modules - named == set()
    assert {name for name in named if not (ROOT / name).exists()} == set()


# --- evaluation


def rows(page: str, head: str) -> dict[str, list[str]]:
    """The rows of the first table below `head`, by the name in their first cell."""
    table = page.partition(head)[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {row[0].strip("`"): row[1:] for row in cells if row[0].startswith("`")}


def test_the_keys_of_a_question_set_are_all_described() -> None:
    assert rows(EVALUATION, "| key |").keys() == QuestionItem.model_fields.keys()


def test_the_metrics_that_a_run_leaves_are_all_described(environment: dict[str, str], tmp_path: Path) -> None:
    only = ("evaluate", "corpus/questions/smoke.jsonl", "--only", "s-10", "--report", str(tmp_path))
    assert not bpo_kpo(*only, **environment).returncode
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    described = rows(EVALUATION, "| metric |")
    assert described.keys() == summary.keys()
    assert {name: cells[0] for name, cells in described.items()} == {n: METRICS[n].title for n in summary}


def test_the_figures_of_the_readme_are_those_of_the_page_on_evaluation() -> None:
    head = "| | value | 95 % interval | held back | what it is |"
    few, all_ = rows(PAGES["README.md"], head), rows(EVALUATION, head)
    assert few and few.items() <= all_.items()


def test_the_shipped_set_is_what_the_page_says() -> None:
    items = load_questions(ROOT / "corpus/questions/core.jsonl")
    said, count = " ".join(EVALUATION.split()), len(items)
    answered = sum(item.answerable for item in items)
    far, orders = (sum(tag in item.tags for item in items) for tag in ("unanswerable-far", "injection"))
    assert f"the {count} questions of `corpus/questions/core.jsonl` ({answered} with an answer" in said
    assert f"{count - answered} without" in said
    assert f"Of {far} questions on other subjects" in said and f"of {orders} attempts" in said
    assert round(count / sum(item.split == "held" for item in items)) == 3  # "a third of the set is held back"
