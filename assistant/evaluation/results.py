"""The folder of a run: its receipt, a row for each question, and the figures of the whole."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.scoring import Scores
from assistant.evaluation.statistics import Figure
from assistant.prompts import PROMPT_VERSION
from ingest.errors import UserError
from ingest.settings import ROOT

RECEIPT = "receipt.json"
ROWS = "results.jsonl"
SUMMARY = "summary.json"
AT_ONCE = 4  # questions are under way in a run, which its seconds include

Summary = dict[str, Figure]  # by metric
_SUMMARY = TypeAdapter(Summary)


class Row(BaseModel):
    """A line of `results.jsonl`."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: QuestionItem
    answer: Answer | None
    error: str | None
    scores: Scores


class Receipt(BaseModel):
    """What a run was made with. Two runs with the same receipt may share a folder."""

    model_config = ConfigDict(frozen=True)

    questions: str  # SHA-256 of the set
    code: str  # SHA-256 of the modules that answer and score
    index: str  # digest of ids, texts and vectors
    sources: dict[str, str]  # digest of each text
    embeddings: str
    model: str
    server: str | None = None  # where a chat model is, if not at its provider's own address
    prompts: int
    strict: bool = False
    second_opinion: bool = False  # whether the model was asked once more
    judge: str | None = None  # its model and its prompt; left out where the lexical test decides


def make_receipt(items: Sequence[QuestionItem], assistant: Assistant, judge: str | None = None) -> Receipt:
    """The receipt of a run of `items` on the index that is current now."""
    manifest = assistant.index().manifest
    lines = "\n".join(item.model_dump_json() for item in items)
    return Receipt(
        questions=hashlib.sha256(lines.encode()).hexdigest(),
        code=_code(),
        index=manifest.digest,
        sources={record.name: record.digest for record in manifest.sources},
        embeddings=manifest.embeddings,
        model=assistant.model,
        server=assistant.server,
        prompts=PROMPT_VERSION,
        strict=assistant.strict,
        second_opinion=assistant.asks_again,
        judge=judge,
    )


def _code() -> str:
    """A digest of both packages: no version number follows every change that matters."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "ingest").rglob("*.py"), *(ROOT / "assistant").rglob("*.py")]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _reading(path: Path) -> Iterator[Path]:
    try:
        yield path
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} cannot be read ({reason}). Give the folder of a finished report.") from None


def read_receipt(folder: Path) -> Receipt:
    """What the run in a report folder was made with. Raises `UserError` where that cannot be read."""
    with _reading(folder / RECEIPT) as path:
        return Receipt.model_validate_json(path.read_bytes())


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of a report folder, one at a time. Raises `UserError` where they cannot be read."""
    with _reading(folder / ROWS) as path, path.open("rb") as file:
        yield from map(Row.model_validate_json, file)


def read_summary(folder: Path) -> Summary:
    """The figures of a report folder. Raises `UserError` where they cannot be read."""
    with _reading(folder / SUMMARY) as path:
        return _SUMMARY.validate_json(path.read_bytes())


def write_summary(folder: Path, summary: Summary) -> None:
    """Writes `summary.json`."""
    (folder / SUMMARY).write_bytes(_SUMMARY.dump_json(summary, indent=1) + b"\n")


def open_results(folder: Path, receipt: Receipt) -> tuple[Path, int]:
    """The file for the rows of a run, and how many it has already: an interrupted run goes on after these.

    A row that was cut off or damaged is taken away, with all after it. Raises `UserError` where the folder holds
    another run, or rows of something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, rows = folder / RECEIPT, folder / ROWS
    if path.exists():
        earlier = dict(read_receipt(folder))
        if differs := ", ".join(name for name, value in receipt if earlier[name] != value):
            raise UserError(
                f"{folder} holds a run that differs in {differs}. Begin a new one, in another --report."
            )
    elif rows.exists():
        raise UserError(f"{rows} is of something else: it has no {RECEIPT}. Give another --report.")
    else:
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(receipt.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")
        unfinished.replace(path)
    with rows.open("a+b") as file:
        file.seek(0)
        whole = [len(line) for line in _whole_rows(file)]
        file.truncate(sum(whole))
    return rows, len(whole)


def _whole_rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        try:
            Row.model_validate_json(line)
        except ValueError:
            return
        if not line.endswith(b"\n"):
            return
        yield line
