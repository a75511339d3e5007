"""The command, in this process where that is enough: a process of its own takes seconds to start."""

import gc
import io
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from ingest.settings import ROOT
from ui.cli import main

COMMAND = Path(sys.executable).with_name("bpo-kpo")


def bpo_kpo(
    *arguments: str, cwd: Path = ROOT, typed: str = "", encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[str]:
    """What the command says and its exit code; it reads `typed`, and writes to a terminal of this encoding."""
    out, errors, code = io.TextIOWrapper(io.BytesIO(), encoding), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["bpo-kpo", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8"))
        for name, value in {"COLUMNS": "100", **environment}.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            gc.unfreeze()
    out.seek(0)
    return subprocess.CompletedProcess(arguments, code, out.buffer.read().decode(), errors.getvalue())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def window(port: int = 0, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a chat window, at this or any port, and the process that serves it, which may be killed."""
    command = [COMMAND, "chat", "--no-browser", "--port", str(port or free_port())]
    env = {**os.environ, **environment}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            assert process.stdout
            yield re.findall(r"http://\S+/", process.stdout.readline())[0], process
        finally:
            process.kill()
