"""What it costs to read 1,000 pages of PDF, 100 Word documents and 100 web pages: processor time and memory.

`python -m tests.benchmarks.reading [PYTHON]` prints a table; `PYTHON` is that of an environment of its own with
`markitdown[docx,pdf]`, which then reads the same files in a row below.
"""

import random
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.settings import ROOT
from tests.ingest.formats.samples import docx, pdf

PEAK = "print(*(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
OURS = f"""import sys, pathlib
from ingest.formats import convert
for path in map(pathlib.Path, sys.argv[1:]): convert(path.read_bytes(), path.suffix)
{PEAK}"""
MARKITDOWN = f"""import sys, markitdown
reader = markitdown.MarkItDown()
for path in sys.argv[1:]: reader.convert(path)
{PEAK}"""
WORDS = (ROOT / "tests/data/cold-chain.md").read_text(encoding="utf-8").split()


def paragraphs(made: random.Random, count: int) -> list[str]:
    """Paragraphs of eighty words, no two alike."""
    return [" ".join(word for word in made.choices(WORDS, k=80) if word.isalnum()) for _ in range(count)]


def page(made: random.Random) -> list[tuple[int, int, str]]:
    """A page of forty lines in PDF, with a head."""
    words = " ".join(paragraphs(made, 8))
    lines = [words[at : at + 80] for at in range(0, len(words), 80)][:40]
    return [(760, 9, "Handbook of the cold chain"), *((730 - 16 * n, 11, line) for n, line in enumerate(lines))]


def web_page(texts: list[str]) -> bytes:
    """A page with these paragraphs."""
    return f"<main><h1>Handbook</h1><p>{'<p>'.join(texts)}</main>".encode()


def write(folder: Path) -> dict[str, list[Path]]:
    """The files, by what is counted of them."""
    made = random.Random(7)
    contents: dict[str, tuple[str, int, Callable[[], bytes]]] = {
        "1,000 pages of PDF": ("pdf", 20, lambda: pdf(*(page(made) for _ in range(50)))),
        "100 Word documents": (
            "docx",
            100,
            lambda: docx(("Title", "Handbook"), *(("", p) for p in paragraphs(made, 40))),
        ),
        "100 web pages": ("html", 100, lambda: web_page(paragraphs(made, 40))),
    }
    files: dict[str, list[Path]] = {}
    for name, (suffix, count, content) in contents.items():
        files[name] = [folder / f"{n}.{suffix}" for n in range(count)]
        for file in files[name]:
            file.write_bytes(content())
    return files


def measured(python: str, program: str, files: list[Path]) -> tuple[float, float]:
    """Seconds of processor time and, at its peak, megabytes of a process that reads the files in turn."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [python, "-c", program, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, int(run.stdout.split()[-2]) / 1024


def main(others: list[str]) -> None:
    """Prints the table."""
    readers = [("this project", sys.executable, OURS), *(("MarkItDown", other, MARKITDOWN) for other in others)]
    with TemporaryDirectory() as folder:
        files = write(Path(folder))
        print("| | " + " | ".join(files) + " |\n| --- |" + " --- |" * len(files))
        for name, python, program in readers:
            cells = [
                f"{s:.1f} s, {mb:.0f} MB" for s, mb in (measured(python, program, some) for some in files.values())
            ]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
