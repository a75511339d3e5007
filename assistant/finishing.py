"""What a reader has written becomes an answer: verified and numbered, or a refusal."""

from collections.abc import Sequence
from dataclasses import replace

from assistant import prompts
from assistant.answers import Answer, Ask, Seconds, Sentence, Usage
from assistant.citations import cite
from assistant.conversation import turns
from assistant.readers import Draft, ReaderInput
from assistant.silence import claimed
from assistant.verdicts import Judge, claims_nothing, is_translated
from ingest.text import fold


def finish(
    ask: Ask,
    reading: ReaderInput,
    draft: Draft,
    model: str,
    seconds: Seconds,
    spent: Usage,
    judge: Judge | None = None,
    whole: bool = False,
    strict: bool = False,
) -> Answer:
    """A draft as an answer: verified and numbered, or a refusal; `whole`: it grows no more.

    An answer that is `strict` and loses all its sentences is a refusal; while it grows, its text is empty.

    `spent` is what rewriting the question took.
    """
    passages = reading.passages
    if draft.about is not None:  # what a refusal is about is its nearest passage
        passages = (passages[draft.about - 1], *passages[: draft.about - 1], *passages[draft.about :])
    refusal = Answer(
        question=ask.question,
        standalone_question=" ".join(turns(reading.question)),
        answered=False,
        text=prompts.refusal(len(reading.sources)),
        passages=passages,
        notices=draft.notices,
        confidence=draft.confidence,
        model=model,
        usage=spent + draft.usage,
        seconds=seconds,
    )
    refused = _bare(refusal.text)
    if _bare(draft.text) == refused:
        return refusal
    written = prompts.MARKER.sub("", draft.text)
    judge = judge and replace(judge, written=written)
    cited = cite(draft.text, draft.given or reading.passages, judge, whole, strict)
    if strict and whole and not cited.sentences and draft.text.strip():
        return refusal.model_copy(update={"notices": (*draft.notices, prompts.NOTHING_PROVEN)})
    if whole and _refuses(cited.sentences, refused):
        return refusal
    dropped = ", ".join(map(str, cited.unknown))
    notices = [f"Markers that name no passage were dropped: {dropped}."] if dropped else []
    quotes = {citation.number: citation.quote for citation in cited.citations}
    by_amounts = [
        sentence
        for sentence in cited.sentences
        if sentence.support == "supported" and sentence.citations
        if is_translated(sentence.text, written, " ".join(quotes[number] for number in sentence.citations))
    ]
    notices += [prompts.BY_AMOUNTS] if by_amounts else []
    found = {"text": cited.text, "sentences": cited.sentences, "citations": cited.citations}
    return refusal.model_copy(update={**found, "answered": True, "notices": (*draft.notices, *notices)})


def _refuses(sentences: Sequence[Sentence], refused: str) -> bool:
    """Whether nothing but a refusal is said, or what is said besides proves nothing.

    Behind one in words of a model's own, it also has to cite nothing. A document may say itself what it does not.
    """
    exactly = [one for one in sentences if _bare(one.text) == refused]
    others = [one for one in sentences if one not in exactly and (one.support == "quoted" or claimed(one.text))]
    return len(others) < len(sentences) and all(
        claims_nothing(one.text) or (one.support == "unsupported" and (exactly or not one.citations))
        for one in others
    )


def _bare(text: str) -> str:
    """Without markers, emphasis and the last stop: a model does not always repeat a refusal exactly."""
    return fold(prompts.MARKER.sub("", text)).text.removesuffix("</s>").strip(" .\"'`“”")
