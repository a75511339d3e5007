"""The chain: question in, cited answer out, as one LangChain Runnable. Built once from settings."""

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ValidationError

from assistant import prompts
from assistant.answers import Answer, Ask, RetrievedPassage, Seconds, Usage
from assistant.citations import cite
from assistant.conversation import LONGEST_QUESTION, TURNS, standalone
from assistant.evidence import Candidate, Evidence
from assistant.lexicon import Lexicon
from assistant.models import EXTRACTIVE, choose, open_chat_model, sends_to, server_of
from assistant.question import Question, analyse
from assistant.readers import Draft, Reading, extractive, llm
from assistant.readers.lines import Decision
from assistant.retriever import Explanation as RetrievalExplanation
from assistant.retriever import HybridRetriever
from assistant.settings import AssistantSettings
from assistant.streams import streaming
from assistant.suggestions import suggestions
from ingest.embeddings import MiniLM, open_embeddings
from ingest.errors import QuestionError, UserError
from ingest.index import CurrentIndex, Index
from ingest.text import fold

_SURROGATE = re.compile(r"[\ud800-\udfff]")  # what bytes that are not UTF-8 become on the command line

Asked = Ask | Mapping[str, Any] | str


def open_assistant(
    settings: AssistantSettings,
    *,
    chat_model: BaseChatModel | None = None,
    embeddings: Embeddings | None = None,
) -> "Assistant":
    """The assistant for these settings. `chat_model` takes the place of the model that the settings name.

    Raises `SettingsError` for a model or an embedding model that there is not.
    """
    return Assistant(settings, chat_model, embeddings or open_embeddings(settings.ingest))


@dataclass(frozen=True)
class Opened:
    """One snapshot of the index with what is computed from it once."""

    index: Index
    retriever: HybridRetriever
    evidence: Evidence


@dataclass(frozen=True)
class Explanation:
    """How an answer came about: the rankings and, with the offline reader, the units with its decision."""

    question: Question
    retrieval: RetrievalExplanation
    candidates: list[Candidate]
    decision: Decision


class Assistant:
    """The parts of the chain, made once and kept.

    `chain` is a LangChain Runnable from a question (an `Ask`, its fields as a mapping, or plain text) to an
    `Answer`. `stream` yields whole answers, each replacing the last; the final one is what `invoke` returns.
    Every question is answered from the index that is current when it is asked. Mistakes that a person can
    mend are raised as `UserError`.
    """

    chain: Runnable[Asked, Answer]

    def __init__(
        self, settings: AssistantSettings, chat_model: BaseChatModel | None, embeddings: Embeddings
    ) -> None:
        self._embeddings = embeddings
        # whatever embeds the passages, the offline reader scores with the model that its thresholds are made for
        self._reading_model = embeddings if isinstance(embeddings, MiniLM) else MiniLM()
        self._current = CurrentIndex(settings.ingest)
        self._lock = threading.Lock()
        self._opened: Opened | None = None
        self.model = str(chat_model._llm_type) if chat_model else choose(settings)
        self.chat_model = chat_model  # `None` where the offline reader answers
        if chat_model is None and self.model != EXTRACTIVE:
            self.chat_model = open_chat_model(self.model, settings)
        self.server = server_of(self.model, settings)
        self.sends_to = sends_to(self.model, settings)  # who sees a question; nobody where it is empty

        def stream(asked: Asked, config: RunnableConfig) -> Iterator[Answer]:
            yield from self._answer(as_ask(asked), config)

        self.chain = streaming(stream, name="assistant")

    def explain(self, asked: Asked) -> Explanation:
        """What the offline reader does with a question, and why."""
        opened = self._open()
        reading = _reading(opened, self._standalone(as_ask(asked))[0])
        ranked = opened.evidence.rank(reading.question, reading.passages)
        decision = extractive.decide(reading, ranked, opened.evidence)
        return Explanation(reading.question, opened.retriever.explain(reading.question.text), ranked, decision)

    def suggest(self, answer: Answer, asked: Sequence[str] = ()) -> Answer:
        """The answer with questions to go on with, none of those `asked`; takes as long as a few questions."""
        opened = self._open()

        def answer_to(question: str) -> Answer:
            reading = _reading(opened, question)
            draft = extractive.make_reader(opened.evidence).invoke(reading)
            return finish(Ask(question=question), reading, draft, EXTRACTIVE, Seconds(), Usage())

        found = suggestions(answer, asked, opened.evidence, opened.index.sources, answer_to)
        return answer.model_copy(update={"suggestions": found})

    def warm_up(self) -> None:
        """Does ahead of the first question what that one would wait for."""
        opened = self._open()
        opened.evidence.read(opened.index.passages)

    def index(self) -> Index:
        """The index that is current now."""
        return self._open().index

    def _answer(self, ask: Ask, config: RunnableConfig | None = None) -> Iterator[Answer]:
        """The answer as it grows."""
        started = time.perf_counter()
        opened = self._open()
        text, spent = self._standalone(ask, config)
        reader = llm.make_reader(self.chat_model) if self.chat_model else extractive.make_reader(opened.evidence)
        reading = _reading(opened, text, config)
        retrieved = time.perf_counter()
        for draft in reader.stream(reading, config):
            now = time.perf_counter()
            seconds = Seconds(retrieve=retrieved - started, read=now - retrieved, total=now - started)
            answer = finish(ask, reading, draft, self.model, seconds, spent)
            yield answer
        if any(sentence.support == "unsupported" for sentence in answer.sentences):
            yield finish(ask, reading, draft, self.model, seconds, spent, whole=True)
        if not answer.text:
            raise UserError("The model sent an answer without words. Ask again, or choose another with --model.")

    def _standalone(self, ask: Ask, config: RunnableConfig | None = None) -> tuple[str, Usage]:
        """The question, understandable without the earlier ones, and what a model took to make it so."""
        if self.chat_model:
            text, usage = llm.rewrite_question(self.chat_model, ask.question, ask.history[-TURNS:], config)
            return text[:LONGEST_QUESTION], usage
        return standalone(ask.question, ask.history), Usage()

    def _open(self) -> Opened:
        """The current snapshot, with its retriever."""
        index = self._current.get()
        with self._lock:
            if self._opened is None or self._opened.index is not index:
                lexicon = Lexicon([passage.embedded_text for passage in index.passages])
                evidence = Evidence(lexicon, self._reading_model, index.questions)
                retriever = HybridRetriever(
                    index=index, embeddings=self._embeddings, lexicon=lexicon, evidence=evidence
                )
                self._opened = Opened(index, retriever, evidence)
            return self._opened


def as_ask(asked: Ask | Mapping[str, Any] | str) -> Ask:
    """Checks what is asked. Raises `QuestionError` for an empty, an over-long or a garbled question."""
    try:
        ask = Ask(question=asked) if isinstance(asked, str) else Ask.model_validate(asked)
    except ValidationError:
        raise QuestionError("That is no question. Give text, or a question with its history of texts.") from None
    if not ask.question.strip():
        raise QuestionError("The question is empty. Type one, for example: What drives BPO compared with KPO?")
    for text in (ask.question, *ask.history[-TURNS:]):
        if len(text) > LONGEST_QUESTION:
            raise QuestionError(
                f"The question has {len(text):,} characters, the limit is {LONGEST_QUESTION:,}. Shorten it."
            )
        if _SURROGATE.search(text):
            raise QuestionError("The question is not UTF-8. Type it again.")
    return ask


def finish(
    ask: Ask, reading: Reading, draft: Draft, model: str, seconds: Seconds, spent: Usage, whole: bool = False
) -> Answer:
    """A draft as an answer: verified and numbered, or a refusal; `whole`: it grows no more.

    `spent` is what rewriting the question took.
    """
    passages = reading.passages
    if draft.about is not None:  # what a refusal is about is its nearest passage
        passages = (passages[draft.about - 1], *passages[: draft.about - 1], *passages[draft.about :])
    refusal = Answer(
        question=ask.question,
        standalone_question=reading.question.text,
        answered=False,
        text=prompts.refusal(len(reading.sources)),
        passages=passages,
        notices=draft.notices,
        confidence=draft.confidence,
        model=model,
        usage=spent + draft.usage,
        seconds=seconds,
    )
    if _bare(draft.text) == _bare(refusal.text):
        return refusal
    cited = cite(draft.text, reading.passages, whole)
    dropped = ", ".join(map(str, cited.unknown))
    notice = (f"Markers that name no passage were dropped: {dropped}.",) if dropped else ()
    found = {"text": cited.text, "sentences": cited.sentences, "citations": cited.citations}
    return refusal.model_copy(update={**found, "answered": True, "notices": draft.notices + notice})


def _reading(opened: Opened, text: str, config: RunnableConfig | None = None) -> Reading:
    """A standalone question with what was retrieved for it."""
    question = analyse(text)
    passages = tuple(map(_retrieved, opened.retriever.invoke(question.text, config)))
    return Reading(question, passages, opened.index.sources)


def _bare(text: str) -> str:
    """Without markers, emphasis and the last stop: a model does not always repeat a refusal exactly."""
    return fold(prompts.MARKER.sub("", text)).text.rstrip(" .")


def _retrieved(document: Document) -> RetrievedPassage:
    return RetrievedPassage(text=document.page_content, **document.metadata)
