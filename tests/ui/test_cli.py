"""The command line as others script it: arguments, exit code, stdout and stderr.

What `ask` and `check` print for people stands in README and docs, and is tested with them (`tests/test_docs.py`).
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.exports import bundle
from assistant.settings import AssistantSettings
from ingest.errors import UserError
from ingest.settings import ROOT
from tests.ui.command import COMMAND, bpo_kpo
from ui.settings import read_settings


def test_json_is_the_answer_and_nothing_else_on_stdout(environment: dict[str, str]) -> None:
    run = bpo_kpo("ask", "--json", "--in", "BPO vs KPO", "What is nearshore BPO?", **environment)
    answer = Answer.model_validate_json(run.stdout)
    text = (ROOT / "corpus" / "bpo-vs-kpo.md").read_text(encoding="utf-8")
    assert answer.answered and answer.citations
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert list(json.loads(run.stdout)) == list(Answer.model_fields)


def test_a_greeting_is_told_the_same_as_in_the_window(environment: dict[str, str], assistant: Assistant) -> None:
    run = bpo_kpo("ask", "help", **environment)
    told = assistant.chain.invoke("help")
    shown = " ".join(run.stdout.split())
    assert run.returncode == 0 and shown.startswith(told.text)
    assert all(question in shown for question in told.suggestions)


def test_explain_shows_the_rankings_and_why_it_refused(environment: dict[str, str]) -> None:
    run = bpo_kpo("ask", "--explain", "What does Time Doctor cost?", **environment)
    explained, _, refusal = run.stdout.partition("\nThe article does not say.")
    assert run.returncode == 0 and refusal
    for part in ("dense", "lexical", "fused", "reranked", "read", "sentences, items, rows and headings"):
        assert part in explained
    assert "The offline reader refuses: the text answers with a probability of 0." in explained


def test_a_missing_index_is_built_and_a_second_ingest_embeds_only_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.md").write_text("# Tea\n\nGreen tea is steeped at 80 degrees.\n", encoding="utf-8")
    (tmp_path / "ink.md").write_text("# Ink\n\nIron gall ink darkens with age.\n", encoding="utf-8")
    place = {"BPO_KPO_INDEX": str(tmp_path / "index"), "BPO_KPO_MODEL": "extractive"}
    place["BPO_KPO_CORPUS"] = str(tmp_path / "corpus")
    first = bpo_kpo("ask", "--json", "At how many degrees is green tea steeped?", cwd=tmp_path, **place)
    assert Answer.model_validate_json(first.stdout).answered
    assert "1 embedded" in first.stderr
    for arguments, said in (
        ([], "1 passages: 0 embedded, 1 kept, 0 removed\n"),
        (["ink.md"], "2 passages: 1 embedded, 1 kept, 0 removed\n"),
        (["--remove", "ink.md"], "1 passages: 0 embedded, 1 kept, 1 removed\n"),
    ):
        assert bpo_kpo("ingest", *arguments, cwd=tmp_path, **place).stdout == said


SMOKE, KEY = "corpus/questions/smoke.jsonl", {"OPENAI_API_KEY": "sk-none"}
MISTAKES = [
    ("empty question", ["ask", " "], {}, "question is empty"),
    ("missing key", ["ask", "--model", "openai:gpt-5-mini", "why?"], {}, "OPENAI_API_KEY"),
    ("missing path", ["ingest", "no/such/folder"], {}, "does not exist"),
    ("no text", ["check", "no/such.txt"], {}, "no/such.txt cannot be read"),
    ("no bundle", ["verify", str(ROOT / "README.md")], {}, "no evidence bundle"),
    ("no such question", ["evaluate", SMOKE, "--only", "s-99"], {}, "no question 's-99'"),
    ("no earlier run", ["evaluate", SMOKE, "--compare", "no-such"], {}, "no-such"),
    ("nothing to record", ["evaluate", SMOKE, "--record", "tape"], {}, "asks no chat model. Leave out --record"),
    ("unknown price", ["evaluate", SMOKE, "--model", "openai:m", "--max-cost", "1"], KEY, "What openai:m costs"),
    (
        "other embeddings",
        ["ask", "why?"],
        {"BPO_KPO_EMBEDDINGS": "openai:text-embedding-3-small", **KEY},
        "was built with minilm … bpo-kpo ingest",
    ),
    ("no question", ["ask"], {}, "Missing argument 'question'. See: bpo-kpo ask --help"),
    ("unknown command", ["aks"], {}, "No such command 'aks'. Did you mean 'ask'? See: bpo-kpo --help"),
    ("no such port", ["chat", "--port", "99999"], {}, "65535. See: bpo-kpo chat --help"),
    ("login without a password", ["chat"], {"BPO_KPO_LOGIN": "ada:x bob"}, "it has to be user:password"),
    ("unknown home", ["ask", "why?"], {"BPO_KPO_INDEX": "~nobody-here/x"}, "whose home"),
    ("no JSON", ["ask", "why?"], {"BPO_KPO_INGEST": "x"}, 'A setting is no JSON … "ingest"'),
]


@pytest.mark.parametrize(
    ("arguments", "variables", "said"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(
    arguments: list[str], variables: dict[str, str], said: str, environment: dict[str, str]
) -> None:
    run = bpo_kpo(*arguments, **{**environment, **variables})
    assert run.returncode == 2
    assert run.stdout == ""
    (line,) = [line for line in run.stderr.splitlines() if line.strip()]
    assert all(part in line for part in said.split(" … "))


def test_an_env_file_not_in_utf_8_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("BPO_KPO_MODEL=auto", encoding="utf-16")
    monkeypatch.setitem(AssistantSettings.model_config, "env_file", tmp_path / ".env")
    with pytest.raises(UserError, match="not UTF-8"):
        read_settings()


def test_what_an_env_file_has_for_another_provider_is_found_where_its_package_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ELSEWHERE_API_KEY=new\nOLLAMA_HOST=http://127.0.0.1:9\n")
    monkeypatch.setitem(AssistantSettings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setenv("ELSEWHERE_API_KEY", "set before")
    monkeypatch.setenv("OLLAMA_HOST", "")
    monkeypatch.delenv("OLLAMA_HOST")
    read_settings()
    assert (os.environ["ELSEWHERE_API_KEY"], os.environ["OLLAMA_HOST"]) == ("set before", "http://127.0.0.1:9")


def test_a_terminal_without_curly_quotes_gets_the_rest_of_the_answer(environment: dict[str, str]) -> None:
    question = ("ask", "--model", "extractive", "What is “nearshore” BPO?")
    run = bpo_kpo(*question, encoding="ascii", **environment)
    assert run.stdout.isascii() and "\x1b" not in run.stdout + run.stderr  # nor colours where it is piped
    assert "\n    ?" in run.stdout  # the quote's opening mark
    json_run = bpo_kpo(*question, "--json", encoding="ascii", **environment)
    assert Answer.model_validate_json(json_run.stdout).question == question[-1]


@pytest.mark.slow
def test_a_reader_who_leaves_early_causes_no_traceback(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command, env = [COMMAND, "ask", "What is nearshore BPO?"], {**os.environ, **environment}
    run = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, env=env, timeout=120)
    os.close(writing)
    assert (run.returncode, run.stderr) == (1, b"")


def test_verify_says_which_quotes_stand_and_what_has_changed(tmp_path: Path, environment: dict[str, str]) -> None:
    answer = Answer.model_validate_json(bpo_kpo("ask", "--json", "What drives BPO?", **environment).stdout)
    first = answer.citations[0]
    moved = first.model_copy(update={"start": first.start + 1, "end": first.end + 1})
    gone = first.model_copy(update={"quote": "The article never said so."})
    forged = answer.model_copy(update={"citations": (first, moved, gone), "text": "BPO is illegal. [1]"})
    kept = bundle([forged], {}).model_dump(mode="json")
    kept["sources"] = [{"name": first.source, "title": "", "sha256": "0" * 64}]
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(kept), "utf-8")
    run = bpo_kpo("verify", str(path), **environment)
    assert run.returncode == 1
    lines = run.stdout.splitlines()
    assert lines[0].startswith("moved: “") and "gone: “The article never said so.”" in lines
    assert "changed: corpus/bpo-vs-kpo.md is not what it was when it was quoted" in lines
    assert "rewritten: the answer is not what its quotes say: What drives BPO?" in lines
    assert lines[-1] == "1 quotes stand, 1 moved, 1 are gone."


def _alone() -> bool:
    """Whether a process can be given a network of its own that leads nowhere."""
    return bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-rn", "true"], check=False).returncode


@pytest.mark.slow
@pytest.mark.skipif(not _alone(), reason="this system gives a process no network of its own (unshare -rn)")
def test_without_any_network_everything_works(environment: dict[str, str]) -> None:
    code = "import sys; from tests.ui.command import bpo_kpo; sys.exit(any(bpo_kpo(*a).returncode for a in ARGS))"
    asked = [["ingest"], ["doctor"], ["ask", "What drives KPO?"]]
    alone = ["unshare", "-rn", sys.executable, "-c", code.replace("ARGS", str(asked))]
    run = subprocess.run(alone, capture_output=True, env={**os.environ, **environment}, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
