"""What a reader has written becomes an answer: verified and numbered, or a refusal."""

from dataclasses import replace

from assistant import prompts
from assistant.answers import Answer, Ask, Seconds, Usage
from assistant.citations import cite
from assistant.conversation import turns
from assistant.readers import Draft, ReaderInput
from assistant.refusal import is_refusal, only_refuses
from assistant.verdicts import Judge, is_translated


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
    if is_refusal(draft.text, len(reading.sources)):
        return refusal
    written = prompts.MARKER.sub("", draft.text)
    judge = judge and replace(judge, written=written)
    cited = cite(draft.text, draft.given or reading.passages, judge, whole, strict)
    if strict and whole and not cited.sentences and draft.text.strip():
        return refusal.model_copy(update={"notices": (*draft.notices, prompts.NOTHING_PROVEN)})
    if whole and only_refuses(cited.sentences, len(reading.sources)):
        return refusal
    notices = list(draft.notices)
    if cited.unknown:
        notices.append(f"Markers that name no passage were dropped: {', '.join(map(str, cited.unknown))}.")
    quotes = {citation.number: citation.quote for citation in cited.citations}
    supported = [one for one in cited.sentences if one.support == "supported" and one.citations]
    if any(is_translated(one.text, written, " ".join(quotes[n] for n in one.citations)) for one in supported):
        notices.append(prompts.BY_AMOUNTS)
    found = {"text": cited.text, "sentences": cited.sentences, "citations": cited.citations}
    return refusal.model_copy(update={**found, "answered": True, "notices": tuple(notices)})
