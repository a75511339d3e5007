"""The reader for chat models: numbered passages in, streamed text with markers out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape as escape_tags

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.answers import RetrievedPassage, Usage
from assistant.conversation import standalone, turns
from assistant.faults import ModelFault, PromptTooLong
from assistant.literals import names, negates, without
from assistant.model_calls import ask_model, reply_of, without_thinking
from assistant.readers import Draft, ReaderInput
from assistant.streams import streaming
from assistant.tokens import fitting, usage_of
from ingest.comments import note_after
from ingest.errors import QuestionError
from ingest.lexicon import content_words, stem

_REWRITTEN = 400  # characters; a question that comes back longer is no question
_OWN_WORDS = 0.6  # the share of a rewritten question's words that the conversation has to hold


def make_reader(model: BaseChatModel, tokens: int) -> Runnable[ReaderInput, Draft]:
    """A reader that asks `model` with a prompt of at most `tokens`; every draft holds all text so far."""

    def read(reading: ReaderInput, config: RunnableConfig) -> Iterator[Draft]:
        fitted = fit(reading, tokens)
        while True:
            prompt = messages(fitted)
            try:
                for whole in ask_model(model, prompt, config):
                    yield Draft(without_thinking(str(whole.text)))
            except PromptTooLong:  # the model has a smaller window than the settings say
                if len(fitted.passages) < 2:
                    raise
                fitted = replace(fitted, passages=fitted.passages[: len(fitted.passages) // 2])
            else:
                cut = whole.response_metadata.get("finish_reason") == "length"
                notices = (prompts.CUT_SHORT,) if cut else ()
                yield Draft(
                    without_thinking(str(whole.text)), notices=notices, usage=usage_of(whole, prompt, model)
                )
                return

    return streaming(read, name="llm")


def fit(reading: ReaderInput, tokens: int) -> ReaderInput:
    """The reading without the last passages, as far as the prompt needs it to stay within `tokens`.

    Raises `QuestionError` where the question leaves no room for a passage.
    """
    passages = fitting(reading.passages, lambda some: messages(replace(reading, passages=tuple(some))), tokens)
    if reading.passages and not passages:
        raise QuestionError("The question is too long for this model. Shorten it, or raise BPO_KPO_CONTEXT.")
    return replace(reading, passages=tuple(passages))


def messages(reading: ReaderInput) -> list[BaseMessage]:
    """The prompt: rules, numbered passages with their section, the question."""
    passages = "\n".join(
        prompts.PASSAGE.format(number=n, section=escape_tags(p.section), text=_passage_text(p, reading))
        for n, p in enumerate(reading.passages, start=1)
    )
    question = escape_tags(" ".join(turns(reading.question)), quote=False)
    return [
        SystemMessage(prompts.ANSWER_SYSTEM.format(refusal=prompts.refusal(len(reading.sources)))),
        HumanMessage(prompts.ANSWER_USER.format(passages=passages, question=question)),
    ]


def _passage_text(passage: RetrievedPassage, reading: ReaderInput) -> str:
    """The text, and where a list was lost behind it a word on that, so that no other list is taken for it."""
    text = escape_tags(passage.text, quote=False)
    source = reading.sources.get(passage.source)
    lost = note_after(source.text, passage.end) if source else None
    return f"{text}\n{prompts.LOST_PASSAGE}" if lost else text


def rewrite_question(
    model: BaseChatModel,
    question: str,
    history: Sequence[str],
    tokens: int,
    config: RunnableConfig | None = None,
) -> tuple[str, Usage]:
    """The last question made standalone by the model, and what that took; unchanged where nothing is before it.

    The oldest questions are left out where the prompt would be longer than `tokens`. What comes back and is no
    question in the conversation's own words is dropped for the rewriting without a model.
    """
    if not history:
        return standalone(question, ()), Usage()
    before = fitting(list(history)[::-1], lambda some: _rewriting(question, some[::-1]), tokens)[::-1]
    prompt = _rewriting(question, before)
    try:
        reply = reply_of(model, prompt, config, attempts=1)  # the answer is worth waiting for, not this
    except ModelFault:
        return standalone(question, history), Usage()
    usage = usage_of(reply, prompt, model)
    rewritten = " ".join(without_thinking(str(reply.text)).split()).strip('"“”')
    same = _same_question(question, before, rewritten)
    return (rewritten if same else standalone(question, history)), usage


def _same_question(question: str, before: Sequence[str], rewritten: str) -> bool:
    """Whether what came back is in the conversation's own words, loses no name and turns nothing round."""
    return (
        len(rewritten) <= max(_REWRITTEN, len(question))
        and _share_held(" ".join([question, *before]), rewritten) >= _OWN_WORDS
        and not without(names(question), rewritten)
        and negates(rewritten) == negates(question)
    )


def _share_held(known: str, text: str) -> float:
    """The share of a text's content words, as stems, that another text has; 0 where it has none."""
    said, had = [stem(word) for word in content_words(text)], {stem(word) for word in content_words(known)}
    return sum(word in had for word in said) / len(said) if said else 0.0


def _rewriting(question: str, history: Sequence[str]) -> list[BaseMessage]:
    user = prompts.STANDALONE_USER.format(
        history="\n".join(f"- {escape_tags(q, quote=False)}" for q in history),
        question=escape_tags(question, quote=False),
    )
    return [SystemMessage(prompts.STANDALONE_SYSTEM), HumanMessage(user)]
