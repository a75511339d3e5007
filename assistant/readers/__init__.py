"""The two readers: `extractive` arranges sentences of the article, `llm` asks a chat model.

A reader is a LangChain Runnable from `ReaderInput` to `Draft`; while it streams, each draft replaces the last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answers import EarlierTurn, RetrievedPassage, Usage
from assistant.reading_model.model import PassageScores
from assistant.summaries import Overview
from ingest.sources import Source


@dataclass(frozen=True)
class ReaderInput:
    """What a reader gets: the question, the passages (best first) and the whole texts that these come from.

    `readings` is what the reading model says of each passage, and `answerable` the probability that all which it
    has read answers; nothing where nobody asked it. `overview`: what is quoted where the question is asked of a
    whole document, or of two things side by side, out of these passages. `terms` gives a text's words in their
    short form (see `Lexicon.terms`).

    A prompt for a chat model numbers the passages that it is `given` (`whole`: they are all that the documents
    hold, in their order), and has the `earlier` turns and the last question as it was `asked`.
    """

    question: str
    passages: tuple[RetrievedPassage, ...]
    sources: Mapping[str, Source]
    readings: tuple[PassageScores, ...] = ()
    answerable: float = 0.0
    overview: Overview | None = None
    terms: Callable[[str], Sequence[str]] = lambda _: ()
    given: tuple[RetrievedPassage, ...] = ()
    whole: bool = False
    earlier: tuple[EarlierTurn, ...] = ()
    asked: str = ""


@dataclass(frozen=True)
class Draft:
    """What a reader has written so far: Markdown in which `[n]` names the n-th passage.

    A refusal has exactly the text of `prompts.refusal`.
    """

    text: str
    notices: tuple[str, ...] = ()
    about: int | None = None  # a refusal's passage that the notices are about
    usage: Usage = field(default_factory=Usage)
    confidence: float | None = None  # how sure the reader is that the passages answer; `None`: it does not say
    given: tuple[RetrievedPassage, ...] = ()  # those that it numbers, where they are not the reading's passages
