"""The reader for chat models: numbered passages in, streamed text with markers out."""

from collections.abc import Iterator

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.answer_prompt import fit, messages, shorter
from assistant.model_calls import ask_model
from assistant.model_faults import PromptTooLong
from assistant.readers import Draft, ReaderInput
from assistant.replies import without_thinking
from assistant.streams import streaming
from assistant.usage import usage_of


def make_reader(model: BaseChatModel, tokens: int) -> Runnable[ReaderInput, Draft]:
    """A reader that asks `model` with a prompt of at most `tokens`; every draft holds all text so far."""

    def read(reading: ReaderInput, config: RunnableConfig) -> Iterator[Draft]:
        fitted = fit(reading, tokens)
        while True:
            try:
                yield from _drafts(model, fitted, config)
                return
            except PromptTooLong:  # the model has a smaller window than the settings say
                fitted = shorter(fitted)
                if not fitted.given:
                    raise

    return streaming(read, name="llm")


def _drafts(model: BaseChatModel, reading: ReaderInput, config: RunnableConfig) -> Iterator[Draft]:
    prompt = messages(reading)
    for reply in ask_model(model, prompt, config):
        yield Draft(without_thinking(str(reply.text)), given=reading.given)
    cut = reply.response_metadata.get("finish_reason") == "length"
    notices = (prompts.CUT_SHORT,) if cut else ()
    usage = usage_of(reply, prompt, model)
    yield Draft(without_thinking(str(reply.text)), notices, usage=usage, given=reading.given)
