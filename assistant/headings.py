"""The headings above a passage."""

import re

from ingest.lexicon import content_words
from ingest.text import words

_NUMBER = re.compile(r"^(?:\d+[.)]|Q(?:uestion)?\s?\d*[.:)])\s+(?=\S)")


def unnumbered(heading: str) -> str:
    """A heading without the number, or the "Q:" of a question, before it."""
    return _NUMBER.sub("", heading)


def last_heading(section: str) -> str:
    """The last heading of a section's path, without its number."""
    return unnumbered(section.rpartition(" > ")[2])


def is_heading_of(section: str, question: str) -> bool:
    """Whether a section stands below a heading that is this question, or has all words and no others of it."""
    heading = last_heading(section)
    if heading.endswith("?"):
        return words(heading) == words(question)
    named = set(content_words(heading))
    return len(named) > 1 and named == set(content_words(question))
