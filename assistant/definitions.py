"""Whether a text defines what a question asks to define."""

import re

from ingest.lexicon import Lexicon

_DEFINITION = re.compile(
    r"^(?!since|if|when|because|although)(?P<subject>.{2,80}?)"
    r"(?::|\)?\s+(?:(?:is|are)(?: also)? (?:an?|the|when)\b|means\b|refers? to\b))",
    re.IGNORECASE,
)
_SUBCLAUSE = re.compile(r",?\s+while\s+", re.IGNORECASE)


def defines(text: str, wanted: list[str], lexicon: Lexicon) -> float:
    """How far a clause of `text` defines the thing asked for: it begins with it, then "is", "means" or a colon.

    1 where its subject is the thing itself, 1/2 where it is a kind of it, 0 where nothing is defined.
    """
    found = 0.0
    for clause in _SUBCLAUSE.split(text):
        match = _DEFINITION.match(clause)
        subject = set(lexicon.terms(match.group("subject"))) if match else set()
        if subject and wanted and subject.issuperset(wanted) and len(subject) <= len(set(wanted)) + 1:
            found = max(found, 1.0 if len(subject) == len(set(wanted)) else 0.5)
    return found
