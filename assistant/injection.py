"""Where a document tells an assistant what to do (prompt injection). Such text is no evidence for anything.

A document is data: whoever reads it here never does what it says. But a chat model may, and what it then says
would stand word for word in the document, as a quote. So an order, with the sentence behind it, is never quoted
and proves nothing. It is found by what such texts have in common (after the probes of BIPIA and garak), not by a
model: an order in words of its own passes. What people are told to do in a handbook is no order: a sentence has
to speak to an assistant or of its instructions, or to ask for a literal ("reply with FISH-7") as an answer.

Nor is a sentence evidence in which something is struck out (`~~so~~`): nobody knows what is left of it; or one in
which a picture stands: nobody knows what that says.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from ingest.markdown import PICTURE, STRUCK
from ingest.sentences import sentence_spans
from ingest.text import Span

_BORDER = re.compile(
    r"</passages?>|<\|[^|>]{1,30}\|>|<</?SYS>>|\[/?INST\]"
    r"|-{2,}\s*(?:END|BEGIN|START) OF (?:DOCUMENT|CONTEXT|TEXT)",
    re.IGNORECASE,
)
_AI = r"(?:ai(?: assistant| model)?|llm|chatbot|language model)"
_TOLD = r"(?:instructions?|prompts?|rules|guidelines|directions)"
# what speaks to an assistant, or of its instructions
_ORDERS = (
    rf"(?<![\"“'‘])\b(?:ignore|disregard|forget|override)s?\b[^.!?\n]{{0,30}}\b(?:previous|prior|above|earlier|preceding|your)\b"
    rf"[^.!?\n]{{0,20}}\b{_TOLD}\b",
    r"(?:^|[.!?:;,>\]\"'\n]\s*|\b(?:and|then|please|now)\s+)(?:ignore|disregard|forget)\s+(?:all|any|every)\s+"
    r"(?:of\s+)?(?:the\s+)?(?:\w+\s+)?(?:instructions|prompts)\b",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:above|you (?:were|have been) told)",
    r"\bnew instructions\b[^.!?\n]{0,20}\b(?:override|overrule|replace|supersede)",
    r"\b(?:reveal|output|print|repeat|show) (?:your (?:system )?(?:prompt|instructions)|the system prompt)\b",
    r"\bin (?:developer|god|dan|jailbreak) mode,? you\b|\bmore important than the user['’]s\b",
    r"\byou are (?:now|no longer) (?:an? )?(?:\w+bot\b|\w*gpt\b|dan\b|ai\b|unrestricted|an assistant without)",
    rf"\bpretend (?:to be|that you are) an? {_AI}\b|\bas an? {_AI},? you (?:must|will|should|have to)\b",
    rf"\b(?:note|message) to (?:the |all )?{_AI}s?\b|\b(?:attention,?|hey|hello|hi) {_AI}s?\b|\bdear {_AI}s?\b",
    r"\bdear assistant, (?:please|kindly|you)\b",
    rf"\b(?:instructions?|reminder) (?:for|to) (?:the |all |any )?{_AI}s?\s*:",
    rf"\b{_AI}s? (?:(?:that|who) reads?|processing|reading) this(?::| (?:document|text|page|file)\b)",
    r"\bdecode (?:the|this|what)\b[^.!?\n]{0,40}\b(?:do|follow|execute|run|obey)\b",
    r"\b(?:show|display|render|insert) (?:the |this |an? )?(?:picture|image)\s*!\[[^\]\n]*\]\(https?:",
    r"<\|[^|>]{1,30}\|>|<</?SYS>>|\[/?INST\]|</passages?>",
)
_SAY = r"(?:say|print|output|write|reply|respond|answer|repeat|return|include|insert|append|begin|start|end)"
_REPLY = r"(?:answers?|reply|replies|response|output|summary)"
_LITERAL = r"(?-i:\b[A-Z]{3,}[-_]?\d+\b)"
# what asks for an answer, where a code word stands near
_WITH_LITERAL = (
    rf"\b{_SAY}s?\b[^.!?\n]{{0,60}}?{_LITERAL}",
    rf"\b{_REPLY}\b[^.!?\n]{{0,60}}?{_LITERAL}|{_LITERAL}[^.!?\n]{{0,40}}\b{_REPLY}\b",
    rf"\b(?:translate|capitals|assistant\s*:|quote this|before you answer|begins)[^\n]{{0,60}}?{_LITERAL}",
)
_ORDER = re.compile("|".join((*_ORDERS, *_WITH_LITERAL)), re.IGNORECASE)
_ITEM = re.compile(r"^[ \t]*(?:[-*+•|]|\d{1,3}[.)]|#)", re.MULTILINE)
_PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?![ \t]*(?:\n|$)))*")


@lru_cache(maxsize=4096)
def no_evidence(text: str) -> tuple[Span, ...]:
    """The parts of a text that prove nothing: orders, each with the sentence behind it within its line of a list.

    Behind a mark that plays the end of the document all that follows in the paragraph is one. Besides these the
    sentences in which something is struck out, or a picture stands.
    """
    found: list[Span] = []
    masked = PICTURE.sub(lambda picture: "1" * len(picture[0]), text)  # its mark ends no sentence
    for paragraph in _PARAGRAPH.finditer(text):
        struck = [Span(*part.span()) for part in STRUCK.finditer(text, *paragraph.span())]
        pictures = [Span(*part.span()) for part in PICTURE.finditer(text, *paragraph.span())]
        if not struck and not pictures and _ORDER.search(text, *paragraph.span()) is None:
            continue
        border = _BORDER.search(text, *paragraph.span())
        end = border.start() if border else paragraph.end()
        for part in _parts(text, Span(paragraph.start(), end)):
            sentences = sentence_spans(masked, *part)
            for sentence, behind in zip(sentences, [*sentences[1:], *sentences[-1:]], strict=True):
                if _ORDER.search(text, *sentence):
                    found.append(Span(sentence.start, behind.end))
                elif any(map(sentence.overlaps, struck)) or any(_is_in(masked, one, sentence) for one in pictures):
                    found.append(sentence)
        if border:
            found.append(Span(end, paragraph.end()))
    return tuple(found)


def _is_in(masked: str, picture: Span, sentence: Span) -> bool:
    """Whether a picture is a part of what a sentence says: in its line words lead up to it, or go on behind it."""
    if not sentence.overlaps(picture):
        return False
    before = masked[sentence.start : picture.start].rpartition("\n")[2]
    behind = masked[picture.end : sentence.end].partition("\n")[0].strip()
    return behind[:1].islower() or (any(map(str.isalpha, before)) and behind != "")


def _parts(text: str, paragraph: Span) -> Iterator[Span]:
    """The items of a list each for itself, other paragraphs as a whole."""
    begins = [m.start() for m in _ITEM.finditer(text, *paragraph)]
    for start, end in pairwise([*sorted({paragraph.start, *begins}), paragraph.end]):
        yield Span(start, end)


def no_evidence_in(text: str, span: Span) -> bool:
    """Whether a part of a span of the text proves nothing."""
    return any(map(span.overlaps, no_evidence(text)))


def only_evidence(text: str) -> str:
    """The text with blanks where it proves nothing."""
    for span in no_evidence(text):
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text
