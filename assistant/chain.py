"""The chain: question in, cited answer out, as one LangChain Runnable. Built once from settings."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import check, prompts
from assistant.answer_prompt import fit
from assistant.answers import Answer, Ask, Seconds, Usage
from assistant.asking import Asked, as_ask
from assistant.check import Checked
from assistant.context import for_chat_model
from assistant.conversation import EARLIER_TOLD, points_at_item, recent, resolve, with_item
from assistant.finishing import finish
from assistant.holes import with_holes_named
from assistant.introduction import introduce, is_small_talk
from assistant.lines import Line
from assistant.model_faults import ModelFault
from assistant.models import EXTRACTIVE, answer_tokens, choose, open_chat_model, sends_to, server_of
from assistant.readers import Draft, ReaderInput, extractive, llm
from assistant.readers.selection import Candidate, candidates
from assistant.retriever import Rankings
from assistant.rewriting import rewrite_question
from assistant.second_opinion import proofs_of, second_opinion
from assistant.settings import AssistantSettings
from assistant.snapshot import CurrentSnapshot, Snapshot
from assistant.streams import streaming
from assistant.suggestions import suggestions
from assistant.verdicts import Judge
from ingest.embeddings import open_embeddings
from ingest.index import Index


def open_assistant(
    settings: AssistantSettings,
    *,
    chat_model: BaseChatModel | None = None,
    reader: Runnable[ReaderInput, Draft] | None = None,
    embeddings: Embeddings | None = None,
) -> "Assistant":
    """The assistant for these settings. A `chat_model` or a `reader` takes the place of what the settings name.

    Raises `SettingsError` for a model or an embedding model that there is not.
    """
    snapshots = CurrentSnapshot(settings.ingest, embeddings or open_embeddings(settings.ingest))
    return Assistant(settings, chat_model, snapshots, reader)


@dataclass(frozen=True)
class Explanation:
    """How an answer came about: the rankings and, with the offline reader, what it read, and its decision.

    `given` is what a chat model is given to read; `None` where the offline reader answers.
    """

    reading: ReaderInput
    rankings: Rankings
    candidates: list[Candidate]
    decision: extractive.Decision
    given: ReaderInput | None = None


class Assistant:
    """The parts of the chain, made once and kept.

    `chain` is a LangChain Runnable from a question (an `Ask`, its fields as a mapping, or plain text) to an
    `Answer`. `stream` yields whole answers, each replacing the last; the final one is what `invoke` returns.
    Every question is answered from the index that is current when it is asked. Mistakes that a person can
    mend are raised as `UserError`. Where a chat model gives no answer the offline reader does, with a notice
    that says why; `chain_of_model` raises a `ModelFault` instead.
    """

    chain: Runnable[Asked, Answer]
    chain_of_model: Runnable[Asked, Answer]

    def __init__(
        self,
        settings: AssistantSettings,
        chat_model: BaseChatModel | None,
        snapshots: CurrentSnapshot,
        reader: Runnable[ReaderInput, Draft] | None = None,
    ) -> None:
        self._settings = settings
        self._snapshots = snapshots
        self._own_reader = reader
        self.chat_model = chat_model  # `None` where the offline reader answers, or one of somebody's own
        if reader:
            self.model = reader.get_name()
        elif chat_model:
            self.model = str(chat_model._llm_type)
        else:
            self.model = choose(settings)
            if self.model != EXTRACTIVE:
                self.chat_model = open_chat_model(self.model, settings)
        self.strict = settings.strict and self.model != EXTRACTIVE
        self.asks_again = self._asks_again(self.strict)
        self.server = server_of(self.model, settings)
        self.sends_to = sends_to(self.model, settings)  # who sees a question; nobody where it is empty
        self.chain = streaming(self._answer_or_fall_back, name="assistant")
        self.chain_of_model = streaming(self._answer, name="assistant")

    @cached_property
    def offline(self) -> "Assistant":
        """The same assistant with the offline reader; itself where that answers anyway."""
        if self.model == EXTRACTIVE:
            return self
        return Assistant(self._settings.model_copy(update={"model": EXTRACTIVE}), None, self._snapshots)

    def sent_to(self, answer: Answer) -> tuple[str, ...]:
        """The hosts that saw the question of an answer: a greeting is answered without the chat model."""
        asked_model = answer.model == self.model or answer.notices  # one of which says that the model failed
        return self.sends_to if asked_model else self.offline.sends_to

    def explain(self, asked: Asked) -> Explanation:
        """What the offline reader does with a question, and why."""
        ask = as_ask(asked)
        opened = self.opened(ask.within)
        reading = opened.retrieve(self._standalone(ask)[0])
        rankings = opened.retriever.rank(reading.question)
        if introduced := self._introduce(ask, opened, time.perf_counter()):
            reason = "it is said to the assistant, not asked of the documents"
            decision = extractive.Decision([Line(0, introduced.text)], reason, None)
            return Explanation(reading, rankings, [], decision)
        decision = extractive.decide(reading, opened.scorer.calibration)
        units = [] if reading.overview else candidates(reading)
        given = fit(self._for_model(ask, reading, opened), self._prompt_tokens) if self.chat_model else None
        return Explanation(reading, rankings, units, decision, given)

    def suggest(self, answer: Answer, asked: Sequence[str] = (), within: Sequence[str] = ()) -> Answer:
        """The answer with questions to go on with, none `asked` before; takes as long as a question or two.

        `within`: the documents that they are asked of (see `Ask`).
        """
        if answer.suggestions:
            return answer

        def suggest(opened: Snapshot) -> Answer:
            found = suggestions(answer, asked, opened.index.sources, opened.answered_from)
            return answer.model_copy(update={"suggestions": found})

        return self._snapshots.read(suggest, tuple(within))

    def first_questions(self) -> tuple[str, ...]:
        """A few questions to begin with, for whoever does not know what may be asked."""
        return self._snapshots.read(lambda opened: opened.first_questions)

    def check_text(self, text: str) -> list[Checked]:
        """Each sentence of a text about the documents with its verdict."""
        return self._snapshots.read(lambda opened: check.check_text(text, opened))

    def check_claim(self, claim: str, evidence: Sequence[str] = ()) -> Checked:
        """One sentence with its verdict, held against verbatim pieces of the documents where these are given."""
        return self._snapshots.read(lambda opened: check.check_claim(claim, opened, evidence))

    def warm_up(self) -> None:
        """Does ahead of the first question what that one would wait for."""
        self._snapshots.warm_up()

    def index(self) -> Index:
        """The index that is current now."""
        return self.opened().index

    def opened(self, within: tuple[str, ...] = ()) -> Snapshot:
        """The current snapshot, of some documents or of all (see `Ask`)."""
        return self._snapshots.current(within)

    def _answer_or_fall_back(self, asked: Asked, config: RunnableConfig) -> Iterator[Answer]:
        started = time.perf_counter()
        try:
            yield from self._answer(asked, config)
        except ModelFault as fault:
            notice = prompts.FELL_BACK.format(cause=fault.cause)
            for answer in self.offline.chain.stream(asked, config):
                seconds = answer.seconds.model_copy(update={"total": time.perf_counter() - started})
                yield answer.model_copy(update={"notices": (notice, *answer.notices), "seconds": seconds})

    def _answer(self, asked: Asked, config: RunnableConfig) -> Iterator[Answer]:
        """The answer as it grows."""
        ask, started = as_ask(asked), time.perf_counter()
        introduced = self._snapshots.read(lambda opened: self._introduce(ask, opened, started), ask.within)
        if introduced:  # there is an index, before a model is asked anything
            yield introduced
            return
        text, spent = self._standalone(ask, config)

        def retrieve(opened: Snapshot) -> tuple[Snapshot, ReaderInput]:
            found = opened.retrieve(text, config)
            return opened, self._for_model(ask, found, opened) if self.chat_model else found

        opened, reading = self._snapshots.read(retrieve, ask.within)
        reader = self._reader(opened)
        retrieved = time.perf_counter()

        judge = None if self.model == EXTRACTIVE else opened.scorer.judge
        strict = self.strict if ask.strict is None else ask.strict and self.model != EXTRACTIVE
        asks_again = self._asks_again(strict)

        def made(draft: Draft, judge: Judge | None, whole: bool, strict: bool = strict) -> Answer:
            now = time.perf_counter()
            seconds = Seconds(retrieve=retrieved - started, read=now - retrieved, total=now - started)
            answer = finish(ask, reading, draft, self.model, seconds, spent, judge, whole, strict)
            return with_holes_named(answer, reading)

        draft = shown = None
        for draft in reader.stream(reading, config):
            growing = made(draft, judge, whole=False)
            if growing.text and not (strict and asks_again):  # a strict one begins with its first proof
                yield (shown := growing)
        if draft is None or not (answer := made(draft, judge, whole=True)).text:
            raise ModelFault("its answer had no words")
        if asks_again and self.chat_model and judge:
            proofs = proofs_of(judge, partial(made, draft, whole=True, strict=False))
            opinions, took, notices = second_opinion(self.chat_model, proofs, config, strict)
            spent += took
            draft = replace(draft, notices=(*draft.notices, *notices))
            answer = made(draft, replace(judge, opinion=lambda said, _: opinions.get(said)), whole=True)
        if shown is None or answer != shown.model_copy(update={"seconds": answer.seconds}):
            yield answer

    def _asks_again(self, strict: bool) -> bool:
        """Whether the chat model is asked for a second opinion."""
        wanted = self._settings.second_opinion
        return self.chat_model is not None and (wanted == "always" or (wanted == "strict" and strict))

    def _introduce(self, ask: Ask, opened: Snapshot, started: float) -> Answer | None:
        """What is said to a greeting; a chat model knows itself what a "yes" in a conversation goes on with."""
        if self.chat_model and ask.history and not is_small_talk(ask.question):
            return None
        return introduce(ask, opened, started)

    def _for_model(self, ask: Ask, reading: ReaderInput, opened: Snapshot) -> ReaderInput:
        return for_chat_model(reading, ask, opened, self._settings.whole, self._prompt_tokens)

    def _reader(self, opened: Snapshot) -> Runnable[ReaderInput, Draft]:
        if self._own_reader:
            return self._own_reader
        if self.chat_model:
            return llm.make_reader(self.chat_model, self._prompt_tokens)
        return extractive.make_reader(opened.scorer.calibration)

    @property
    def _prompt_tokens(self) -> int:
        """How long a prompt may be."""
        return self._settings.context - answer_tokens(self._settings)

    def _standalone(self, ask: Ask, config: RunnableConfig | None = None) -> tuple[str, Usage]:
        """The question, understandable without the earlier ones, and what a model took to make it so."""
        if self.chat_model:
            told = recent(ask.history)
            return rewrite_question(self.chat_model, ask.question, told, self._prompt_tokens, config)
        if named := self._with_item(ask):
            return named, Usage()

        def behind_earlier(opened: Snapshot) -> str:
            history = ask.earlier[-EARLIER_TOLD:]
            return resolve(ask.question, history, opened.scorer.follows_up, opened.scorer.scope)

        return self._snapshots.read(behind_earlier), Usage()

    def _with_item(self, ask: Ask) -> str | None:
        """The question with the item of the last answer's list that it points at; that is given, or found anew."""
        last = ask.history[-1] if ask.history else None
        if last is None or not points_at_item(ask.question):
            return None
        if not last.answer and points_at_item(last.question):  # to find that anew may take all the turns before it
            return None
        before = Ask(question=last.question, history=ask.history[:-1], within=ask.within)
        return with_item(ask.question, last.answer or self.offline.chain.invoke(before).text)
