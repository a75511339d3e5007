"""Question sets: their format, and where their evidence stands in the corpus."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import UserError
from ingest.sources import Source
from ingest.text import Folded, Span, fold


class QuestionItem(BaseModel):
    """One line of a question set; the design page of the format is the README's section on evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...] = ()
    standalone: str | None = None
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["held"] | None = None
    doc: str | None = None


class Place(NamedTuple):
    """A span of a source."""

    source: str
    span: Span


class Corpus:
    """The folded texts of an index, in which quotes are found."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._folded: dict[str, Folded] = {name: fold(source.text) for name, source in sources.items()}

    def find(self, quote: str) -> list[Place]:
        """Every place where the folded quote stands."""
        needle = fold(quote).text
        places = []
        for name, folded in self._folded.items():
            at = folded.text.find(needle) if needle else -1
            while at >= 0:
                places.append(Place(name, folded.span(at, at + len(needle))))
                at = folded.text.find(needle, at + 1)
        return places


def load_questions(path: Path) -> list[QuestionItem]:
    """The questions of a JSON Lines file. Raises `UserError` with file and line for the first that is wrong."""
    items = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            items.append(QuestionItem.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            raise UserError(f"{path}:{number}: broken JSON ({error.msg}). Mend the line.") from None
        except ValidationError as error:
            raise UserError(f"{path}:{number}: {explain(error)}") from None
    if not items:
        raise UserError(f"{path} holds no questions. Give a question set, one JSON object a line.")
    return items


def explain(error: ValidationError) -> str:
    """What is wrong with a line of a question set, and the mend."""
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"])) or "the line"
    if first["type"] == "extra_forbidden":
        return f"unknown key {key!r}. Remove it, or correct its spelling."
    if first["type"] == "missing":
        return f"the key {key!r} is missing. Add it."
    return f"{key}: {first['msg']}. Mend it."


def read_lines(path: Path) -> Sequence[str]:
    """The lines of a question set. Raises `UserError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}). Give a question set.") from None
