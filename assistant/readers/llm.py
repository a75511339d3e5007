"""The reader for chat models: numbered passages in, streamed text with markers out."""

from collections.abc import Iterator, Sequence
from html import escape as escape_tags

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.answers import RetrievedPassage, Usage
from assistant.readers import Draft, Reading
from assistant.streams import streaming
from ingest.errors import UserError
from ingest.passages import note_after


def make_reader(model: BaseChatModel) -> Runnable[Reading, Draft]:
    """A reader that asks `model`; every draft holds all text so far."""

    def read(reading: Reading, config: RunnableConfig) -> Iterator[Draft]:
        whole = None
        for chunk in model.stream(messages(reading), config):
            if not isinstance(chunk, AIMessageChunk):
                continue
            whole = chunk if whole is None else whole + chunk
            yield Draft(_text(whole), usage=_usage(whole))
        if whole is None or not _text(whole).strip():
            raise UserError("The model sent an empty answer. Ask again, or choose another with --model.")

    return streaming(read, name="llm")


def messages(reading: Reading) -> list[BaseMessage]:
    """The prompt: rules, numbered passages with their section, the question."""
    passages = "\n".join(
        prompts.PASSAGE.format(number=n, section=escape_tags(p.section), text=_passage_text(p, reading))
        for n, p in enumerate(reading.passages, start=1)
    )
    question = escape_tags(reading.question.text, quote=False)
    return [
        SystemMessage(prompts.ANSWER_SYSTEM.format(refusal=prompts.refusal(len(reading.sources)))),
        HumanMessage(prompts.ANSWER_USER.format(passages=passages, question=question)),
    ]


def _passage_text(passage: RetrievedPassage, reading: Reading) -> str:
    """The text, and where a list was lost behind it a word on that, so that no other list is taken for it."""
    text = escape_tags(passage.text, quote=False)
    source = reading.sources.get(passage.source)
    lost = note_after(source.text, passage.end) if source else None
    return f"{text}\n{prompts.LOST_PASSAGE}" if lost else text


def rewrite_question(
    model: BaseChatModel, question: str, history: Sequence[str], config: RunnableConfig | None = None
) -> tuple[str, Usage]:
    """The last question made standalone by the model, and what that took; unchanged where nothing is before it."""
    if not history:
        return question, Usage()
    user = prompts.STANDALONE_USER.format(
        history="\n".join(f"- {escape_tags(q, quote=False)}" for q in history),
        question=escape_tags(question, quote=False),
    )
    reply = model.invoke([SystemMessage(prompts.STANDALONE_SYSTEM), HumanMessage(user)], config)
    return " ".join(str(reply.text).split()) or question, _usage(reply)


def _text(message: AIMessageChunk) -> str:
    return str(message.text)


def _usage(message: AIMessage) -> Usage:
    counted = message.usage_metadata
    if counted is None:
        return Usage(cost_usd=None)
    return Usage(input_tokens=counted["input_tokens"], output_tokens=counted["output_tokens"], cost_usd=None)
