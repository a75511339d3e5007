"""The prompt that asks a chat model for an answer, and how it is fitted to its budget of tokens."""

from dataclasses import replace
from html import escape as escape_tags
from itertools import groupby

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant import prompts
from assistant.answers import RetrievedPassage
from assistant.conversation import turns, turns_as_prompt
from assistant.injection import only_evidence
from assistant.lines import TableRow
from assistant.prompt_budget import first_fitting, last_fitting, prompt_tokens
from assistant.readers import ReaderInput
from assistant.summaries import Overview
from ingest.comments import is_list, note_after
from ingest.errors import QuestionError


def messages(reading: ReaderInput) -> list[BaseMessage]:
    """The prompt: rules, numbered passages with their section or document, earlier turns, the question."""
    earlier = turns_as_prompt(reading.earlier)
    if earlier:
        earlier = prompts.EARLIER.format(turns=earlier, question=escape_tags(reading.asked, quote=False))
    user = prompts.ANSWER_USER.format(
        passages=_documents(reading) if reading.whole else _passages(reading),
        earlier=earlier,
        question=escape_tags(" ".join(turns(reading.question)), quote=False),
        form=_form(reading.overview) if reading.overview else "",
    )
    rules = prompts.ANSWER_SYSTEM.format(refusal=prompts.refusal(len(reading.sources)))
    return [SystemMessage(rules), HumanMessage(user)]


def _form(overview: Overview) -> str:
    """The form of the answer: the one that the offline reader gives it."""
    return prompts.AS_TABLE if any(isinstance(line, TableRow) for line in overview.lines) else prompts.AS_LIST


def _passages(reading: ReaderInput) -> str:
    return "\n".join(
        prompts.PASSAGE.format(number=n, section=escape_tags(p.section), text=_text(p, reading))
        for n, p in enumerate(reading.given, start=1)
    )


def _documents(reading: ReaderInput) -> str:
    numbered = enumerate(reading.given, start=1)
    return "\n".join(
        prompts.DOCUMENT.format(
            title=escape_tags(reading.sources[source].title),
            passages="\n".join(
                prompts.PASSAGE_OF_DOCUMENT.format(number=n, text=_text(passage, reading))
                for n, passage in of_source
            ),
        )
        for source, of_source in groupby(numbered, key=lambda pair: pair[1].source)
    )


def _text(passage: RetrievedPassage, reading: ReaderInput) -> str:
    """The text, and where something was lost behind it a word on that, so that nothing else is taken for it."""
    text = escape_tags(passage.text, quote=False)
    source = reading.sources.get(passage.source)
    lost = note_after(source.text, passage.end) if source else None
    what = only_evidence(lost.note or "").strip(" .") if lost else ""
    if not what:
        return text
    said = prompts.LOST_PASSAGE if is_list(what) else prompts.LEFT_OUT_BEHIND
    return f"{text}\n{said.format(what=escape_tags(what, quote=False))}"


def fit(reading: ReaderInput, tokens: int) -> ReaderInput:
    """The reading as its prompt stays within `tokens`, without the oldest turns and the last passages.

    The last turn is what a question may be about: it is left out only where it leaves no room for a passage.
    Documents that are told whole are taken to fit (see `fits`).

    Raises `QuestionError` where the question leaves no room for a passage.
    """
    fitted = replace(reading, earlier=reading.earlier[-1:])
    if not reading.whole:
        retrieved = _retrieved(fitted)
        fitted = _cut(retrieved, tokens)
        if not fitted.given:
            fitted = _cut(replace(retrieved, earlier=()), tokens)
        if reading.passages and not fitted.given:
            raise QuestionError("The question is too long for this model. Shorten it, or raise BPO_KPO_CONTEXT.")
    if not fitted.earlier:
        return fitted
    earlier = last_fitting(reading.earlier, lambda some: messages(replace(fitted, earlier=some)), tokens)
    return replace(fitted, earlier=earlier)


def fits(reading: ReaderInput, tokens: int) -> bool:
    """Whether its prompt stays within `tokens` with the last turn and without those before it."""
    return prompt_tokens(messages(replace(reading, earlier=reading.earlier[-1:]))) <= tokens


def _cut(reading: ReaderInput, tokens: int) -> ReaderInput:
    """Without the last passages, as far as the prompt needs it."""
    given = first_fitting(reading.given, lambda some: messages(replace(reading, given=some)), tokens)
    return replace(reading, given=given)


def shorter(reading: ReaderInput) -> ReaderInput:
    """The next to try where a prompt was too long: the retrieved passages, half of them; nothing after one."""
    last = replace(reading, earlier=reading.earlier[-1:])
    return _retrieved(last) if reading.whole else replace(last, given=reading.given[: len(reading.given) // 2])


def _retrieved(reading: ReaderInput) -> ReaderInput:
    """With what was retrieved in place of whole documents, and where nothing is given."""
    return replace(reading, given=reading.passages, whole=False) if reading.whole or not reading.given else reading
