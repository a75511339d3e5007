"""The report of a run: `summary.json` and one self-contained `report.html` beside `results.jsonl`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from assistant.evaluation.questions import Corpus
from assistant.evaluation.run import Row, read_rows
from assistant.evaluation.scoring import lost_at
from assistant.evaluation.statistics import smallest_difference
from assistant.evaluation.summary import (
    HEADLINE,
    LOWER_IS_BETTER,
    Summary,
    baselines,
    by_tag,
    summarise,
    write_summary,
)
from ingest.sources import Source

_BY_TAG = {"Fact recall": "fact_recall", "Refusal": "refusal"}
_SHOWN = 500  # losses in the report; all are in results.jsonl
_VERSIONED = ("langchain-core", "chromadb", "bm25s", "onnxruntime", "tokenizers", "tiktoken")


def write_report(folder: Path, set_name: str, sources: Mapping[str, Source]) -> Summary:
    """Writes both files from the rows in `folder`, and returns the figures."""
    from jinja2 import Environment, FileSystemLoader

    summary = summarise(read_rows(folder))
    write_summary(folder, summary)
    count = sum(1 for _ in read_rows(folder))
    lost = list(_lost(folder, Corpus(sources)))
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = environment.get_template("report.html.j2").render(
        set_name=set_name,
        count=count,
        smallest=smallest_difference(count),
        summary=summary,
        headline=HEADLINE,
        lower=LOWER_IS_BETTER,
        baselines=baselines(read_rows(folder), sources),
        tags={title: by_tag(read_rows(folder), metric) for title, metric in _BY_TAG.items()},
        lost=lost[:_SHOWN],
        stages=dict(Counter(stage for _, stage in lost).most_common()),
        receipt=receipt | {name: version(name) for name in _VERSIONED},
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
    return summary


def _lost(folder: Path, corpus: Corpus) -> Iterator[tuple[Row, str]]:
    for row in read_rows(folder):
        if stage := lost_at(row.question, row.answer, row.scores, corpus):
            yield row, stage
