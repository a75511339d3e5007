"""The command line as others script it: arguments, exit code, stdout and stderr."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.answers import Answer
from assistant.exports import bundle
from assistant.settings import AssistantSettings
from ingest.errors import UserError
from ingest.settings import ROOT
from tests.ui.command import COMMAND, bpo_kpo, in_a_process
from ui.settings import read_settings


def test_help_names_the_commands_and_each_has_its_own_help() -> None:
    assert {"ingest", "ask", "chat"} <= set(bpo_kpo("--help").stdout.split())
    options = {"ingest": "--remove", "ask": "--explain", "check": "--jsonl", "chat": "--port"}
    for command, option in options.items():
        run = bpo_kpo(command, "--help")
        assert run.returncode == 0
        assert option in run.stdout


def test_ask_prints_the_answer_then_each_citation_with_section_quote_file_and_offsets(
    index: dict[str, str],
) -> None:
    run = bpo_kpo("ask", "What drives BPO compared with KPO?", **index)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "[1]" in run.stdout and "BPO:" in run.stdout and "KPO:" in run.stdout
    assert any(line.startswith("[1] 7 key differences between BPO vs KPO > ") for line in lines)
    assert "volume-driven" in run.stdout and "insight-driven" in run.stdout
    assert any(line.strip().startswith("corpus/bpo-vs-kpo.md:") for line in lines)


def test_json_is_the_answer_and_nothing_else_on_stdout(index: dict[str, str]) -> None:
    run = bpo_kpo("ask", "--json", "--in", "BPO vs KPO", "What is nearshore BPO?", **index)
    answer = Answer.model_validate_json(run.stdout)
    text = (ROOT / "corpus" / "bpo-vs-kpo.md").read_text(encoding="utf-8")
    assert answer.answered and answer.citations
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert list(json.loads(run.stdout)) == list(Answer.model_fields)


def test_explain_shows_the_rankings_and_why_it_refused_and_a_refusal_the_nearest_passages(
    index: dict[str, str],
) -> None:
    run = bpo_kpo("ask", "--explain", "What does Time Doctor cost?", **index)
    assert run.returncode == 0
    explained, _, refusal = run.stdout.partition("\nThe article does not say.")
    for part in ("dense", "lexical", "fused", "reranked", "read", "sentences, items, rows and headings"):
        assert part in explained
    assert "The offline reader refuses: the text answers with a probability of 0." in explained
    assert "nearest passages" in refusal and "corpus/bpo-vs-kpo.md:" in refusal


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


MISTAKES = [
    ("empty question", ["ask", " "], {}, "question is empty"),
    ("long question", ["ask", "why " * 2_000], {}, "the limit is 4,000"),
    ("unknown model", ["ask", "--model", "gpt", "why?"], {}, "no model 'gpt'"),
    ("unknown provider", ["ask", "--model", "nonsense:gpt", "why?"], {}, "nonsense:gpt"),
    ("missing key", ["ask", "--model", "openai:gpt-5-mini", "why?"], {}, "OPENAI_API_KEY"),
    ("unknown embeddings", ["ask", "why?"], {"BPO_KPO_EMBEDDINGS": "word2vec"}, "BPO_KPO_EMBEDDINGS"),
    ("missing path", ["ingest", "no/such/folder"], {}, "does not exist"),
    ("no text", ["check", "no/such.txt"], {}, "no/such.txt cannot be read"),
    ("no sentence", ["check", os.devnull], {}, "There is no sentence to check"),
    ("no bundle", ["verify", str(ROOT / "README.md")], {}, "no evidence bundle"),
    ("no such bundle", ["verify", "no/such.json"], {}, "cannot be read"),
    ("index is a file", ["ask", "why?"], {"BPO_KPO_INDEX": str(ROOT / "README.md")}, "BPO_KPO_INDEX"),
    (
        "other embeddings",
        ["ask", "why?"],
        {"BPO_KPO_EMBEDDINGS": "openai:text-embedding-3-small", "OPENAI_API_KEY": "sk-none"},
        "was built with minilm … bpo-kpo ingest",
    ),
    (
        "no such document",
        ["ask", "--in", "bpo", "--in", "x", "why?"],
        {},
        "no document “x”. Name one of these: “BPO vs",
    ),
    ("not an index", ["ask", "why?"], {"BPO_KPO_INDEX": str(ROOT / "corpus")}, "is not an index"),
    ("no question", ["ask"], {}, "Missing argument 'question'. See: bpo-kpo ask --help"),
    ("two questions", ["ask", "why", "so"], {}, "(so). See: bpo-kpo ask --help"),
    ("unknown command", ["aks"], {}, "No such command 'aks'. Did you mean 'ask'? See: bpo-kpo --help"),
    ("no such port", ["chat", "--port", "99999"], {}, "65535. See: bpo-kpo chat --help"),
    ("unknown option", ["ask", "--zzz", "why?"], {}, "No such option: --zzz. See: bpo-kpo ask --help"),
    ("login without a password", ["chat"], {"BPO_KPO_LOGIN": "ada:x bob"}, "it has to be user:password"),
    ("nested setting", ["ask", "why?"], {"BPO_KPO_INGEST": "x"}, "no setting BPO_KPO_INGEST"),
    ("unknown home", ["ask", "why?"], {"BPO_KPO_INDEX": "~nobody-here/x"}, "whose home"),
    (
        "cannot be written",
        ["ingest", "tests/data/other-orders.txt"],
        {"BPO_KPO_INDEX": "/proc/no/index"},
        "/proc/no/index",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "environment", "said"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(
    arguments: list[str], environment: dict[str, str], said: str, index: dict[str, str]
) -> None:
    run = bpo_kpo(*arguments, **{**index, **environment})
    assert run.returncode == 2
    assert run.stdout == ""
    (line,) = [line for line in run.stderr.splitlines() if line.strip()]
    assert all(part in line for part in said.split(" … "))


@pytest.mark.parametrize("content", [b"BPO_KPO_MODEL=\xff\xfe", "BPO_KPO_MODEL=auto".encode("utf-16")])
def test_an_env_file_that_is_not_utf_8_is_a_mistake_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / ".env").write_bytes(content)
    monkeypatch.setitem(AssistantSettings.model_config, "env_file", tmp_path / ".env")
    with pytest.raises(UserError, match="not UTF-8"):
        read_settings()


@pytest.mark.slow
def test_a_terminal_without_curly_quotes_gets_the_rest_of_the_answer(index: dict[str, str]) -> None:
    run = in_a_process("ask", "What is nearshore BPO?", **index, PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert run.stdout.isascii() and "\x1b" not in run.stdout + run.stderr  # nor colours where it is piped
    assert "\n    ?" in run.stdout  # the quote's opening mark
    json_run = in_a_process("ask", "--json", "What is “nearshore” BPO?", **index, PYTHONIOENCODING="ascii")
    assert Answer.model_validate_json(json_run.stdout).question == "What is “nearshore” BPO?"


@pytest.mark.slow
def test_a_reader_who_leaves_early_causes_no_traceback(index: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command, env = [COMMAND, "ask", "What is nearshore BPO?"], {**os.environ, **index}
    run = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, env=env, timeout=120)
    os.close(writing)
    assert (run.returncode, run.stderr) == (1, b"")


def test_verify_says_which_quotes_stand_moved_and_are_gone_and_what_else_has_changed(
    tmp_path: Path, index: dict[str, str]
) -> None:
    answer = Answer.model_validate_json(bpo_kpo("ask", "--json", "What drives BPO?", **index).stdout)
    first = answer.citations[0]
    changed = (
        first,
        first.model_copy(update={"number": 2, "start": first.start + 1, "end": first.end + 1}),
        first.model_copy(update={"number": 3, "quote": "The article never said so."}),
    )
    forged = answer.model_copy(update={"citations": changed, "text": "BPO is illegal. [1]"})
    kept = bundle([forged], {}).model_dump(mode="json")
    kept["sources"] = [{"name": first.source, "title": "", "sha256": "0" * 64}]
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(kept), "utf-8")
    run = bpo_kpo("verify", str(path), **index)
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
def test_without_any_network_everything_works(index: dict[str, str]) -> None:
    commands = f"{COMMAND} ingest && {COMMAND} doctor && {COMMAND} ask 'What drives KPO?'"
    whole, env = ["unshare", "-rn", "sh", "-c", commands], {**os.environ, **index}
    run = subprocess.run(whole, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
