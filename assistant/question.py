"""What a question asks: about which side or sides, and for which kind of answer."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.kinds import Kind, is_yes_or_no, kind_of
from ingest.text import Span

Side = Literal["BPO", "KPO"]
SIDES: dict[Side, re.Pattern[str]] = {
    "BPO": re.compile(r"\bbpos?\b|\bbusiness[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
    "KPO": re.compile(r"\bkpos?\b|\bknowledge[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
}

_HOW_MANY = re.compile(r"\bhow many\s+((?:[\w-]+\s+){0,3}?(?:[\w-]+s|[\w-]*people|[\w-]*staff))\b", re.IGNORECASE)
_NO_NOUN = r"(?:\w*ss|as|does|has|is|its|this|us|was|means|needs|overseas|belongs|always|perhaps)"
_ASKS_FOR = re.compile(
    r"(?:\b(?:which|what|(?:which|what) are|how many)|^\W*(?:please )?(?:name|list|give|show|enumerate|count|tell)"
    r"(?: me)?)\s+(?:[\w’'-]+\s+){0,4}?(?P<noun>(?!" + _NO_NOUN + r"\b)[\w-]+s)\b",
    re.IGNORECASE,
)
_THING = r"((?:[\w’-]+ ){0,3}?[\w’-]+)"
_THE = r"(?: the| an?)?"
_END = r"\s*(?:[?.,!]|$)"
_COMPARED = re.compile(
    rf"\b(?:between|compare|contrast){_THE} {_THING} (?:and|with|to|from){_THE} {_THING}{_END}"
    rf"|\bhow (?:do|does){_THE} {_THING} and{_THE} {_THING} (?:differ|compare)\b"
    rf"|\bhow (?:is|are){_THE} {_THING} different from{_THE} {_THING}{_END}"
    rf"|(?:^|\b(?:is|of) ){_THE}{_THING} (?:vs\.?|versus){_THE} {_THING}{_END}",
    re.IGNORECASE,
)


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
    def asks_for(self) -> Span | None:
        """Where it names the things of which it wants a list or the number: "services" in "which services …"."""
        match = _ASKS_FOR.search(self.text) if self.kind in ("list", "count") else None
        return Span(*match.span("noun")) if match else None

    @property
    def compared(self) -> tuple[str, str] | None:
        """Two things that are compared: "passive cooling" and "active cooling" of "passive and active cooling".

        Nothing where it does not compare two things by name.
        """
        match = _COMPARED.search(self.text)
        if match is None:
            return None
        one, other = [thing for thing in match.groups() if thing]
        if len(one.split()) == 1 < len(other.split()):
            one = f"{one} {other.split(maxsplit=1)[1]}"
        return one, other

    @property
    def yes_or_no(self) -> bool:
        """Whether it can be answered with yes or no, so that its own words may be the answer."""
        return is_yes_or_no(self.text)

    @property
    def compares(self) -> bool:
        """Whether it is about both sides."""
        return len(self.sides) == len(SIDES)


def analyse(text: str) -> Question:
    """Reads a standalone question."""
    sides = tuple(side for side, pattern in SIDES.items() if pattern.search(text))
    return Question(text, sides, kind_of(text))


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
