"""A question and the earlier ones of its conversation become one standalone question, without a model."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from ingest.lexicon import content_words
from ingest.text import words

SIDES: dict[str, re.Pattern[str]] = {
    "BPO": re.compile(r"\bbpos?\b|\bbusiness[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
    "KPO": re.compile(r"\bkpos?\b|\bknowledge[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
}

_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|also|then|ok(?:ay)?|or|well|now)\b[\s,]*)*(?:(?:what|how) about\b\s*)?", re.IGNORECASE
)
_SENTENCE_WORDS = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should"
    r"|may|might|must|has|have|had|tell|give|name|list|show|explain)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|(?:this|that)(?! (?:article|document|page|text)\b)|these|those"
    r"|he|him|his|she|her|such|there"
    r"|the (?:former|latter|others?|same)(?: ones?)?|(?:each|other|any) one)\b",
    re.IGNORECASE,
)
_REPLACEABLE = re.compile(
    r"\b(its|their|theirs|his|her)\b|\b(it|they|them|this|that|these|those|he|him|she)\b", re.I
)
_COMPARES_IT = re.compile(
    r"\b(?:it|they|this|that)\b.*"
    r"\b(?:than|from|(?:un)?like|same as|relate[sd]? to|(?:version|subset) of|compared? (?:to|with))\W",
    re.IGNORECASE,
)
_POSSESSED = re.compile(r"\b(?:mine|ours|yours|theirs)\b", re.IGNORECASE)
_COMPARATIVE = re.compile(r"^\W*(?:\w+er|more|less) than\b", re.IGNORECASE)
_MANY = frozenset(["they", "them", "their", "theirs", "these", "those"])
_NAME = re.compile(r"(?<![.?!] )(?<!^)\b(?!I\b)[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*")
_ORIGIN = re.compile(r"(?:ian|ese|ish)$")  # an adjective, not a name
_PREPOSITION = re.compile(
    r"^(?:for|in|with|of|on|to|at|by|from|the|a|an|case|about|regarding)\b\s*", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|next|other)\b", re.IGNORECASE
)
_ONE_OF_THEM = re.compile(rf"\b(?:the {_ORDINAL.pattern}(?: ones?)?\W*$|number \d+\b)", re.IGNORECASE)
_WHY = re.compile(r"^\W*(?:why|how come|how so)\b", re.IGNORECASE)
_SMALL_TALK = re.compile(
    r"^(?:\W|\b(?:bye|cool|good|great|hello|hi|nice|ok(?:ay)?|perfect|thank(?:s| you)|very much|a lot|wow)\b)+$",
    re.IGNORECASE,
)
_ASKS_FOR_MORE = frozenset(
    ["example", "examples", "instance", "detail", "details", "reason", "reasons", "elaborate", "more", "further"]
)
TURNS = 20  # earlier questions that are looked at
LONGEST_QUESTION = 4_000  # characters
_ALIKE = 55  # how alike two words must be, of 100, for one to take the other's place ("nearshore", "offshore")


def standalone(question: str, history: Sequence[str]) -> str:
    """The last question, understandable by itself. `history` holds the earlier ones, oldest first."""
    before = ""
    for earlier in history[-TURNS:]:
        before = rewrite(earlier, before)[:LONGEST_QUESTION]
    return rewrite(question, before)[:LONGEST_QUESTION]


def rewrite(question: str, before: str) -> str:
    """`question` with what it leaves out taken from `before`, the standalone question ahead of it.

    "And for KPO?" takes over the whole question with the side, name or word exchanged; a pronoun gets its
    subject; a question of hardly any words gets the earlier one's words in brackets. A question that names its
    own subject and is a whole sentence stays as it is.
    """
    question = " ".join(question.split())
    if not before or not question:
        return question or before
    if _SMALL_TALK.match(question):
        return question
    rest = _OPENING.sub("", question)
    content = [word for word in content_words(rest) if word not in _ASKS_FOR_MORE]
    opened = len(rest) < len(question)
    if not _SENTENCE_WORDS.search(rest) and (opened or len(content) <= 2):
        return _exchange(rest, before) or _with_words(rest or question, before)
    return _completed(question, rest, content, before)


def _completed(question: str, rest: str, content: list[str], before: str) -> str:
    """A whole sentence with what it only points at taken from `before`; `rest` is it without its opening."""
    subject, opened = _subject(rest), len(rest) < len(question)
    if _POSSESSED.search(rest) or _COMPARATIVE.match(rest):
        return _with_new_words(rest, before) if subject else _with_words(rest, before)
    if subject and not ({subject, _subject(before)} == set(SIDES) and _COMPARES_IT.search(rest)):
        return question
    pronoun = _PRONOUN.search(rest)
    if not content and (_WHY.match(rest) or not _REPLACEABLE.search(rest)):
        return _with_words(rest, before)
    if (opened and len(content) == 1 and not pronoun) or _ONE_OF_THEM.search(rest):
        return _with_words(rest, before)
    if pronoun:
        return _with_subject(rest, before)
    return _with_subject(rest, before, replace=False) if opened else question


def _exchange(rest: str, before: str) -> str | None:
    """`before` about what `rest` names instead: the other side, another name, or a word that looks alike."""
    sides = [side for side, pattern in SIDES.items() if pattern.search(rest)]
    asked = [side for side, pattern in SIDES.items() if pattern.search(before)]
    if len(sides) == 1 and asked:
        text = before
        for side in asked:
            text = SIDES[side].sub(sides[0], text)
        text = re.sub(rf"\b{sides[0]}\b(.{{0,25}})\b{sides[0]}\b", rf"{sides[0]}", text)
        return _with_new_words(text, rest)
    topic = _PREPOSITION.sub("", rest).strip(" ?.!,")
    while topic != (topic := _PREPOSITION.sub("", topic)):
        pass
    if not topic or len(words(topic)) > 4:
        return None
    if (ordinal := _ORDINAL.search(topic)) and _ORDINAL.search(before):
        return _ORDINAL.sub(ordinal.group(), before, count=1)
    names = [name for name in _NAME.findall(before) if not _is_side(name)]
    if topic[0].isupper() and len(names) == 1:
        return _replace_word(names[0], topic, before)
    words_before = re.findall(r"[\w-]{4,}", before)
    alike = max(words_before, key=lambda word: fuzz.ratio(word.lower(), topic.lower()), default="")
    if alike.lower() != topic.lower() and fuzz.ratio(alike.lower(), topic.lower()) >= _ALIKE:
        return _replace_word(alike, topic, before)
    return None


def _replace_word(word: str, other: str, text: str) -> str:
    return re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", lambda _: other, text)


def _with_new_words(text: str, rest: str) -> str:
    """`text`, with the content words of `rest` that it does not have yet in brackets."""
    for pattern in SIDES.values():
        rest = pattern.sub(" ", rest)
    new = [word for word in content_words(rest) if word not in words(text)]
    return f"{text.rstrip(' ?')} ({' '.join(new)})?" if new else text


def _is_side(word: str) -> bool:
    return any(pattern.search(word) for pattern in SIDES.values())


def _with_subject(rest: str, before: str, replace: bool = True) -> str:
    """`rest` with the subject of `before` in the place of its first pronoun, else in brackets."""
    subject = _subject(before)
    pronoun = _REPLACEABLE.search(rest) if replace else None
    many = pronoun and pronoun.group().lower() in _MANY
    if not subject or (many and not _is_side(subject)):
        return _with_words(rest, before)
    if pronoun:
        possessive = "’s" if pronoun.group(1) else ""
        rest = f"{rest[: pronoun.start()]}{subject}{possessive}{rest[pronoun.end() :]}"
        return _with_aspect(rest, before)
    return f"{rest.rstrip(' ?.!')} ({subject})?"


def _with_aspect(text: str, before: str) -> str:
    """A question that has little to go by besides its subject also gets the words of the one before it."""
    return text if len(content_words(text)) > 2 else _with_new_words(text, before)


def _with_words(rest: str, before: str) -> str:
    return f"{rest.strip(' ?.!')} ({before.rstrip(' ?.!')})?".strip()


def _subject(text: str) -> str:
    """What a question is about where it says so by name: its sides, else its capitalised names."""
    sides = [side for side, pattern in SIDES.items() if pattern.search(text)]
    return " and ".join(sides or [name for name in _NAME.findall(text) if not _ORIGIN.search(name)])
