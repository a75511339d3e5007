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
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ingest.settings import ROOT
from ingest.sources import read_source
from tests.benchmarks import figures
from tests.benchmarks.contestant import Found, Ingested
from tests.benchmarks.corpus import ARTICLE, items, questions, write_texts
from tests.benchmarks.figures import OURS, Figure, Measure, Retrieved
from tests.benchmarks.large import Large, measure
from tests.benchmarks.large import table as large_table
from tests.benchmarks.processes import HERE, Entrant, cold, run
from tests.benchmarks.scoring import cut, retrieval

QUESTION = "What drives BPO?"
_COLD_RUNS = 3  # of each contestant in each round
_COMMAND = str(Path(sys.executable).with_name("bpo-kpo"))

ALONE = "ours, article without questions"
ENTRANTS = (
    Entrant(OURS, "ours", HERE),
    Entrant(ALONE, "ours", HERE, variant="alone", only_asked=True),
    Entrant("floor: bare model and Chroma", "floor", HERE),
    Entrant("LangChain tutorial", "peers.langchain_tutorial"),
    Entrant("same, padded to 256 tokens", "peers.langchain_tutorial", variant="fixed"),
    Entrant("LlamaIndex citation engine", "peers.llamaindex"),
    Entrant("Haystack", "peers.haystack_chroma"),
)


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
        write_texts(self.texts)
        self.questions.write_text(json.dumps(questions()), encoding="utf-8")
        (self.folder / "article").mkdir()
        shutil.copy(ROOT / "corpus/bpo-vs-kpo.md", self.folder / "article")
        for entrant in ENTRANTS:
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

    def ask(self, entrant: Entrant) -> None:
        """Asks every question of a warm process."""
        asked = entrant.ask(self.index(entrant), self.questions)
        milliseconds = [1000 * seconds for seconds in asked.seconds]
        self.note(figures.P50, entrant.name, median(milliseconds))
        self.note(figures.P95, entrant.name, figures.percentile(milliseconds, 0.95))
        self.found[entrant.name] = asked.found

    def cold_commands(self) -> Iterator[tuple[str, list[str]]]:
        """What is started anew, by contestant."""
        yield OURS, [_COMMAND, "ask", QUESTION]
        yield "bpo-kpo --help", [_COMMAND, "--help"]
        for entrant in ENTRANTS[1:]:
            if not entrant.only_asked:
                yield entrant.name, entrant.command("cold", self.index(entrant), QUESTION)

    def round(self, number: int) -> None:
        """Every measure of every contestant once, in an order of its own."""
        for entrant in figures.rotated(ENTRANTS, number):
            tell(f"round {number + 1}: {entrant.name}")
            if not entrant.only_asked:
                self.ingest(entrant)
            self.ask(entrant)
        commands = list(self.cold_commands())
        for again in range(_COLD_RUNS):
            for name, command in figures.rotated(commands, _COLD_RUNS * number + again):
                self.note(figures.COLD, name, cold(command, self.index(ENTRANTS[0])))

    def retrieved(self) -> list[Retrieved]:
        """What was found, with ours cut to the context of each other beside it."""
        article, evidence = read_source(ARTICLE), [item.evidence for item in items()]
        wide, alone = (
            entrant._replace(variant="wide").ask(self.index(entrant), self.questions).found
            for entrant in ENTRANTS[:2]
        )
        rows = []
        for entrant in ENTRANTS:
            own = retrieval(article, evidence, self.found[entrant.name])
            at_this, alone_at_this = (
                retrieval(article, evidence, [cut(one, own.context) for one in found]) for found in (wide, alone)
            )
            p50 = median(self._values[figures.P50, entrant.name])
            rows.append(Retrieved(entrant.name, *own, p50, *at_this, alone_at_this.recall))
        return rows


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
            large = list(measure(bench.folder, bench.questions))
    order = [OURS, "bpo-kpo --help", *(entrant.name for entrant in ENTRANTS)]
    measured = sorted(bench.figures(), key=lambda figure: order.index(figure.contestant))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.rounds} rounds;")
    print("`ours is`: how many times as good, round by round; below 1 the other is better. Disk cache warm.\n")
    print(figures.table(measured))
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
