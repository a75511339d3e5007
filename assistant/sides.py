"""Two things that a question compares, and whose side a unit is on. By names alone, whatever they are."""

import re
from collections.abc import Callable, Sequence

from assistant.headings import last_heading
from assistant.units import Unit
from ingest.lexicon import STOP_WORDS
from ingest.text import words

_JOINED = re.compile(r"\b(?:vs\b\.?|versus\b|or\b|than\b)", re.IGNORECASE)
_JOINED_WHERE_COMPARED = re.compile(r"\b(?:and|from|with|to|against)\b", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:between|compar\w*|contrast\w*|differ\w*|distinguish\w*|unlike)\b", re.IGNORECASE)
_BESIDE_EACH_OTHER = re.compile(r"\b(?:and|both)\b|[&/,]", re.IGNORECASE)
_LONGEST = 3  # words of a name
_CAPITALS = re.compile(r"\b[A-Z]{2,6}\b")
# A thing that a sentence names only to hold its own against it.
_BESIDE = re.compile(
    r"\b(?:than|unlike|version of|subset of|(?:compared|contrast|comparison) (?:to|with))\s+"
    r"(?:(?:an?|in|the)\s+)?\w+",
    re.IGNORECASE,
)

Names = tuple[str, str]


def compared(question: str, texts: Sequence[str]) -> Names | None:
    """The two things that a question names beside each other, in its order, where some texts have both.

    Two abbreviations that the texts write in capitals, where it compares or joins anything; else the words right
    before and behind a "vs", "or", "than", and where it speaks of a difference also an "and" and the like: as many
    as stand in the texts together ("stovetop" of "kettle vs stovetop warranty").
    """
    joins = [*_JOINED.finditer(question)]
    if _COMPARES.search(question):
        joins += _JOINED_WHERE_COMPARED.finditer(question)
    elif not joins and not _BESIDE_EACH_OTHER.search(question):
        return None  # as most questions, for which the texts need not be read
    told = " ".join(texts)
    capitals = {_singular(word): word for word in _CAPITALS.findall(told) if word.casefold() not in STOP_WORDS}
    short = list(dict.fromkeys(word for word in map(_singular, words(question)) if word in capitals))
    if len(short) == 2 and (joins or _COMPARES.search(question) or _BESIDE_EACH_OTHER.search(question)):
        return capitals[short[0]], capitals[short[1]]
    spaced = f" {' '.join(map(_singular, words(told)))} " if joins else ""
    for join in joins:
        one = _as_told(_run(question[: join.start()], last=True), spaced, last=True)
        other = _as_told(_run(question[join.end() :], last=False), spaced, last=False)
        if _own(one, other) and _own(other, one):
            shown = [[capitals.get(_singular(word), word) for word in name] for name in (one, other)]
            return " ".join(shown[0]), " ".join(shown[1])
    return None


def side_of(text: str, around: Sequence[str], names: Names) -> str | None:
    """The one of two things that a text is about: itself, else the first of the texts around it that names one."""
    both = [name.split() for name in names]
    own = [set(map(_singular, _own(a, b))) for a, b in (both, both[::-1])]
    for one in (_BESIDE.sub(" ", text), *around):
        said = set(map(_singular, words(one)))
        named = [name for name, wanted in zip(names, own, strict=True) if wanted <= said]
        if named:
            return named[0] if len(named) == 1 else None
    return None


def side_of_title(question: str, title: str) -> tuple[Names, str] | None:
    """The two things that a title compares, with the only one of them that a question names, where it is so."""
    names = compared(title, [title])
    side = side_of(question, [], names) if names else None
    return (names, side) if names and side else None


def side_in(
    every: Sequence[Unit],
    at: int,
    section: str,
    names: Names,
    terms: Callable[[str], Sequence[str]] = lambda _: (),
) -> str | None:
    """Whose side a unit of a passage is on: of what it says, what announces it, the one before it, its heading.

    `terms` may give a text's words in their short form, by which a thing is known under its long name, too.
    """
    unit = every[at]
    announcing = [one.text for one in every if one.leads_list and one.list == unit.list is not None]
    before = [every[at - 1].text] if at and unit.kind != "item" else []
    own = _BESIDE.sub(" ", unit.text)
    first = own.partition(":")[0] if unit.kind == "item" else own  # what an item is about stands before its colon
    texts = (first, own, *announcing, *before, last_heading(section))
    text, *around = (" ".join([one, *terms(one)]) for one in texts)
    return side_of(text, around, names)


def _run(text: str, last: bool) -> list[str]:
    """The words of a name at the end or the begin of a text, without stop words."""
    found: list[str] = []
    every = re.findall(r"[\w’'-]+|[?.,;:!]", text)
    for word in reversed(every) if last else every:
        compares = bool(_COMPARES.match(word))
        if not found and (compares or (not last and word.casefold() in ("the", "a", "an"))):
            continue
        if len(found) == _LONGEST or compares or not word[0].isalnum() or word.casefold() in STOP_WORDS:
            break
        found.append(word)
    return found[::-1] if last else found


def _as_told(name: Sequence[str], told: str, last: bool) -> Sequence[str]:
    """The longest end or begin of a name that a text has; the text's words stand between blanks."""
    while name and f" {' '.join(map(_singular, words(' '.join(name))))} " not in told:
        name = name[1:] if last else name[:-1]
    return name


def _own(name: Sequence[str], other: Sequence[str]) -> list[str]:
    """What tells one name from the other: "operating" of "operating lease" beside "finance lease"."""
    shared = set(map(_singular, words(" ".join(other))))
    return [word for word in map(_singular, words(" ".join(name))) if word not in shared]


def _singular(word: str) -> str:
    word = word.casefold()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
