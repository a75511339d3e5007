"""What a question asks: about which side or sides, and for which kind of answer."""

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["BPO", "KPO"]
Kind = Literal[
    "instruction", "contact", "percentage", "price", "duration", "count", "date", "person", "place", "list",
    "definition", "open",
]  # fmt: skip

SIDES: dict[Side, re.Pattern[str]] = {
    "BPO": re.compile(r"\bbpos?\b|\bbusiness[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
    "KPO": re.compile(r"\bkpos?\b|\bknowledge[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
}

_SMALL_NUMBERS = r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"

# The first pattern that is found names the kind; what none of them names is "open".
_KIND_PATTERNS: dict[Kind, str] = {
    "instruction": (
        r"^\W*(please )?(ignore|disregard|forget|pretend|act as|you are now|write|compose|translate|repeat|print"
        r"|output|reveal|sing|role-?play)\b|\bsystem prompt\b"
        r"|\b(your|all|previous|earlier) (instructions|rules|prompt)\b|\b(drop|break) (that|the|this|your) act\b"
        r"|\bwithout any (limits|restrictions|rules)\b"
    ),
    "contact": r"\be-?mail address\b|\bphone number\b|\btelephone\b|\b(web|postal) ?(site )?address\b|\burl\b",
    "percentage": r"\bper ?cent(age)?\b|%|\b(what|which) (share|proportion|fraction)\b",
    "price": (
        r"\bhow much (does|do|is|are|would|will|did|must|should|money)\b.*\b(cost|pay|charge|earn|spend|make)\w*"
        r"|\bhow much money\b|\b(what|which|how high)\b.*\b(prices?|salar(y|ies)|wages?|fees?)\b(?! like)"
        r"|\bwhat (does|do|would|will)\b.*\bcost\b|\b(pricing|salar(y|ies)|hourly rates?|revenues?)\b"
        r"|\bmarket (size|value|share)\b|\bhow (large|big) is the\b.*\bmarket\b|\bwhat\b.*\b(pay|earn)\b"
    ),
    "duration": r"\bhow long\b|\bhow many (minutes|hours|days|weeks|months|years)\b|\bduration\b",
    "count": r"\bhow many\b|\bnumber of\b",
    "date": r"\b(what|which|wich) (year|date|month|day)\b|\bwhen (was|were|did)\b|\bsince when\b",
    "person": (
        r"\bwho (owns|founded|developed|invented|created|leads|runs|started|coined|wrote)\b"
        r"|\bceo\b|\bchief executive\b|\bauthors?\b"
        r"|\bwho (is|are|was|were) the (\w+ )?(boss|director|founder|head|inventor|manager|owner|president)s?\b"
    ),
    "place": (
        r"\bhead ?quarter(s|ed)\b|\bhead office\b|\bwhere\b.*\b(based|live|lives|located|situated)\b"
        r"|\b(which|what) (city|country|place|state|town)\b"
    ),
    "list": (
        r"\b(what|which) are (the|some|its|their|your)\b|\bwhich (\w+ ){0,3}\w+[^s\W]s\b"
        r"|\bwhat (\w+ ){0,3}\w+[^s\W]s (are|do|does|can|may|should|must|is|could|will)\b"
        r"|^\W*(name|list|give|show|enumerate|tell me)\b.*\w\ws\b|\b(list|types|kinds|examples|names) of\b"
        rf"|^\W*(the )?(\d+|{_SMALL_NUMBERS}) (\w+ ){{0,3}}\w+[^s\W]s\W*$"
    ),
    "definition": r"^\W*(what('s| is| are| does)|define|explain)\b|\b(meaning of|definition|stands? for)\b",
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KIND_PATTERNS.items()}

# What a text must hold to answer a question of a kind. A kind that is not here asks for nothing that can be seen.
_UNIT_OF_TIME = r"(minute|hour|day|week|month|year)s?"
_HOLDS_PATTERNS: dict[Kind, str] = {
    "contact": r"@|https?:|www\.|\d{3}",
    "percentage": r"\d ?%|\bper ?cent\b",
    "price": (
        rf"[$€£¥₹] ?\d|(\d|\b({_SMALL_NUMBERS}|dozens?|hundred|thousand|[mb]illion)) ?"
        r"(dollars?|euros?|pounds?|cents?|usd|eur|gbp|rupees?)\b|\d[\d,.]* (million|billion)"
    ),
    "duration": rf"\d+[ -]{_UNIT_OF_TIME}\b|\b(one|{_SMALL_NUMBERS})[ -]{_UNIT_OF_TIME}\b",
    "count": rf"\d|\b(one|{_SMALL_NUMBERS}|dozens?|hundreds?|thousands?|millions?)\b",
    "date": (
        r"\b(1[5-9]|20)\d\d\b|\b(january|february|march|april|june|july|august|september|october|november"
        r"|december)\b|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b"
    ),
    "person": (
        r"\b(ceo|chief executive|coined|created|developed|director|found(ed|er)|invent|led by|own(ed|er|s)"
        r"|president)|\b(?-i:(written )?by [A-Z]\w+ [A-Z])"
    ),
    "place": r"\b(based|city|countr(y|ies)|head ?quarter|located|location|offshore|overseas|region|state|town)",
}
_HOW_MANY = re.compile(r"\bhow many\s+((?:[\w-]+\s+){0,3}?[\w-]+(?:s|people|staff))\b", re.IGNORECASE)
_YES_OR_NO = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:is|are|was|were|do|does|did|can|could|will|would|should|must|may|has|have)\b",
    re.IGNORECASE,
)
_HOLDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _HOLDS_PATTERNS.items()}


def holds(kind: Kind, text: str) -> bool:
    """Whether `text` holds what a question of this kind asks for: a price, a number, a date, ..."""
    pattern = _HOLDS.get(kind)
    return pattern is None or bool(pattern.search(text))


@dataclass(frozen=True)
class Question:
    """A standalone question and what could be seen in it."""

    text: str
    sides: tuple[Side, ...]
    kind: Kind

    @property
    def counted(self) -> str:
        """What a "how many" asks the number of; empty where it asks for something else."""
        match = _HOW_MANY.search(self.text)
        return match.group(1) if match else ""

    @property
    def yes_or_no(self) -> bool:
        """Whether it can be answered with yes or no, so that its own words may be the answer."""
        return bool(_YES_OR_NO.match(self.text))

    @property
    def compares(self) -> bool:
        """Whether it is about both sides."""
        return len(self.sides) == len(SIDES)


def analyse(text: str) -> Question:
    """Reads a standalone question."""
    sides = tuple(side for side, pattern in SIDES.items() if pattern.search(text))
    for kind, pattern in _KINDS.items():
        if pattern.search(text):
            return Question(text, sides, kind)
    return Question(text, sides, "open")


def halves(question: Question) -> list[str]:
    """A comparison as one question per side: each without the other side's name. Else the question itself."""
    if not question.compares:
        return [question.text]
    texts = []
    for side in question.sides:
        others = [pattern for other, pattern in SIDES.items() if other != side]
        text = question.text
        for pattern in others:
            text = pattern.sub(" ", text)
        texts.append(" ".join(text.split()))
    return texts
