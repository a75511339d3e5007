"""What a run leaves in its folder beside the report: its receipt, and a row for each question."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.scoring import Scores
from assistant.prompts import PROMPT_VERSION
from ingest.errors import UserError
from ingest.settings import ROOT

RECEIPT = "receipt.json"
ROWS = "results.jsonl"


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
        judge=judge,
    )


def _code() -> str:
    """A digest of both packages: no version number follows every change that matters."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "ingest").rglob("*.py"), *(ROOT / "assistant").rglob("*.py")]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of a report folder, one at a time. Raises `UserError` where there are none."""
    path = folder / ROWS
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Row.model_validate_json(line)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} is no report that can be read ({reason}). Run bpo-kpo evaluate again.") from None


def read_receipt(folder: Path) -> Receipt:
    """What the run in a report folder was made with. Raises `UserError` where that cannot be read."""
    path = folder / RECEIPT
    try:
        return Receipt.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{path} is not what a run of this version left. Give another folder.") from None


def open_results(folder: Path, receipt: Receipt, items: Sequence[QuestionItem]) -> tuple[Path, int]:
    """The file for the rows of a run, and how many it has already: an interrupted run goes on after these.

    A row that was cut off or damaged is taken away, with all after it. Raises `UserError` where the folder holds
    another run, or rows of something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, rows = folder / RECEIPT, folder / ROWS
    if path.exists():
        earlier = read_receipt(folder)
        if names := [name for name in Receipt.model_fields if getattr(earlier, name) != getattr(receipt, name)]:
            differs = ", ".join(names)
            raise UserError(
                f"{folder} holds a run that differs in {differs}. Begin a new one, in another --report."
            )
    elif rows.exists():
        raise UserError(f"{rows} is of something else: it has no {RECEIPT}. Give another --report.")
    else:
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(receipt.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")
        unfinished.replace(path)
    return rows, _keep_whole_rows(rows, items)


def _keep_whole_rows(path: Path, items: Sequence[QuestionItem]) -> int:
    kept = length = 0
    with path.open("a+b") as file:
        file.seek(0)
        for line, item in zip(file, items, strict=False):
            if not line.endswith(b"\n") or not _is_row_of(line, item):
                break
            kept += 1
            length += len(line)
        file.truncate(length)
    return kept


def _is_row_of(line: bytes, item: QuestionItem) -> bool:
    try:
        return Row.model_validate_json(line).question == item
    except ValueError:
        return False
