"""What people thought of answers, kept as JSON Lines; the bad ones become questions of a set to complete."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answers import Answer
from ingest.errors import UserError

_LARGEST = 100_000_000  # bytes: whoever can press a thumb must not be able to fill the disk


class Feedback(BaseModel):
    """A thumb on an answer: up, down, or taken back (`None`); of two with the same id the later one counts."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: uuid4().hex)
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    good: bool | None
    comment: str = ""
    history: tuple[str, ...] = ()
    within: tuple[str, ...] = ()  # the documents that were asked (see `Ask`)
    answer: Answer

    @property
    def question_id(self) -> str:
        """The id of the question that is made of it."""
        return f"feedback-{self.id[:8]}"


def keep(feedback: Feedback, path: Path) -> None:
    """Adds a line to the file. Raises `UserError` where it cannot be written, or holds 100 MB."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            if file.tell() > _LARGEST:
                raise UserError(f"{path} is full. Move it away, or set BPO_KPO_FEEDBACK.")
            file.write(feedback.model_dump_json() + "\n")
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}). Mend that, or set BPO_KPO_FEEDBACK."
        ) from None


def read_feedback(path: Path) -> list[Feedback]:
    """The feedback in the file, each once, without what was taken back.

    Raises `UserError` where there is no file, or a line is wrong.
    """
    try:
        lines = path.read_bytes().split(b"\n")  # JSON may hold other ends of lines
    except OSError:
        raise UserError(
            f"There is no feedback at {path}. Give some in the chat window, or set BPO_KPO_FEEDBACK."
        ) from None
    found: dict[str, Feedback] = {}
    for number, line in enumerate(lines, start=1):
        if line:
            try:
                one = Feedback.model_validate_json(line)
            except ValidationError:
                raise UserError(f"{path}:{number} is no feedback. Remove the line.") from None
            found[one.id] = one
    return [one for one in found.values() if one.good is not None]


def to_complete(feedback: list[Feedback]) -> Iterator[str]:
    """A line of a question set for each bad answer; what was right to say is for a person to fill in."""
    for one in feedback:
        if one.good is False:
            line = {
                "id": one.question_id,
                "question": one.answer.question,
                "history": one.history,
                "answerable": "?",  # which no set may say: a person has to
                "facts": [],
                "evidence": [],
                "tags": ["feedback"],
            }
            if one.within:
                line["doc"] = ", ".join(one.within)  # a question of several is refused until a person chooses one
            yield json.dumps(line, ensure_ascii=False)
