"""A conversation to keep: as Markdown for people, and as an evidence bundle that can be verified later."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.citations import cite
from ingest.errors import UserError
from ingest.sources import Source
from ingest.text import fold

State = Literal["stands", "moved", "gone"]
NEAREST, YOU_COULD_ASK = "The nearest passages:", "You could ask:"
_NEAREST = 3

_TAG = re.compile(r"(?<!\\)((?:\\\\)*)<")  # one that no backslash stands before, or that only backslashes escape
_TARGET = re.compile(r"(?<=\])[(:]")  # what makes of brackets a link, an image or a definition of these


class SourceHash(BaseModel):
    """What a document was when it was quoted: the SHA-256 of its text as UTF-8."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    sha256: str

    @classmethod
    def of(cls, source: Source) -> "SourceHash":
        """The hash of a document as it is now."""
        content = source.text.encode(errors="surrogatepass")
        return cls(name=source.name, title=source.title, sha256=hashlib.sha256(content).hexdigest())


class Bundle(BaseModel):
    """Answers with their spans, and the hashes of the documents that these point into."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    answers: tuple[Answer, ...]
    sources: tuple[SourceHash, ...]


class Verified(NamedTuple):
    """What has become of a bundle: of each quote, of the documents, of the answers."""

    quotes: tuple["CheckedQuote", ...]
    changed: tuple[str, ...]  # documents whose text is another one now, or that are gone
    rewritten: tuple[str, ...]  # questions whose answers say "word for word" what their quotes do not


class CheckedQuote(NamedTuple):
    """What has become of a quote: `stands` at its offsets, `moved` elsewhere, in the documents, or is `gone`."""

    question: str
    citation: Citation
    state: State


def answer_markdown(answer: Answer) -> str:
    """An answer with its quotes below: number, section, quote, file, offsets; no tag, link or image is active."""
    notes = [f"> {notice}" for notice in answer.notices]
    quotes = [_quote(citation, answer.files) for citation in answer.citations]
    return inert("\n\n".join([answer.text, *notes, *(["\n".join(quotes)] if quotes else [])]))


def nearest_places(answer: Answer) -> list[str]:
    """Where the passages stand that are nearest to a refusal: section, file, offsets."""
    shown = () if answer.answered else answer.passages[:_NEAREST]
    return [f"{one.section} ({answer.files[one.source]}:{one.start}-{one.end})".strip() for one in shown]


def conversation_markdown(answers: Sequence[Answer]) -> str:
    """A conversation: each question as a heading, its answer below."""
    turns = (f"## {inert(' '.join(answer.question.split()))}\n\n{answer_markdown(answer)}\n" for answer in answers)
    return "\n".join(turns)


def inert(markdown: str) -> str:
    """Without HTML, links and images: what documents, models and people wrote is data where it is opened, too."""
    without_tags = _TAG.sub(r"\1\\<", markdown)
    return _TARGET.sub(r"\\\g<0>", without_tags)


def bundle(answers: Sequence[Answer], sources: Mapping[str, Source]) -> Bundle:
    """The answers and the hashes of those `sources` that they cite."""
    cited = sorted({citation.source for answer in answers for citation in answer.citations})
    hashes = (SourceHash.of(sources[name]) for name in cited if name in sources)
    return Bundle(answers=tuple(answers), sources=tuple(hashes))


def read_bundle(text: str) -> Bundle:
    """What an export wrote. Raises `UserError` for anything else."""
    try:
        return Bundle.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UserError(f"This is no evidence bundle ({where}: {first['msg']}). Export one anew.") from None


def verify(kept: Bundle, sources: Mapping[str, Source]) -> Verified:
    """Each quote of a bundle looked up in the documents as they are now, in the order of the answers.

    Of the answers, the sentences are looked up in their quotes that are said to stand there word for word.
    """
    folded = {name: fold(source.text).text for name, source in sources.items()}
    quotes = (
        CheckedQuote(answer.question, citation, _state(citation, sources, folded))
        for answer in kept.answers
        for citation in answer.citations
    )
    same = {name for name, source in sources.items() if SourceHash.of(source) in kept.sources}
    changed = (source.name for source in kept.sources if source.name not in same)
    rewritten = (answer.question for answer in kept.answers if _rewritten(answer))
    return Verified(tuple(quotes), tuple(changed), tuple(rewritten))


def _rewritten(answer: Answer) -> bool:
    quotes = [
        RetrievedPassage(source=c.source, section=c.section, text=c.quote, start=c.start, end=c.end, score=0.0)
        for c in answer.citations
    ]
    found = cite(answer.text, quotes, whole=True).sentences if answer.answered else ()
    return len(found) != len(answer.sentences) or any(
        told.text != one.text or (told.support == "quoted" and one.support != "quoted")
        for told, one in zip(answer.sentences, found, strict=True)
    )


def _state(citation: Citation, sources: Mapping[str, Source], folded: Mapping[str, str]) -> State:
    source = sources.get(citation.source)
    inside = source and 0 <= citation.start < citation.end <= len(source.text)
    if source and inside and source.text[citation.start : citation.end] == citation.quote:
        return "stands"
    quote = fold(citation.quote).text
    return "moved" if quote and any(quote in text for text in folded.values()) else "gone"


def _quote(citation: Citation, files: Mapping[str, str]) -> str:
    words = " ".join(citation.quote.split())
    return f"- [{citation.number}] {citation.section}: “{words}” ({citation.place(files)})"
