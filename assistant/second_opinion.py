"""Whether claims are proven by what they cite, asked of a chat model: a second opinion, and evaluation's judge."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig

from assistant import prompts
from assistant.answers import Usage
from assistant.injection import only_evidence
from assistant.model_calls import reply_of
from assistant.model_faults import ModelFault
from assistant.replies import without_thinking
from assistant.retries import ATTEMPTS
from assistant.usage import usage_of
from assistant.verdicts import Judge, Proof

# A reply is read line by line; a line may go on with the next claim.
_LINE = re.compile(r"\n|[,;](?=\W*(?:claim\W+)?\d{1,4}\W*[:.])", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(?:claim\W+)?(\d{1,4})\b(.*)", re.IGNORECASE)
# "Not supported" is a no; "yes, but" is neither.
_WORD = re.compile(r"\b(?:(yes)\b(?![^.;\n]*\bbut\b)|(?:no|not)\b)", re.IGNORECASE)


class CitedClaim(NamedTuple):
    """A sentence, and the texts that it cites."""

    text: str
    evidence: tuple[str, ...]


class Judged(NamedTuple):
    """What a chat model replied to some claims: whether each is proven (`None`: it does not say); what it took."""

    reply: str
    proven: list[bool | None]
    usage: Usage


def judge_claims(
    model: BaseChatModel,
    claims: Sequence[CitedClaim],
    config: RunnableConfig | None = None,
    attempts: int = ATTEMPTS,
) -> Judged:
    """Asks once for all claims. Raises what `ask_model` raises."""
    prompt = prompt_of(claims)
    reply = reply_of(model, prompt, config, attempts)
    said = without_thinking(str(reply.text))
    verdicts = _numbered(said)
    if len(claims) == 1 and not verdicts and (found := _WORD.search(said)):
        verdicts = {1: bool(found[1])}
    proven = [verdicts.get(number) for number in range(1, len(claims) + 1)]
    return Judged(str(reply.text), proven, usage_of(reply, prompt, model))


def _numbered(reply: str) -> dict[int, bool]:
    """The verdicts of the lines that begin with a number: the first yes or no of each."""
    verdicts: dict[int, bool] = {}
    for line in _LINE.split(reply):
        numbered = _NUMBER.match(line)
        if numbered and (found := _WORD.search(numbered[2])):
            number = int(numbered[1])  # who says both of one does not vouch for it
            verdicts[number] = bool(found[1]) and verdicts.get(number, True)
    return verdicts


def prompt_of(claims: Sequence[CitedClaim]) -> list[BaseMessage]:
    """The prompt that asks about some claims. A text that several cite stands in it once.

    No text of evidence or claim can close the tag that it stands in.
    """
    if len(claims) == 1:
        evidence, text = (escape(part, quote=False) for part in ("\n\n".join(claims[0].evidence), claims[0].text))
        user = prompts.JUDGE_USER.format(evidence=evidence, claim=text)
        return [SystemMessage(prompts.JUDGE_SYSTEM), HumanMessage(user)]
    told = list(dict.fromkeys(text for claim in claims for text in claim.evidence))
    evidence = "\n".join(
        prompts.JUDGED_EVIDENCE.format(number=number, text=escape(text, quote=False))
        for number, text in enumerate(told, start=1)
    )
    listed = "\n".join(
        prompts.JUDGED_CLAIM.format(
            number=number,
            cited=", ".join(str(told.index(text) + 1) for text in claim.evidence),
            text=escape(claim.text, quote=False),
        )
        for number, claim in enumerate(claims, start=1)
    )
    user = prompts.JUDGE_SEVERAL_USER.format(evidence=evidence, claims=listed)
    return [SystemMessage(prompts.JUDGE_SEVERAL_SYSTEM), HumanMessage(user)]


def proofs_of(judge: Judge, finish: Callable[[Judge], object]) -> dict[str, Proof]:
    """The sentences of an answer that are found proven by more than their words, each with its proof at last.

    `finish` makes the answer with a judge, whose opinion is asked of each sentence that is found proven, and last
    with the proof that the answer keeps.
    """
    proofs: dict[str, Proof] = {}

    def noted(said: str, proof: Proof) -> None:
        proofs[said] = proof

    finish(replace(judge, opinion=noted))
    return proofs


def second_opinion(
    model: BaseChatModel, proofs: Mapping[str, Proof], config: RunnableConfig | None = None, strict: bool = False
) -> tuple[dict[str, bool], Usage, tuple[str, ...]]:
    """Whether a model finds sentences proven by their proofs; what that took; a notice where it does not say.

    It is asked but once: the answer is there already. Where it replies about some, but not about a sentence, that
    counts as not proven if the answer is `strict`.
    """
    if not proofs:
        return {}, Usage(), ()
    claims = [CitedClaim(said, tuple(_told(proof))) for said, proof in proofs.items()]
    try:
        judged = judge_claims(model, claims, config, attempts=1)
    except ModelFault as fault:
        return {}, Usage(), (prompts.NO_SECOND_OPINION.format(cause=fault.cause),)
    missing = judged.proven.count(None)
    if missing == len(claims):
        return {}, judged.usage, (prompts.NO_SECOND_OPINION.format(cause="it said neither yes nor no"),)
    found = zip(proofs, judged.proven, strict=True)
    opinions = {said: bool(proven) for said, proven in found if strict or proven is not None}
    some = prompts.SECOND_OPINION_ON_SOME.format(missing=missing, asked=len(claims))
    return opinions, judged.usage, (some,) if missing else ()


def _told(proof: Proof) -> list[str]:
    """The passages of a proof, below their sections. What is an order to an assistant proves nothing."""
    return list(dict.fromkeys(f"{p.section}\n{only_evidence(p.text)}" for p, _ in proof))
