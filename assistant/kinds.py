"""Which kind of answer a question asks for, and whether a text holds one: a price, a date, a person, ..."""

import re
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ingest.lexicon import STOP_WORDS

Kind = Literal[
    "instruction", "expansion", "contact", "percentage", "price", "duration", "count", "date", "person", "place",
    "extreme", "example", "list", "definition", "open",
]  # fmt: skip

_SMALL_NUMBERS = r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MONEY = r"pricing|salar(y|ies)|wages?|hourly rates?|revenues?|prices?|fees?"
_EXTREMES = r"bigg|busi|cheap|dear|fast|great|high|larg|long|low|new|old|quick|rich|short|slow|small|tall|young"
_YES_OR_NO = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(?:is|are|was|were|do|does|did|can|could|will|would|should|must|may|has|have)\b",
    re.IGNORECASE,
)

# The first pattern that is found names the kind; what none of them names is "open".
_KIND_PATTERNS: dict[Kind, str] = {
    "instruction": (
        r"^\W*(please )?(ignore|disregard|forget (?!the\b|that\b|it\b)|pretend|act as|compose|translate"
        r"|reveal|sing|role-?play|greet|respond|reply)\b|\bsystem prompt\b"
        r"|^\W*(please )?(write|repeat|print|output)\b(?!.*\b(differences|kinds|list|names|steps|types)\b)"
        r"|\b(your|previous|earlier|above) (instructions|rules|prompt|guidelines)\b|\bfrom now on\b"
        r"|\b(drop|break) (that|the|this|your) act\b|\bwithout any (limits|restrictions|rules)\b|\bjailbreak"
        r"|\b(ignore|disregard|bypass)\b.{0,40}\b(above|article|everything|instructions?|prompt|rules|text)\b"
        r"|\byou are (now|from now on|no longer)\b|\b(developer|dan|god|debug) mode\b"
        r"|\b(compose|tell|write|make|give|sing)\b.{0,12}\b(code|essay|haiku|joke|limerick|lyrics|poem|recipe|script|song"
        r"|story)\b"
    ),
    "expansion": (
        r"\bstands? for\b|\b(full|long) (form|name) (of|for)\b|\b(full|long) form\b|\babbreviat|\bacronym\b"
        r"|\bshort for\b|\bspell(ed|s|t)? out\b|\b(what|wat) means? the [A-Z]{2,5} in\b"
    ),
    "contact": (
        r"\be-?mail\b|\bphone number\b|\btelephone\b|\b(web|postal) ?(site )?address\b|\burl\b"
        r"|\bhow (can|do|could|may) (i|we|one) (contact|get in touch|reach)\b"
    ),
    "percentage": (
        r"\bper ?cent(age)?\b|%|\b(what|which|how (big|large) an?) (share|proportion|fraction|portion)\b"
        r"|\b(annual|attrition|churn|growth|interest|success|tax|turnover) rate\b|\bby how much\b"
        r"|\bhow (fast|quickly|much)\b.*\bgrow(s|n|ing)?\b|\b(growth|how much growth)\W*$"
    ),
    "price": (
        r"\bhow much (does|do|is|are|would|will|did|must|should|money)\b.*\b(cost|pay|charge|earn|spend|make)\w*"
        r"|\bhow (much money|expensive)\b|\bwhat (does|do|would|will|did)\b.*\b(cost|costs|pay|earn|make)"
        r"(?: (a|per|each|every|an) (hour|month|year|week)\w*| (in|on|for|to) .*)?\W*$"
        rf"|\b(what|which|how high|average|hourly|monthly|yearly|annual)\b.{{0,40}}\b({_MONEY})\b"
        r"(?! like| ranges?)"
        rf"|^\W*(\w+ ){{0,3}}({_MONEY})\b(?! like| ranges?| tag)"
        r"|\bmarket (size|value|share|cap\w*)\b|\bhow (large|big|much)\b.*\b(market|worth)\b"
    ),
    "duration": (r"\bhow (long|many (minutes|hours|days|weeks|months|years|yrs))\b|\bduration\b"),
    "count": r"\bhow many\b|\bnumber of\b",
    "date": (
        r"\b(what|which|wich) (year|date|month|day)\b|\bwhen (was|were|did)\b|\bsince when\b|\bhow old\b"
        r"|\bwhen\b.*\b(begin|beg[ao]n|born|founded|invented|released|started)\b"
    ),
    "person": (
        r"\bwho (owns?|bought|acquired|founded|developed|invented|created|started|coined|wrote)\b|\bceo\b"
        r"|\bchief executive\b|\bwho\b.{0,20}\bauthors?\b|\bauthors?\W*$|\b(founder|owner|inventor) of\b"
        r"|\bwho (is|are|was|were) the (\w+ )?(boss|director|founder|head|inventor|manager|owner|president)s?\b"
    ),
    "place": (
        r"\bhead ?quarter(s|ed)?\b|\bhead office\b|\bwhere\b.*\b(based|live|lives|located|situated)\b"
        r"|\b(which|what) (cit(y|ies)|states?|towns?)\b|\b(which|what) countr(y|ies)\b.*\b(based|from|located)\b"
    ),
    "extreme": rf"\b(what|which|who)\b.*\b({_EXTREMES})(i?est)\b",
    "example": (
        r"^\W*(an? |any |some )?(for )?(examples?|instance)\b"
        r"|\b(for|an|any|some|which|what|give|name) (examples?|instance)\b"
    ),
    "list": (
        r"\b(what|which) are (the|some|its|their|your)\b|\bwhich (\w+ ){0,3}\w+[^s\W]s\b"
        r"|\bwhat (\w+ ){0,3}\w+[^s\W]s (are|do|does|can|may|should|must|is|could|will)\b"
        r"|^\W*(name|list|give|show|enumerate|tell me(?! (more )?about))\b.*\w\ws\b"
        r"|\b(list|types|kinds|examples|names) of\b"
        rf"|^\W*(the )?(\d+|{_SMALL_NUMBERS}) (\w+ ){{0,3}}\w+[^s\W]s\W*$"
        r"|^\W*(the |all |its |their )?(key |main |common )?[a-z]{4,}[^s\W]s( between the two| of [bk]po)?\W*$"
    ),
    "definition": (
        r"^\W*(what('s| is| are| does)|define|explain)\b"
        r"|\b(meaning of|definition|tell me (more )?about)\b"
    ),
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KIND_PATTERNS.items()}
_NOT_YES_OR_NO: frozenset[Kind] = frozenset(
    ["price", "percentage", "extreme"]
)  # "Is the price low?" asks for none

# What a text must hold to answer a question of a kind. A kind that is not here asks for nothing that can be seen.
_UNIT_OF_TIME = r"(minute|hour|day|week|month|year)s?"
_HOLDS_PATTERNS: dict[Kind, str] = {
    "contact": r"@|https?:|www\.|\d{3}",
    "percentage": r"\d ?%|\bper ?cent\b|\b(?:fraction|half|thirds?|quarters?) of\b",
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
        r"|president|acquired|parent)|\b(?-i:(written )?by [A-Z]\w+ [A-Z])"
    ),
    "place": r"\b(based|city|cities|head ?quarter|lives|located|location|offices? in|overseas|region|state|town)",
    "extreme": rf"\b({_EXTREMES})(i?est)\b",
    "example": r"\bfor (example|instance)\b|\be\.g\b|\bsuch as\b|\blike\b",
}
_HOLDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _HOLDS_PATTERNS.items()}

# Words of these patterns that are looked for in other spellings as well.
_TELLING = (
    "abbreviation", "acronym", "address", "example", "examples", "headquarters", "percentage", "price", "prices",
    "revenue", "salaries", "salary",
)  # fmt: skip
_LIKELY_MISSPELT = 83  # of 100
_FIRST_WORD = re.compile(r"[^\W\d_]{3,}")
_ASKS_WITH = ("what", "which", "where", "when", "list", "name", "define", "explain")


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for."""
    question = re.sub(r"[^\W\d_]{5,}", _respelt, _FIRST_WORD.sub(_asked_with, question, count=1))
    for kind, pattern in _KINDS.items():
        if pattern.search(question) and not (kind in _NOT_YES_OR_NO and is_yes_or_no(question)):
            return kind
    return "open"


def _asked_with(first: re.Match[str]) -> str:
    """The first word of a question, or the word to ask with that it is one slip away from."""
    word = first.group().casefold()
    slips = [asks for asks in _ASKS_WITH if OSA.distance(word, asks, score_cutoff=1) <= 1]
    return slips[0] if slips and word not in STOP_WORDS else first.group()


def _respelt(word: re.Match[str]) -> str:
    found = process.extractOne(word.group().casefold(), _TELLING, scorer=fuzz.ratio, score_cutoff=_LIKELY_MISSPELT)
    return found[0] if found else word.group()


def is_yes_or_no(question: str) -> bool:
    """Whether it can be answered with yes or no, so that its own words may be the answer."""
    return bool(_YES_OR_NO.match(question))


def holds(kind: Kind, text: str) -> bool:
    """Whether `text` holds what a question of this kind asks for: a price, a number, a date, ..."""
    pattern = _HOLDS.get(kind)
    return pattern is None or bool(pattern.search(text))


_ACRONYM = re.compile(r"[^\W\d_]{2,6}")
_MOST_ACRONYMS = 40  # that are looked for; each is a pattern of its own, and a question may be very long
_BETWEEN = r"[\s-]+(?:(?:and|for|of|the)\s+)?"


def spells_out(text: str, question: str) -> bool:
    """Whether `text` has capitalised words whose initials are an acronym of the question (in any case there).

    The words are a name of their own or the acronym stands behind them: "Sutherland Global Services" is no SG.
    """
    return any(_spelling(acronym).search(text) for acronym in _acronyms(question))


def _acronyms(question: str) -> list[str]:
    """What a question for an acronym may mean by it: its words in capitals, else its short words."""
    found = list(dict.fromkeys(_ACRONYM.findall(question)))
    meant = [word for word in found if word.isupper()] or [word for word in found if word not in STOP_WORDS]
    return meant[:_MOST_ACRONYMS]


@lru_cache(maxsize=256)
def _spelling(acronym: str) -> re.Pattern[str]:
    name = _BETWEEN.join(rf"{letter}\w+" for letter in acronym.upper())
    return re.compile(rf"\b{name}\b(?:(?![\s-]+[A-Z])|[\w\s]{{0,30}}\({acronym.upper()}\))")
