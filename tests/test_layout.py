"""The shape of the project: one way of imports, nothing heavy or settled at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"ingest": {"ingest"}, "assistant": {"assistant", "ingest"}, "ui": {"ui", "assistant", "ingest"}}
MODULES = [path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_imports_point_one_way_only() -> None:
    for path in MODULES:
        package = path.relative_to(ROOT).parts[0]
        assert imported(path) & set(MAY_IMPORT) <= MAY_IMPORT[package], path


def test_only_what_libraries_read_there_is_set_in_the_environment() -> None:
    touching = {
        path.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
    }
    assert touching == {"tiktoken_files.py", "network.py", "server.py"}


def test_only_one_module_opens_chroma() -> None:
    knows = {path.name for path in MODULES if "chromadb" in imported(path)}
    assert knows == {"chroma.py", "server.py"}  # the latter for the names of its types


def test_what_answers_needs_nothing_of_what_trains() -> None:
    """Whoever asks has neither PyTorch nor the documents that the reading model learned from."""
    training = ROOT / "assistant" / "reading_model" / "training"
    for path in MODULES:
        if not path.is_relative_to(training):
            assert not {"onnx", "torch"} & imported(path), path
            assert "reading_model.training" not in path.read_text(encoding="utf-8"), path


@pytest.mark.slow
def test_the_command_starts_without_the_heavy_packages() -> None:
    code = "import sys, ui.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy = {"chromadb", "gradio", "langchain", "langchain_core", "numpy", "onnxruntime", "openai", "tiktoken"}
    assert not heavy & {name.partition(".")[0] for name in run.stdout.split()}


def test_no_module_is_too_long_to_read() -> None:
    assert {path.name: n for path in MODULES if (n := len(path.read_text("utf-8").splitlines())) > 300} == {}


LOCKS = ("requirements.lock", "tests/benchmarks/peers.lock", "assistant/reading_model/training/training.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    packages = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in packages)
    assert lock.count("--hash=sha256:") >= len(packages)
