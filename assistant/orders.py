"""Where a document tells an assistant what to do (prompt injection). Such text is no evidence for anything.

A document is data: whoever reads it here never does what it says. But a chat model may, and what it then says
would stand word for word in the document, as a quote. So what is an order, and what follows it in its paragraph,
is never quoted and proves nothing. It is found by what such texts have in common (after the probes of BIPIA and
garak), not by a model: an order in words of its own passes.
"""

import re
from functools import lru_cache

from ingest.text import Span, sentence_spans

_BORDER = re.compile(
    r"</?(?:passages?|system|instructions?|context|document|user|assistant)\b[^>]*>|<\|[^|>]*\|>|<</?SYS>>|\[/?INST\]"
    r"|-{2,}\s*(?:END|START|BEGIN)\b|\b(?:END|BEGIN|START) OF (?:DOCUMENT|CONTEXT|TEXT|PASSAGE|INSTRUCTIONS?)\b"
    r"|#{2,}\s*(?:instruction|system|response)s?\s*:?",
    re.IGNORECASE,
)
_SAY = r"(?:say|print|output|write|reply|respond|answer|repeat|return|include|insert|append|show|begin|start|end)"
_REPLY = r"(?:answer|reply|response|output|summary)"
_TOLD = r"(?:instructions?|prompts?|rules|guidelines|directions|messages|orders|commands|context|training)"
_BOT = r"(?:ai|llm|chatbot|\w*bot|language model|assistant)"
_ORDERS = (
    # what came before does not count
    rf"\b(?:ignore|disregard|forget|override)s?\b[^.!?\n]{{0,30}}"
    rf"\b(?:previous|prior|above|earlier|preceding|old|all|any|every|your|these|those)\b[^.!?\n]{{0,20}}\b{_TOLD}\b",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:above|before|else|prior|you\b)",
    rf"\bnew {_TOLD}\b[^.!?\n]{{0,20}}\b(?:override|overrule|replace|supersede)",
    r"\b(?:task|instructions) you were given\b|\b(?:new|real|actual) task\s*:",
    r"\bmore important than the (?:user|question)",
    r"\bdo not answer the (?:question|user)\b|\binstead,? (?:reply|respond|output|say|print|write|answer)\b",
    r"\b(?:your|the) system prompt\b|\b(?:reveal|output|print|repeat) (?:your|the) (?:instructions|prompt)\b",
    r"\bin (?:developer|god|dan|jailbreak) mode,? you\b|\bjailbreak",
    # who the reader is
    r"\byou are (?:now|no longer) (?:an? )?(?:\w*(?:bot|gpt|ai|dan)\b|assistant|model|unrestricted|bound)",
    r"\bfrom now on,? you (?:answer|are|will|must|reply)\b",
    rf"\bpretend (?:to be|that you are) an? {_BOT}\b",
    rf"\b(?:dear|note to|message to|attention,?|hey|hello|hi)\s+(?:the\s+|an?\s+|all\s+)?{_BOT}s?\b"
    r"(?! (?:manager|director|professor))",
    r"\b(?:instructions?|reminder|note|message) (?:for|to) (?:the |all |any )?(?:ai|llm|chatbot)s?\b",
    r"\b(?:ai|llm|chatbot|model|ai assistant)s? (?:(?:that|who) reads?|processing|reading) this\b",
    r"\bi want you to (?:act|answer|respond|reply|pretend)\b",
    r"(?:^|[.!?\n\"']\s*|>\s*)system\s*:?\s*(?:you|the user|ignore|respond|reply|override)\b",
    r"\bmessage (?:of|from) the (?:system|administrator|developer)s?\s*:",
    r"\b(?:user|human)\s*:[^\n]{1,200}\b(?:assistant|ai|bot)\s*:",
    r"\bthe user (?:has been|is) verified\b",
    # what its answer is to be
    rf"\b(?:(?:end|beginning|start) of|below|above|in|into|to|begin|end|start|with|when) your {_REPLY}\b",
    rf"\byour (?:only |final |next |whole |entire )*{_REPLY}\s*(?:is\b|must\b|should\b|has to\b|contains?\b|:)",
    rf"\b(?:every|each|any|the only (?:right|correct)) {_REPLY} (?:is|must|should|has to|contains?|begins?)\b",
    rf"\b(?:{_SAY}|begins|starts|ends) every {_REPLY}\b|\bevery {_REPLY} with\b",
    rf"\b{_SAY}\s+(?:only|just|exactly|nothing but)\s+(?:with|by|[\"'“:]|the word)",
    rf"\b{_SAY}\b[^.!?\n]{{0,60}}\bwhatever (?:is|you are|they|the user|anyone) ask",
    r"\banswer (?:every|each|all|any) questions? with\b",
    r"\bwhen you (?:are asked to )?(?:summari[sz]e|read) this\b|\bwhen answering, (?:always|never|you)\b",
    r"\byou must (?:answer|reply|respond)\b[^.!?\n]{0,30}\ball questions\b",
    r"\byou (?:answer|reply|respond) only (?:in|with)\b",
    r"\btranslate the following\b[^.!?\n]{0,40}\bnothing else\b",
    r"\bbefore you (?:answer|reply|respond),",
    r"\bif you do not (?:say|print|output|write)\b|\bquote this sentence\b|\bin the answer:",
    r"\bdecode (?:the|this|what)\b[^.!?\n]{0,40}\b(?:do|follow|execute|run|obey)\b|\bdo what it says\b",
    r"\brun\s+\w+\([^)]*\)\s+and\b",
    r"\b(?:show|display|render|insert) (?:the |this |an? )?(?:picture|image)\s*!\[",
)
_ORDER = re.compile("|".join(_ORDERS), re.IGNORECASE)
_PARAGRAPH = re.compile(r"[^\n](?:[^\n]|\n(?![ \t]*(?:\n|$)))*")


@lru_cache(maxsize=4096)
def orders(text: str) -> tuple[Span, ...]:
    """The parts of a text that are orders: each from its sentence or mark on, to the end of the paragraph."""
    found = []
    for paragraph in _PARAGRAPH.finditer(text):
        match = _ORDER.search(text, paragraph.start(), paragraph.end())
        if match is None:
            continue
        sentences = sentence_spans(text, paragraph.start(), paragraph.end())
        border = _BORDER.search(text, paragraph.start(), match.end())
        start = border.start() if border else max(s.start for s in sentences if s.start < match.end())
        found.append(Span(start, paragraph.end()))
    return tuple(found)


def within_orders(text: str, span: Span) -> bool:
    """Whether a span of the text lies in an order, in whole or in part."""
    return any(span.start < order.end and order.start < span.end for order in orders(text))


def without_orders(text: str) -> str:
    """The text with blanks where its orders were."""
    for order in orders(text):
        text = text[: order.start] + " " * (order.end - order.start) + text[order.end :]
    return text
