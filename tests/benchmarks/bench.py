"""Ours beside other pipelines, on the same machine, texts, model and questions: `make bench`.

    python -m tests.benchmarks.bench [--rounds N] [--large]

Each contestant runs in a process of its own, without the network, in another order each round. Cold processes are
new, but the disk's cache is warm: each command ran before. Ours is asked with the questions that are indexed
beside the article, as it comes, and without these. Only ours knows that nothing has changed; the others embed all
again at a second ingest.
With `--large` also ours and bare Chroma with 1,000 and 100,000 passages, whose vectors are made up (see `large`).
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from ingest.settings import ROOT
from ingest.sources import read_source
from tests.benchmarks import figures
from tests.benchmarks.contestant import Asked, Found, Ingested
from tests.benchmarks.corpus import ARTICLE, items
from tests.benchmarks.figures import OURS, Figure, Measure, Retrieved, Target
from tests.benchmarks.large import Large
from tests.benchmarks.large import table as large_table
from tests.benchmarks.scoring import cut, retrieval

QUESTION = "What drives BPO?"
_COLD_RUNS = 3  # of each contestant in each round
_HERE, _PEERS = sys.executable, str(ROOT / ".peers/bin/python")
_COMMAND = str(Path(sys.executable).with_name("bpo-kpo"))


class Entrant(NamedTuple):
    """A contestant: its module and variant, and the Python that it runs with; what it is not measured in."""

    name: str
    module: str
    python: str = _PEERS
    variant: str = "single"
    ingests: bool = True
    asks: bool = True
    starts: bool = True

    def command(self, *arguments: str | Path) -> list[str]:
        return [self.python, "-m", f"tests.benchmarks.{self.module}", self.variant, *map(str, arguments)]


FLOOR, TUTORIAL, FIXED = "floor: bare model and Chroma", "LangChain tutorial", "same, padded to 256 tokens"
FIRST, ALONE = "ours, the first time", "ours, article without questions"
ENTRANTS = (
    Entrant(OURS, "ours", _HERE),
    Entrant(ALONE, "ours", _HERE, variant="alone", ingests=False, starts=False),
    Entrant(FLOOR, "floor", _HERE),
    Entrant(TUTORIAL, "peers.langchain_tutorial"),
    Entrant(
        "same, padded to the longest", "peers.langchain_tutorial", variant="longest", asks=False, starts=False
    ),
    Entrant(FIXED, "peers.langchain_tutorial", variant="fixed"),
    Entrant("LlamaIndex citation engine", "peers.llamaindex"),
    Entrant("Haystack", "peers.haystack_chroma"),
)
TARGETS = (
    Target(figures.INGEST, TUTORIAL, 1.5),
    Target(figures.INGEST, FIXED, 2),
    Target(figures.INGEST, FLOOR, 0.85),
    Target(figures.AGAIN, FIRST, 50),
)


class Cold(NamedTuple):
    """What a process took from its start to its end."""

    seconds: float
    megabytes: float


class Bench:
    """One run: its folder, and what was measured so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts, self.questions = folder / "texts", folder / "questions.json"
        self._values: dict[tuple[Measure, str], list[float]] = {}
        self.found: dict[str, list[list[Found]]] = {}

    def note(self, measure: Measure, contestant: str, value: float) -> None:
        self._values.setdefault((measure, contestant), []).append(value)

    def figures(self) -> list[Figure]:
        """What was measured, in the order of the entrants."""
        return [Figure(measure, contestant, values) for (measure, contestant), values in self._values.items()]

    def index(self, entrant: Entrant) -> Path:
        """The entrant's index of the article."""
        return self.folder / f"{entrant.module}-{entrant.variant}"

    def prepare(self) -> None:
        """Writes the texts, indexes the article for each entrant, and starts each command once."""
        run([_HERE, "-m", "tests.benchmarks.corpus", str(self.folder)])
        (self.folder / "article").mkdir()
        shutil.copy(ROOT / "corpus/bpo-vs-kpo.md", self.folder / "article")
        for entrant in ENTRANTS:
            if entrant.asks:
                corpus = self.folder / "article" if entrant.name == ALONE else ROOT / "corpus"
                run(entrant.command("ingest", corpus, self.index(entrant)))
        for _, command in self.cold_commands():
            cold(command, self.index(ENTRANTS[0]))

    def ingest(self, entrant: Entrant) -> None:
        """Indexes the corpus, and ours again."""
        index = self.folder / "index"
        shutil.rmtree(index, ignore_errors=True)
        done = Ingested(*run(entrant.command("ingest", self.texts, index)))
        self.note(figures.INGEST, entrant.name, done.tokens / done.seconds)
        self.note(figures.INGEST_SECONDS, entrant.name, done.seconds)
        size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
        self.note(figures.DISK, entrant.name, size / done.passages / 1000)
        if entrant.name == OURS:
            again = Ingested(*run(entrant.command("ingest", self.texts, index)))
            assert not again.tokens
            self.note(figures.AGAIN, OURS, again.seconds)
            self.note(figures.AGAIN, FIRST, done.seconds)

    def ask(self, entrant: Entrant) -> None:
        """Asks every question of a warm process."""
        asked = asked_of(entrant, self.index(entrant), self.questions)
        milliseconds = [1000 * one.seconds for one in asked]
        self.note(figures.P50, entrant.name, median(milliseconds))
        self.note(figures.P95, entrant.name, figures.percentile(milliseconds, 0.95))
        self.found[entrant.name] = [one.found for one in asked]

    def cold_commands(self) -> Iterator[tuple[str, list[str]]]:
        """What is started anew, by contestant."""
        yield OURS, [_COMMAND, "ask", QUESTION]
        yield "bpo-kpo --help", [_COMMAND, "--help"]
        for entrant in ENTRANTS[1:]:
            if entrant.starts:
                yield entrant.name, entrant.command("cold", self.index(entrant), QUESTION)

    def round(self, number: int) -> None:
        """Every measure of every contestant once, in an order of its own."""
        for entrant in figures.rotated(ENTRANTS, number):
            tell(f"round {number + 1}: {entrant.name}")
            if entrant.ingests:
                self.ingest(entrant)
            if entrant.asks:
                self.ask(entrant)
        commands = list(self.cold_commands())
        for again in range(_COLD_RUNS):
            for name, command in figures.rotated(commands, _COLD_RUNS * number + again):
                took = cold(command, self.index(ENTRANTS[0]))
                self.note(figures.COLD, name, took.seconds)
                self.note(figures.MEMORY, name, took.megabytes)

    def retrieved(self) -> list[Retrieved]:
        """What was found, with ours cut to the context of each other beside it."""
        article, evidence = read_source(ARTICLE), [item.evidence for item in items()]
        wide, alone = (
            asked_of(entrant._replace(variant="wide"), self.index(entrant), self.questions)
            for entrant in ENTRANTS[:2]
        )
        rows = []
        for entrant in ENTRANTS:
            if entrant.asks:
                own = retrieval(article, evidence, self.found[entrant.name])
                at_this, alone_at_this = (
                    retrieval(article, evidence, [cut(one.found, own.context) for one in asked])
                    for asked in (wide, alone)
                )
                p50 = median(self._values[figures.P50, entrant.name])
                rows.append(Retrieved(entrant.name, *own, p50, *at_this, alone_at_this.recall))
        return rows


def asked_of(entrant: Entrant, index: Path, questions: Path) -> list[Asked]:
    """Each question's seconds and passages."""
    rows = run(entrant.command("ask", index, questions))
    return [Asked(seconds, [Found(*span) for span in found]) for seconds, found in rows]


def run(command: Sequence[str]) -> Any:
    """What a command prints on its last line. It cannot reach the network."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment(ROOT / "tests/offline"), stdout=subprocess.PIPE, text=True, check=True
    )
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else None


def cold(command: Sequence[str], index: Path) -> Cold:
    """Runs a command, which may find our index; raises where it fails."""
    settings = environment() | {"BPO_KPO_INDEX": str(index)}
    launched = [_HERE, "-IS", str(ROOT / "tests/benchmarks/launch.py"), *command]
    done = subprocess.run(launched, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, check=True)
    seconds, memory, code = done.stdout.split()
    if int(code):
        raise subprocess.CalledProcessError(int(code), command)
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    return Cold(float(seconds), int(memory) / unit)


def environment(*path: Path) -> dict[str, str]:
    """The variables of this process without a developer's own settings, and with nothing that phones home."""
    ours = ("BPO_KPO_", "OPENAI_", "CHROMA_", "LANGCHAIN_", "LANGSMITH_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "BPO_KPO_MODEL": "extractive",
        "OPENAI_API_KEY": "",  # stands ahead of what .env says, as do the others
        "CHROMA_URL": "",
        "BPO_KPO_EMBEDDINGS": "",
        "ANONYMIZED_TELEMETRY": "False",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LANGSMITH_TRACING": "false",
        "HF_HUB_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
    }


def tell(line: str) -> None:
    """Says on stderr what is being done."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Runs the benchmark, prints its tables and writes reports/bench.json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="also 1,000 and 100,000 passages")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        tell("preparing: texts, indexes of the article, one start of each command")
        bench.prepare()
        for number in range(options.rounds):
            bench.round(number)
        retrieved = bench.retrieved()
        large: list[Large] = []
        if options.large:
            tell("100,000 passages; this takes some minutes")
            large = [Large(*row) for row in run([_HERE, "-m", "tests.benchmarks.large", folder])]
    order = [OURS, FIRST, "bpo-kpo --help", *(entrant.name for entrant in ENTRANTS)]
    measured = sorted(bench.figures(), key=lambda figure: order.index(figure.contestant))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.rounds} rounds;")
    print("`ours is`: how many times as good, round by round; below 1 the other is better. Disk cache warm.\n")
    print(figures.table(measured, TARGETS))
    print()
    print(figures.retrieved_table(retrieved))
    if large:
        print(f"\n{large_table(large)}")
    report = {
        "rounds": options.rounds,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("chromadb", "onnxruntime", "tokenizers", "numpy")},
        "figures": [{**f._asdict(), "measure": f.measure._asdict()} for f in measured],
        "retrieved": [row._asdict() for row in retrieved],
        "large": [row._asdict() for row in large],
    }
    path = ROOT / "reports" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
