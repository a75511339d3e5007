"""The command line as others script it: arguments, exit code, stdout and stderr."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.answers import Answer
from assistant.exports import bundle
from assistant.settings import AssistantSettings
from ingest.errors import UserError
from ingest.settings import ROOT, IngestSettings
from tests.ui.command import COMMAND, bpo_kpo, in_a_process
from ui.settings import read_settings


@pytest.fixture
def index(ingest_settings: IngestSettings) -> dict[str, str]:
    return {"BPO_KPO_INDEX": str(ingest_settings.index), "BPO_KPO_MODEL": "extractive"}


def test_help_names_the_commands_and_each_has_its_own_help() -> None:
    assert {"ingest", "ask", "chat"} <= set(bpo_kpo("--help").stdout.split())
    options = {"ingest": "--remove", "ask": "--explain", "check": "--jsonl", "chat": "--port"}
    for command, option in options.items():
        run = bpo_kpo(command, "--help")
        assert run.returncode == 0
        assert option in run.stdout


@pytest.mark.slow
def test_ask_prints_the_answer_then_each_citation_with_section_quote_file_and_offsets(
    index: dict[str, str],
) -> None:
    run = in_a_process("ask", "What drives BPO compared with KPO?", **index)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "[1]" in run.stdout and "BPO:" in run.stdout and "KPO:" in run.stdout
    assert any(line.startswith("[1] 7 key differences between BPO vs KPO > ") for line in lines)
    assert "volume-driven" in run.stdout and "insight-driven" in run.stdout
    assert "\x1b" not in run.stdout + run.stderr  # no colours where it is piped
    assert any(line.strip().startswith("corpus/bpo-vs-kpo.md:") for line in lines)


def test_json_is_the_answer_and_nothing_else_on_stdout(index: dict[str, str]) -> None:
    run = bpo_kpo("ask", "--json", "What is nearshore BPO?", **index)
    answer = Answer.model_validate_json(run.stdout)
    text = (ROOT / "corpus" / "bpo-vs-kpo.md").read_text(encoding="utf-8")
    assert answer.answered
    assert answer.citations
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert list(json.loads(run.stdout)) == list(Answer.model_fields)


def test_explain_shows_the_rankings_the_units_and_why_it_refused(index: dict[str, str]) -> None:
    run = bpo_kpo("ask", "--explain", "What does Time Doctor cost?", **index)
    assert run.returncode == 0
    for part in (
        "dense",
        "lexical",
        "fused",
        "reranked",
        "read",
        "sentences, items, rows and headings",
        "The offline reader refuses: the text answers with a probability of 0.",
        "The article does not say.",
    ):
        assert part in run.stdout


def test_a_refusal_names_the_nearest_passages(index: dict[str, str]) -> None:
    run = bpo_kpo("ask", "What does Time Doctor cost?", **index)
    assert run.returncode == 0
    assert run.stdout.startswith("The article does not say.")
    assert "nearest passages" in run.stdout
    assert "corpus/bpo-vs-kpo.md:" in run.stdout


def test_a_missing_index_is_built_and_a_second_ingest_embeds_nothing(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.md").write_text("# Tea\n\nGreen tea is steeped at 80 degrees.\n", encoding="utf-8")
    place = {"BPO_KPO_INDEX": str(tmp_path / "index"), "BPO_KPO_MODEL": "extractive"}
    place["BPO_KPO_CORPUS"] = str(tmp_path / "corpus")
    first = bpo_kpo("ask", "--json", "At how many degrees is green tea steeped?", cwd=tmp_path, **place)
    assert Answer.model_validate_json(first.stdout).answered
    assert "1 embedded" in first.stderr
    second = bpo_kpo("ingest", cwd=tmp_path, **place)
    assert second.stdout == "1 passages: 0 embedded, 1 kept, 0 removed\n"


def test_paths_are_added_and_removed(tmp_path: Path) -> None:
    place = {"BPO_KPO_INDEX": str(tmp_path / "index")}
    (tmp_path / "tea.md").write_text("# Tea\n\nGreen tea is steeped at 80 degrees.\n", encoding="utf-8")
    (tmp_path / "ink.md").write_text("# Ink\n\nIron gall ink darkens with age.\n", encoding="utf-8")
    assert bpo_kpo("ingest", "tea.md", cwd=tmp_path, **place).stdout.startswith("1 passages: 1 embedded")
    added = bpo_kpo("ingest", "ink.md", cwd=tmp_path, **place)
    assert added.stdout == "2 passages: 1 embedded, 1 kept, 0 removed\n"
    removed = bpo_kpo("ingest", "--remove", "tea.md", cwd=tmp_path, **place)
    assert removed.stdout == "1 passages: 0 embedded, 1 kept, 1 removed\n"


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
    lines = [line for line in run.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, run.stderr
    assert said in lines[0]


def test_changed_settings_are_refused_with_the_remedy(tmp_path: Path, index: dict[str, str]) -> None:
    changed = {**index, "BPO_KPO_EMBEDDINGS": "openai:text-embedding-3-small", "OPENAI_API_KEY": "sk-none"}
    run = bpo_kpo("ask", "What is KPO?", **changed)
    assert run.returncode == 2
    assert "was built with minilm" in run.stderr
    assert "bpo-kpo ingest" in run.stderr


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
    assert run.stdout.isascii()
    assert "\n    ?" in run.stdout  # the quote's opening mark
    json_run = in_a_process("ask", "--json", "What is “nearshore” BPO?", **index, PYTHONIOENCODING="ascii")
    assert Answer.model_validate_json(json_run.stdout).question == "What is “nearshore” BPO?"


@pytest.mark.slow
def test_a_reader_who_leaves_early_causes_no_traceback(index: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    env = {**os.environ, **index}
    arguments = [COMMAND, "ask", "What is nearshore BPO?"]
    run = subprocess.run(
        arguments, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=env, timeout=120
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (1, "")


@pytest.mark.slow
def test_ctrl_c_while_a_model_thinks_is_no_traceback(index: dict[str, str]) -> None:
    bpo_kpo("ingest", **index)  # so that nothing is said about the index
    with socket.create_server(("127.0.0.1", 0)) as model:  # takes the question and never answers
        model.settimeout(60)
        hanging = {
            **index,
            "BPO_KPO_MODEL": "openai:gpt-5-mini",
            "OPENAI_API_KEY": "sk-none",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{model.getsockname()[1]}/v1",
            "NO_PROXY": "127.0.0.1",
        }
        process = subprocess.Popen(
            [COMMAND, "ask", "What is nearshore BPO?"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **hanging},
        )
        connection, _ = model.accept()
        with connection:
            connection.settimeout(60)
            assert connection.recv(1)  # the question is on its way: now the command waits for an answer
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (130, "", "")


def test_verify_says_which_quotes_stand_moved_and_are_gone(tmp_path: Path, index: dict[str, str]) -> None:
    answer = Answer.model_validate_json(bpo_kpo("ask", "--json", "What drives BPO?", **index).stdout)
    first = answer.citations[0]
    changed = (
        first,
        first.model_copy(update={"number": 2, "start": first.start + 1, "end": first.end + 1}),
        first.model_copy(update={"number": 3, "quote": "The article never said so."}),
    )
    path = tmp_path / "evidence.json"
    path.write_text(bundle([answer.model_copy(update={"citations": changed})], {}).model_dump_json(), "utf-8")
    run = bpo_kpo("verify", str(path), **index)
    assert run.returncode == 1
    lines = run.stdout.splitlines()
    assert lines[-1] == "1 quotes stand, 1 moved, 1 are gone."
    assert lines[0].startswith("moved: “") and "gone: “The article never said so.”" in lines


def test_verify_names_documents_that_changed_and_answers_that_were_rewritten(
    tmp_path: Path, index: dict[str, str]
) -> None:
    answer = Answer.model_validate_json(bpo_kpo("ask", "--json", "What drives BPO?", **index).stdout)
    forged = answer.model_copy(update={"text": "BPO is illegal. [1]"})
    kept = bundle([forged], {}).model_dump(mode="json")
    kept["sources"] = [{"name": answer.citations[0].source, "title": "", "sha256": "0" * 64}]
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(kept), "utf-8")
    run = bpo_kpo("verify", str(path), **index)
    assert run.returncode == 1
    assert "changed: corpus/bpo-vs-kpo.md is not what it was when it was quoted" in run.stdout
    assert "rewritten: the answer is not what its quotes say: What drives BPO?" in run.stdout


def _alone() -> bool:
    """Whether a process can be given a network of its own that leads nowhere."""
    return bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-rn", "true"], check=False).returncode


@pytest.mark.slow
@pytest.mark.skipif(not _alone(), reason="this system gives a process no network of its own (unshare -rn)")
@pytest.mark.parametrize("command", [["ask", "What drives KPO?"], ["doctor"], ["ingest"]], ids=lambda c: c[0])
def test_without_any_network_everything_works(command: list[str], index: dict[str, str]) -> None:
    environment = {**os.environ, **index, "BPO_KPO_MODEL": "extractive"}
    whole = ["unshare", "-rn", Path(sys.executable).with_name("bpo-kpo"), *command]
    run = subprocess.run(whole, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
