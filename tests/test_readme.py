"""The README's examples run, its exchanges are real, and its table names every module."""

import os
import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

from assistant.evaluation.questions import QuestionItem
from ingest.settings import ROOT, IngestSettings
from ui.cli import evaluate

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXCHANGES = re.findall(r'```console\n\$ bpo-kpo ask "(.*?)"\n(.*?)```', README, re.DOTALL)
EXAMPLE, READER, *_ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("question", "shown"), EXCHANGES, ids=[question for question, _ in EXCHANGES])
def test_an_exchange_is_what_the_command_prints(
    question: str, shown: str, ingest_settings: IngestSettings
) -> None:
    command = [str(Path(sys.executable).parent / "bpo-kpo"), "ask", "--model", "extractive", question]
    environment = {**os.environ, "BPO_KPO_INDEX": str(ingest_settings.index)}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.partition("\nAnswered by")[0].strip() == shown.strip()


def test_the_python_example_runs(ingest_settings: IngestSettings) -> None:
    assert len(EXAMPLE.strip().splitlines()) <= 10
    environment = {**os.environ, "BPO_KPO_INDEX": str(ingest_settings.index)}
    command = [sys.executable, "-c", EXAMPLE]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    assert run.stdout.startswith("What drives KPO?\n")
    assert "1 | 7 key differences between BPO vs KPO > 1. Driving force" in run.stdout


def test_the_reader_of_ones_own_answers(ingest_settings: IngestSettings) -> None:
    environment = {**os.environ, "BPO_KPO_INDEX": str(ingest_settings.index)}
    command = [sys.executable, "-c", READER]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    assert run.stdout.rstrip().endswith("[2]")  # two sentences of the article, each with its proof


def test_the_table_names_every_module_and_nothing_else() -> None:
    table = README.partition("| file |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = set()
    for row in rows:  # a bare name stands in the folder of the first
        first, *others = re.findall(r"`(.+?)`", row)
        folder = first.rpartition("/")[0]
        named |= {first, *(name if "/" in name else f"{folder}/{name}" for name in others)}
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in ("ingest", "assistant", "ui")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert modules <= named
    assert all((ROOT / name).exists() for name in named)


def test_the_keys_of_a_question_set_are_all_described() -> None:
    table = README.partition("| key |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(QuestionItem.model_fields)


def test_the_options_of_an_evaluation_are_those_that_there_are() -> None:
    shown = re.findall(r"--[a-z-]+", " ".join(re.findall(r"bpo-kpo evaluate .*", README)))
    options = {f"--{name.replace('_', '-')}" for name in signature(evaluate).parameters}
    assert set(shown) <= options
