"""What a question asks: about which side or sides, and for which kind of answer."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.kinds import Kind, is_yes_or_no, kind_of

Side = Literal["BPO", "KPO"]
SIDES: dict[Side, re.Pattern[str]] = {
    "BPO": re.compile(r"\bbpos?\b|\bbusiness[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
    "KPO": re.compile(r"\bkpos?\b|\bknowledge[ -]process(?:ing)?[ -]outsourc\w*", re.IGNORECASE),
}

_HOW_MANY = re.compile(r"\bhow many\s+((?:[\w-]+\s+){0,3}?(?:[\w-]+s|[\w-]*people|[\w-]*staff))\b", re.IGNORECASE)


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
