"""Question sets: their format, read and written."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.answers import EarlierTurn
from ingest.errors import UserError

Phrasing = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class QuestionItem(BaseModel):
    """One line of a question set; docs/evaluation.md describes the format.

    `answerable` is `None` for a greeting or the like, to which an answer is neither a refusal nor cited; `least`
    is how many of the facts make an answer useful; `answers` and `doc` are for those who read the set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    question: str
    answerable: bool | None = Field(strict=True)
    history: tuple[EarlierTurn, ...] = ()
    standalone: str | None = None
    facts: tuple[Annotated[tuple[Phrasing, ...], Field(min_length=1)], ...] = ()
    least: int | None = Field(default=None, ge=0, strict=True)
    evidence: tuple[str, ...] = ()
    forbidden: tuple[Phrasing, ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["held"] | None = None
    doc: str | None = None


@dataclass(frozen=True)
class Finding:
    """Something to mend in a line, or (`error` is false) to look at; `line` is 0 for the set as a whole."""

    line: int
    message: str
    error: bool = True


@dataclass(frozen=True)
class QuestionSet:
    """The questions of a file by the line where they begin, and what is to be said of its other lines."""

    items: dict[int, QuestionItem] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


_SHAPES = {
    "facts": '[["one phrasing", "another"], ["the next fact"]]',
    "answerable": "true, false, or null for a greeting",
    "least": "2",
    "split": '"held"',
    "history": '["an earlier question", {"question": "...", "answer": "..."}]',
    **dict.fromkeys(("evidence", "forbidden", "answers", "tags"), '["first", "second"]'),
    **dict.fromkeys(("id", "question", "standalone", "doc"), '"text"'),
    "": '{"id": "q-1", "question": "...", "answerable": true}',
}


def load_questions(path: Path) -> list[QuestionItem]:
    """The questions of a JSON Lines file. Raises `UserError` with file and line for the first that is wrong."""
    return list(checked(path, read_jsonl(path)).items.values())


def read_jsonl(path: Path) -> QuestionSet:
    """The questions of a JSON Lines file, and a finding for each line that holds none."""
    found = QuestionSet()
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.items[number] = QuestionItem.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            found.findings.append(Finding(number, f"broken JSON ({error.msg}). Mend the line."))
        except ValidationError as error:
            found.findings.append(Finding(number, explain(error)))
    found.findings.extend(_contradictions(found.items))
    return found


def _contradictions(items: Mapping[int, QuestionItem]) -> Iterator[Finding]:
    """What makes the figures of a run meaningless, though every line is well-formed."""
    seen = Counter(item.id for item in items.values())
    for number, item in items.items():
        if seen[item.id] > 1:
            yield Finding(number, f"the id {item.id!r} stands more than once. Give each line its own.")
        if not item.answerable and (item.evidence or item.facts):
            yield Finding(
                number, "unanswerable, but with evidence or facts. Remove them, or set answerable to true."
            )
        if (item.least or 0) > len(item.facts):
            yield Finding(
                number, f"`least` asks for {item.least} of {len(item.facts)} facts. Add facts, or lower it."
            )


def checked(path: Path, found: QuestionSet) -> QuestionSet:
    """The set that was found in a file. Raises `UserError` for its first error, or where it is empty."""
    errors = [finding for finding in found.findings if finding.error]
    if errors:
        first = min(errors, key=lambda finding: finding.line)
        more = f" More mistakes: {len(errors) - 1}; --check lists them." if len(errors) > 1 else ""
        raise UserError(f"{path}:{first.line}: {first.message}{more}")
    if not found.items:
        raise UserError(f"{path} holds no questions. Give a question set, one JSON object a line, or a CSV.")
    return found


def write_questions(path: Path, items: Iterable[QuestionItem]) -> None:
    """Writes a JSON Lines file. Raises `UserError` where there is one already, or where none can be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(item.model_dump_json(exclude_defaults=True) + "\n" for item in items)
    except FileExistsError:
        raise UserError(f"{path} is there already. Give another name.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}). Give another name.") from None


def explain(error: ValidationError) -> str:
    """What is wrong with a line of a question set, and the mend."""
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"])) or "the line"
    if first["type"] == "extra_forbidden":
        return f"unknown key {key!r}. Remove it, or correct its spelling."
    if first["type"] == "missing":
        return f"the key {key!r} is missing. Add it."
    shape = _SHAPES.get(str(first["loc"][0]) if first["loc"] else "", "")
    return f"{key}: {first['msg']}. {f'Write it like {shape}.' if shape else 'Mend it.'}"


def read_text(path: Path) -> str:
    """The text of a question set, without a byte order mark. Raises `UserError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}). Give a question set.") from None
