"""Amounts, dates, names and negations: what a sentence may not add to its evidence."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import regex

from ingest.lexicon import STOP_WORDS
from ingest.text import NUMBERS, words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DIGITS = {word: str(number) for word, number in NUMBERS.items() if word != "one"}  # mostly no amount
_UNITS = {"percent": "%", "per cent": "%"}
_AMOUNT = re.compile(
    r"(?:(?P<money>[$€£])\s*)?(?P<number>\d[\d.,]*"
    r"|\b(?:half|quarters?|thirds?(?![ -]part)|twice|doubled?|tripled?|dozens?|hundreds?|thousands?"
    rf"|millions?|billions?|{'|'.join(_DIGITS)})\b|[½¼¾⅓⅔])"
    r"\s*(?P<unit>%|percent\b|per cent\b|hundred\b|thousand\b|million\b|billion\b|trillion\b)?"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|cannot|without|fails?|myth|unlikely)\b|n[’']t\b"
    r"|\b(?:hardly|barely|scarcely|rarely|seldom|(?<!\ba )few)\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(r"\b(?:why not|not to mention|not only|no doubt|no wonder)\b", re.IGNORECASE)
_DENIED = re.compile(r"\bnot (?:an? |the )?\d[\d.,]*")
_WORD = re.compile(r"\b[^\W\d_][\w&’'-]*(?:[.,]\d+)*")
_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Latin}[\p{Latin}\d]+")
_BEGINS = re.compile(r"(?:\A|[.:;!?…|(\[–—])[\s\"'“„«*]*$")  # what stands before the first word of a clause
_KIN = 3  # letters that a name begins with in any language: "Inde", "Indien", "India"


def amounts(text: str) -> set[str]:
    """The numbers in a text, each with its unit if it has one: "5 %", "$ 5 million"; "half" and "dozen" too."""
    found = set()
    for match in _AMOUNT.finditer(text.lower()):
        number = _DIGITS.get(match["number"], match["number"]).rstrip(".,")
        found.add(" ".join(filter(None, [match["money"], number, _UNITS.get(match["unit"], match["unit"])])))
    return found


def names(text: str) -> list[str]:
    """The capitalised words of a text; its first word only where it has a second capital ("KPO")."""
    return [
        match.group()
        for match in _WORD.finditer(text)
        if match.group() != match.group().lower()  # "Élan" and "iGate", too
        if match.start() > 0 or has_second_capital(match.group())
        if match.group().lower() not in STOP_WORDS or match.group().isupper()
        if match.group() != "OK"
    ]


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The names of all these texts."""
    return frozenset().union(*map(_names_of, texts))


@lru_cache(maxsize=4096)
def _names_of(text: str) -> frozenset[str]:
    return frozenset(names(text))


def has_second_capital(word: str) -> bool:
    """Whether a word has a capital behind its first letter, as no common noun has: "KPO", "iGate"."""
    return word[1:] != word[1:].lower()


def without(found: Iterable[str], text: str) -> list[str]:
    """Those of some names that a text does not have, in any case; the parts of "Anglo-Dutch" may stand apart."""
    known = set(words(text))
    known |= {word.removesuffix("s") for word in known}
    return [name for name in found if not all(part.removesuffix("s") in known for part in words(name))]


def unknown_amounts(claim: str, told: str) -> list[str]:
    """The numbers and amounts of a claim that a text does not have, in digits or in words.

    One that is only denied ("a 14-day trial, not a 30-day one") need not stand there.
    """
    claim, known = _DENIED.sub("", claim), set(words(told))
    numbers = [number for number in _NUMBER.findall(unicodedata.normalize("NFKC", claim)) if number not in known]
    return sorted({*numbers, *(amounts(claim) - amounts(told))})


def unknown_numbers(claim: str, told: str) -> list[str]:
    """The numbers of a claim, in digits, that a text in another language does not have, in digits or in words.

    What parts thousands or decimals is not looked at: languages differ in it.
    """
    known = set(map(_digits, [*_NUMBER.findall(told), *(_DIGITS.get(word, "") for word in words(told))]))
    found = _NUMBER.findall(unicodedata.normalize("NFKC", claim))
    return sorted({number for number in found if _digits(number) not in known})


def unknown_names(claim: str, told: str, nouns_are_capitalised: bool) -> list[str]:
    """The names of a claim that a text in another language does not have, if both write them in Latin letters.

    Languages spell and end names in ways of their own: it is enough that a capitalised word there begins alike,
    but not for an acronym. Where all nouns are capitalised, a name is what has a second capital.
    """
    if 2 * sum(map(len, _LATIN.findall(told))) < len(_LETTER.findall(told)):
        return []
    known = set(words(told))
    begins = {_plain(word)[:_KIN] for word in _LATIN.findall(told) if word != word.lower()}
    strange = []
    for match in _LATIN.finditer(claim):
        name = match.group()
        if name == name.lower() or name.lower() in known:
            continue
        capitals = re.match("[A-Z]{2,}", name)
        if capitals:  # "KPOs" and Turkish "KPOnun", too
            strange += [] if capitals.group().lower() in known else [name]
        elif has_second_capital(name) or not (
            nouns_are_capitalised or _BEGINS.search(claim, max(0, match.start() - 9), match.start())
        ):
            strange += [] if _plain(name)[:_KIN] in begins else [name]
    return strange


def _plain(word: str) -> str:
    """A word in small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(char))


def _digits(number: str) -> str:
    return re.sub(r"[.,]", "", number)


def negates(text: str) -> bool:
    """Whether there is a "not", or a word like it, in the text."""
    return bool(_NEGATION.search(_NO_NEGATION.sub(" ", text)))
