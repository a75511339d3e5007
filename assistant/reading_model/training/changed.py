"""The article with other names, numbers and terms, so that the network reads it and does not learn it by heart.

What `corpus/reading/article-changes.jsonl` says is put into the text, the questions and the claims alike. After
Longpre et al., "Entity-Based Knowledge Conflicts in Question Answering", 2021.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.sources import Source, make_source

Lines = Sequence[dict[str, Any]]


def changed(
    article: Source, questions: Lines, claims: Lines, changes: Lines
) -> Iterator[tuple[Source, Lines, Lines]]:
    """A copy for each of the changes' columns, with no questions known beside it, as a document of one's own.

    A claim stays out where what it cites was changed and it was not: it may have become wrong, or right.
    """
    for column in range(len(changes[0]["after"])):
        others = {change["before"]: change["after"][column] for change in changes}
        copy = make_source(f"changed-{column}.md", _put(article.text, others))
        yield copy, [_line(line, "q", others) for line in questions], _as_true_as_before(claims, others)


def _as_true_as_before(claims: Lines, others: dict[str, str]) -> Lines:
    both = [(line, _line(line, "claim", others)) for line in claims]
    return [
        after
        for before, after in both
        if (before["evidence"] == after["evidence"]) == (before["claim"] == after["claim"])
    ]


def _line(line: dict[str, Any], said: str, others: dict[str, str]) -> dict[str, Any]:
    after = {**line, said: _put(line[said], others), "evidence": [_put(one, others) for one in line["evidence"]]}
    if "history" in line:
        after["history"] = [{"question": _put(turn["question"], others)} for turn in line["history"]]
    return after


def _put(text: str, others: dict[str, str]) -> str:
    """The text with the longest of what is to be changed, at words' borders, in small letters where it was."""
    longest = sorted(others, key=len, reverse=True)
    folded = {before.casefold(): after for before, after in others.items()}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)

    def other(before: re.Match[str]) -> str:
        after = folded[before[0].casefold()]
        return after.casefold() if before[0].islower() else after

    return pattern.sub(other, text)
