"""Which documents a question is asked of: those that a person names by title or file."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ingest.errors import QuestionError
from ingest.snapshots import SourceRecord
from ingest.sources import Source, shown_name
from ingest.text import few, words

_NAMED = 5  # documents, where one is asked for that is not there


def documents_named(names: Sequence[str], sources: Sequence[SourceRecord | Source]) -> list[str]:
    """The documents that a person means by these names: titles, names of files, or whole words of either.

    Case and punctuation do not count. Raises `QuestionError` where there is none by a name.
    """
    called: dict[str, list[str]] = {}
    for one in sources:
        path = PurePosixPath(one.name)
        called[one.name] = [_bare(own) for own in (one.title, one.name, path.name, path.stem)]
    found: list[str] = []
    for name in names:
        meant = _meant(name, called)
        if not meant:
            told = (f"“{one.title}” ({shown_name(one.name, called)})" for one in sources)
            shown = few(told, _NAMED, len(sources))
            raise QuestionError(f"There is no document “{name}”. Name one of these: {shown}.")
        found += meant
    return list(dict.fromkeys(found))


def _meant(name: str, called: Mapping[str, Sequence[str]]) -> list[str]:
    """The documents of this name, else those with these words for a name, else with these words in one."""
    if name in called:
        return [name]
    asked = _bare(name)
    if not asked:
        return []
    same = [source for source, own in called.items() if asked in own]
    return same or [source for source, own in called.items() if any(f" {asked} " in f" {one} " for one in own)]


def _bare(text: str) -> str:
    return " ".join(words(text))
