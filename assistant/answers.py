"""The types that cross borders: what is asked, and the answer with its citations.

Their JSON form is what `bpo-kpo ask --json` prints, what the web endpoint returns and what evaluation stores.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from ingest.passages import Passage
from ingest.sources import shown_name

Support = Literal["quoted", "supported", "unsupported"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EarlierTurn(_Frozen):
    """An earlier question with its answer, where that is known; plain text stands for a question alone."""

    question: str
    answer: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, value: Any) -> Any:
        return {"question": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _as_given(self, fields: SerializerFunctionWrapHandler) -> Any:
        return fields(self) if self.answer else self.question


class Ask(_Frozen):
    """A question, and the earlier turns of its conversation, oldest first.

    `within` names the documents that it is asked of, by title or file; all where it names none. `strict`: whether
    what a chat model says without proof is left out; as the settings say, where it is `None`.
    """

    question: str
    history: tuple[EarlierTurn, ...] = ()
    within: tuple[str, ...] = ()
    strict: bool | None = None

    @property
    def earlier(self) -> tuple[str, ...]:
        """The earlier questions."""
        return tuple(turn.question for turn in self.history)


class Sentence(_Frozen):
    """One sentence, list item or table cell of an answer, without its markers.

    `doubt` says in a few words why it is unsupported; it is empty where it is not.
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    doubt: str = ""


class Citation(_Frozen):
    """The span that proves a sentence: `source.text[start:end] == quote`, offsets in code points.

    `page` is the number that is printed on its page; empty where a document has none.
    """

    number: int
    source: str
    section: str
    quote: str
    start: int
    end: int
    page: str = ""

    def place(self, files: Mapping[str, str]) -> str:
        """Where it stands, for people: file, offsets and page. See `files_of`."""
        return f"{files[self.source]}:{self.start}-{self.end}" + (f", p. {self.page}" if self.page else "")


class RetrievedPassage(_Frozen):
    """A passage that was retrieved, with its fused retrieval score (higher is better)."""

    source: str
    section: str
    text: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, passage: Passage) -> "RetrievedPassage":
        """A passage of the index that no ranking has brought."""
        return cls(**vars(passage), score=0.0)


def files_of(items: Iterable[Citation | RetrievedPassage]) -> dict[str, str]:
    """What people see of the documents' names (see `shown_name`), by name."""
    names = {item.source for item in items}
    return {name: shown_name(name, names) for name in names}


class Usage(_Frozen):
    """Tokens sent and received, and what they cost in US dollars (`None`: not known; nothing was sent: 0).

    `cached_tokens` are those of the sent ones that the server had read before, and charges less for.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; the cost is not known where one of them is not."""
        costs = (self.cost_usd, other.cost_usd)
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
        )


class Seconds(_Frozen):
    """Wall-clock time of each stage."""

    retrieve: float = 0.0
    read: float = 0.0
    total: float = 0.0


class Answer(_Frozen):
    """The answer to one question.

    `text` is Markdown with `[1]` markers; `sentences` and `citations` are the same without them. Numbers run
    from 1 to n in order of first use. A refusal (`answered` is false) has neither sentences nor citations;
    its `passages` are the nearest ones. `confidence` says how sure the reader is that its sources answer the
    question, higher is surer; `None` where the reader does not say.
    """

    question: str
    standalone_question: str
    answered: bool
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[RetrievedPassage, ...] = ()
    notices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float | None = None
    model: str
    usage: Usage = Field(default_factory=Usage)
    seconds: Seconds = Field(default_factory=Seconds)

    @property
    def files(self) -> dict[str, str]:
        """See `files_of`."""
        return files_of((*self.citations, *self.passages))
