"""A chat model writes the questions beside a document (see `ingest/questions.py`), each with its quotes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape as escape_tags
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import ValidationError

from assistant import prompts
from assistant.model_calls import reply_of
from ingest.errors import SourceError, UserError
from ingest.passages import Passage, split
from ingest.questions import QuestionLine, indexed_questions
from ingest.sources import Source, questions_file, read_source
from ingest.text import fold

_AT_ONCE = 4  # passages that the model reads at a time
_LONGEST = 300  # characters of a question


@dataclass(frozen=True)
class Written:
    """What was added for one document; `failed` passages are asked about when it is run again."""

    path: Path
    questions: int
    passages: int
    failed: int
    tokens: int

    def __str__(self) -> str:
        failed = f"; {self.failed} failed, run it again for these" if self.failed else ""
        return f"{self.path}: {self.questions} from {self.passages} passages ({self.tokens:,} tokens{failed})"


def write_questions(
    document: Path, model: BaseChatModel, progress: Callable[[int, int], None] | None = None
) -> Written:
    """Adds questions for the passages of a document that none of its questions points at yet.

    Only a question whose every quote stands in the passage is kept, whatever the model says. Raises `UserError`
    where the model failed on every passage, `SourceError` where a file cannot be read or written.
    """
    source = read_source(document)
    passages = list(_without_question(source))
    beside = questions_file(document)
    lines: list[str] = []
    errors: list[BaseException] = []
    tokens = 0
    for at in range(0, len(passages), _AT_ONCE):
        batch = passages[at : at + _AT_ONCE]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            replies = [pool.submit(reply_of, model, messages(passage)) for passage in batch]
        for passage, reply in zip(batch, replies, strict=True):
            if error := reply.exception():
                errors.append(error)
                continue
            lines += [line.model_dump_json() + "\n" for line in kept(str(reply.result().text), passage)]
            tokens += _tokens(reply.result())
        if progress:
            progress(min(at + _AT_ONCE, len(passages)), len(passages))
    if errors and len(errors) == len(passages):
        raise UserError(f"No question was written. {errors[0]}")
    _append(beside, source.questions, lines)
    return Written(document, len(lines), len(passages), len(errors), tokens)


def messages(passage: Passage) -> list[BaseMessage]:
    """The prompt. No text of the passage can close the tag that it stands in."""
    user = prompts.QUESTIONS_USER.format(
        section=escape_tags(passage.section), passage=escape_tags(passage.text, quote=False)
    )
    return [SystemMessage(prompts.QUESTIONS_SYSTEM), HumanMessage(user)]


def kept(reply: str, passage: Passage) -> list[QuestionLine]:
    """The lines of a reply that are a question whose every quote stands in the passage, each question once."""
    text = fold(passage.text).text
    found: dict[str, QuestionLine] = {}
    for line in reply.splitlines():
        try:
            entry = QuestionLine.model_validate_json(line)
        except ValidationError:
            continue  # a fence, a remark, or a line that was cut off
        quotes = [fold(quote).text for quote in entry.evidence]
        words = " ".join(entry.question.split())
        if 0 < len(words) <= _LONGEST and quotes and all(quote and quote in text for quote in quotes):
            found.setdefault(words.casefold(), QuestionLine(question=words, evidence=entry.evidence))
    return list(found.values())


def _without_question(source: Source) -> Iterator[Passage]:
    spans = [span for question in indexed_questions(source) for span in question.spans]
    for passage in split(source):
        if not any(span.start < passage.end and passage.start < span.end for span in spans):
            yield passage


def _append(path: Path, before: str, lines: list[str]) -> None:
    if not lines:
        return
    cut = "" if not before or before.endswith("\n") else "\n"
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(cut + "".join(lines))
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({error.strerror}). Mend that and run it again.") from None


def _tokens(reply: BaseMessage) -> int:
    counted = reply.usage_metadata if isinstance(reply, AIMessage) else None
    return counted["total_tokens"] if counted else 0
