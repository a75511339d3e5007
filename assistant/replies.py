"""What a chat model has replied: its chunks put together, and what of them is not shown."""

import re
from collections.abc import Iterator

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from pydantic import SecretStr

from assistant.model_faults import ModelFault, broke_off
from assistant.usage import as_counted, cached_of

ENDED = "ended"  # in a reply's metadata: its server said that it is whole, whatever its last word was
# Of a reply that is whole, or as long as it may be.
_ENDS = ("stop", "length", "tool_calls", "eos", "eos_token", "stop_sequence")
# Some templates begin it themselves, so that only its end is in the reply. Mistral's writes [THINK].
_THINKING = re.compile(
    r"\A(?:.*?(?:</think(?:ing)?>|\[/THINK\])\s*|\s*(?:<think(?:ing)?>|\[THINK\]).*\Z)", re.DOTALL
)
_KEY = re.compile(r"\A(?=.*\d).{10}", re.DOTALL)  # long, and with a digit


def grown(whole: AIMessageChunk | None, chunk: AIMessageChunk) -> AIMessageChunk:
    """What was received so far, with one more chunk.

    Some servers say in each chunk, or twice, how many tokens they counted so far and why they stopped; LangChain
    adds such counts up and puts such words one behind the other.
    """
    both = whole + chunk if whole else chunk
    finish = _finish(chunk) or (_finish(whole) if whole else None)
    counts = [one.usage_metadata for one in (whole, chunk) if one and one.usage_metadata]
    usage = None
    if counts:
        sent = max(count["input_tokens"] for count in counts)
        usage = as_counted(sent, max(count["output_tokens"] for count in counts), max(map(cached_of, counts)))
    metadata = {**both.response_metadata, "finish_reason": finish}
    return both.model_copy(update={"usage_metadata": usage, "response_metadata": metadata})


def _finish(chunk: AIMessageChunk) -> str | None:
    """Why a reply ended, in OpenAI's words; Ollama and Anthropic have names of their own for it."""
    told = chunk.response_metadata
    reason: str | None = told.get("finish_reason") or told.get("done_reason") or told.get("stop_reason")
    return "length" if reason == "max_tokens" else reason


def whole_reply(reply: AIMessageChunk | None) -> AIMessageChunk:
    """A reply that has ended. Raises `ModelFault` where it broke off, is empty, or is the provider's refusal."""
    told = reply.response_metadata if reply else {}
    reason = told.get("finish_reason")
    if reason == "content_filter" or (reply and reply.additional_kwargs.get("refusal")):
        raise ModelFault("its provider refused to answer this")
    # OpenAI always says why a reply ends; servers that are only near it may say so in words of their own, or not
    if told.get("model_provider") == "openai" and reason not in _ENDS and not told.get(ENDED):
        raise broke_off()
    if reason == "tool_calls":
        raise ModelFault("it gave no answer in words")
    if reply is None or not str(reply.text).strip():
        if reason == "length":  # it would be so again
            raise ModelFault("it used up its tokens before it answered (see BPO_KPO_THINKING)")
        raise ModelFault("its answer was empty", transient=True)
    return reply


def without_thinking(text: str) -> str:
    """What a reply says, without what was thought aloud before."""
    return _THINKING.sub("", text)


def without_keys(reply: AIMessageChunk, model: BaseChatModel) -> AIMessageChunk:
    """A reply, whole or not, without the keys that the model is asked with: a server may repeat them.

    At its end the first half of a key is enough, since the rest may be yet to come.
    """
    said = text = str(reply.text)
    for key in _keys(model):
        text = text.replace(key, "...")
        begun = next((n for n in range(len(key) - 1, len(key) // 2 - 1, -1) if text.endswith(key[:n])), 0)
        text = text[: len(text) - begun] + "..." if begun else text
    return reply if text == said else reply.model_copy(update={"content": text})


def _keys(model: BaseChatModel) -> Iterator[str]:
    """Also of the model within one that records; a word in a key's place ("none") is nothing to hide."""
    for value in vars(model).values():
        if isinstance(value, BaseChatModel):
            yield from _keys(value)
        elif isinstance(value, SecretStr) and _KEY.search(value.get_secret_value()):
            yield value.get_secret_value()
