"""The last question of a conversation, made standalone by a chat model."""

from collections.abc import Sequence
from html import escape as escape_tags

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig

from assistant import prompts
from assistant.answers import EarlierTurn, Usage
from assistant.conversation import standalone, turns_as_prompt
from assistant.literals import names, negates, without
from assistant.model_calls import reply_of
from assistant.model_faults import ModelFault
from assistant.prompt_budget import last_fitting
from assistant.quotes import stems
from assistant.replies import without_thinking
from assistant.usage import usage_of

_REWRITTEN = 400  # characters; a question that comes back longer is no question
_OWN_WORDS = 0.6  # the share of a rewritten question's words that the conversation has to hold


def rewrite_question(
    model: BaseChatModel,
    question: str,
    history: tuple[EarlierTurn, ...],
    tokens: int,
    config: RunnableConfig | None = None,
) -> tuple[str, Usage]:
    """The last question made standalone by the model, and what that took; unchanged where nothing is before it.

    The oldest turns are left out where the prompt would be longer than `tokens`. What comes back and is no
    question in the conversation's own words is dropped for the rewriting without a model.
    """
    if not history:
        return standalone(question, ()), Usage()
    earlier = [turn.question for turn in history]
    before = last_fitting(history, lambda some: _prompt(question, some), tokens)
    prompt = _prompt(question, before)
    try:
        reply = reply_of(model, prompt, config, attempts=1)  # the answer is worth waiting for, not this
    except ModelFault:
        return standalone(question, earlier), Usage()
    rewritten = " ".join(without_thinking(str(reply.text)).split()).strip('"“”')
    if not _is_same_question(question, before, rewritten):
        rewritten = standalone(question, earlier)
    return rewritten, usage_of(reply, prompt, model)


def _prompt(question: str, history: Sequence[EarlierTurn]) -> list[BaseMessage]:
    user = prompts.STANDALONE_USER.format(
        turns=turns_as_prompt(history), question=escape_tags(question, quote=False)
    )
    return [SystemMessage(prompts.STANDALONE_SYSTEM), HumanMessage(user)]


def _is_same_question(question: str, before: Sequence[EarlierTurn], rewritten: str) -> bool:
    """Whether what came back is in the conversation's own words, loses no name and turns nothing round."""
    known = stems(" ".join([question, *(f"{turn.question} {turn.answer}" for turn in before)]))
    said = stems(rewritten)
    held = sum(count for word, count in said.items() if word in known)
    return (
        len(rewritten) <= max(_REWRITTEN, len(question))
        and held >= _OWN_WORDS * max(said.total(), 1)
        and not without(names(question), rewritten)
        and negates(rewritten) == negates(question)
    )
