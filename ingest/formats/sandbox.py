"""Converts documents in a process of its own, so that a hostile one costs bounded time and memory, and no more.

`python -m ingest.formats.sandbox` reads a path a line and answers each with a line of JSON: `{"text": …}` or
`{"trouble": …}`. It is started with the first document that needs it, and anew behind one that killed it.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from ingest.errors import SourceError
from ingest.formats import convert
from ingest.formats.encodings import Unreadable

SECONDS = 60.0  # for one document
MEMORY = 2_000_000_000  # bytes of address space
LARGEST = 100_000_000  # bytes of a file
LONGEST = 20_000_000  # characters of a text


class Converter(contextlib.AbstractContextManager["Converter"]):
    """Converts one document after another. Use as a context manager; the process ends with it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __exit__(self, *_: object) -> None:
        self._end()

    def convert(self, path: Path) -> str:
        """The document as Markdown. Raises `SourceError` where it cannot be read within the limits."""
        process = self._process or self._start()
        timer, began = threading.Timer(SECONDS, process.kill), time.monotonic()
        timer.start()
        try:
            print(json.dumps(str(path)), file=process.stdin, flush=True)
            line = process.stdout.readline() if process.stdout else ""
        except OSError:
            line = ""
        finally:
            timer.cancel()
        slow = time.monotonic() - began >= SECONDS
        if slow or not line.endswith("\n"):  # it may have been killed within a line
            self._end()
            why = f"it takes longer than {SECONDS:.0f} s" if slow else "its converter broke down"
            raise SourceError(f"{path} cannot be read ({why}). Convert it to Markdown first.")
        reply = json.loads(line)
        if trouble := reply.get("trouble"):
            raise SourceError(f"{path} cannot be read ({trouble}). Mend or convert it, and run ingest again.")
        return str(reply["text"])

    def _start(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.formats.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            cwd=Path(__file__).parents[2],
        )
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process = None


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _answer(path: Path) -> dict[str, str]:
    try:
        text = convert(path.read_bytes(), path.suffix.lower())
        if len(text) > LONGEST:
            raise Unreadable(f"it has more than {LONGEST:,} characters")
        return {"text": text}
    except Unreadable as error:
        trouble = str(error)
    except RecursionError:
        trouble = "it is nested too deeply"
    except MemoryError:
        trouble = "it needs too much memory"
    except Exception as error:  # whatever a converter makes of a damaged file, the others go in
        trouble = f"it is damaged: {type(error).__name__}"
    return {"trouble": trouble}


def main() -> None:
    """Answers until its input ends."""
    _limit_memory()
    for line in sys.stdin:
        print(json.dumps(_answer(Path(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
