"""Two things that a question or a title compares: which units are on whose side, and which side is asked for."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from assistant.conversation import asked_last, turns
from assistant.readers import ReaderInput
from assistant.readers.selection import Candidate
from assistant.reading_model.model import Calibration, Logits
from assistant.refusal import answerable, refuses
from assistant.sides import Names, compared, side_in, side_of, side_of_title
from assistant.units import units
from ingest.lexicon import STOP_WORDS
from ingest.text import words


def of_the_side_asked_for(reading: ReaderInput, ranked: list[Candidate]) -> list[Candidate]:
    """Where a title compares two things, of which the question names one, nothing on the other.

    A follow-up that names neither means the one of the question before. Items of lists stay that alone have a word
    of the question, with what announces them: they tell that what is asked for is on the other side.
    """
    titles = dict.fromkeys(reading.sources[passage.source].title for passage in reading.passages)
    for turn, title in product(reversed(turns(reading.question)), titles):
        if compared(turn, [title]):
            return ranked
        if found := side_of_title(turn, title):
            names, side = found
            other = names[side == names[0]]
            own = [c for c in ranked if _side(reading, c, names) != other]
            lists = _items_that_alone_name(asked_last(reading.question), own, ranked)
            return [c for c in ranked if c in own or c in lists] or ranked
    return ranked


def _items_that_alone_name(asked: str, own: Sequence[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Items of lists with a word of the question that nothing in `own` has, each with what announces its list."""
    alone = set(words(asked)) - STOP_WORDS - {word for c in own for word in words(c.unit.text)}
    named = {c.group for c in ranked if c.unit.kind == "item" and alone.intersection(words(c.unit.text))}
    return [c for c in ranked if c.group in named and (c.unit.leads_list or alone & set(words(c.unit.text)))]


def other_sides(
    reading: ReaderInput,
    ranked: Sequence[Candidate],
    chosen: Sequence[Candidate],
    names: Names,
    calibration: Calibration,
) -> list[Candidate]:
    """For each side that none of the chosen is on its best sentence, if that alone would be answered with.

    Or its best item, where that names it.
    """
    missing = [name for name in names if name not in sides_of(reading, chosen, names)]
    found: dict[str, Candidate] = {}
    for candidate in ranked if missing else ():
        if candidate in chosen or candidate.unit.leads_list or candidate.unit.kind not in ("sentence", "item"):
            continue
        of_item = candidate.unit.kind == "item"
        side = side_of(candidate.unit.text, [], names) if of_item else _side(reading, candidate, names)
        alone = Logits(np.array([candidate.score]), candidate.score, 0.0)
        if side in missing and not refuses(answerable([alone], calibration), calibration):
            found.setdefault(side, candidate)
    return list(found.values())


def sides_of(reading: ReaderInput, chosen: Sequence[Candidate], names: Names) -> list[str | None]:
    """Whose side each unit is on."""
    return [_side(reading, candidate, names) for candidate in chosen]


def sides_of_lists(chosen: Sequence[Candidate], sides: Sequence[str | None]) -> dict[tuple[int, int], set[str]]:
    """The sides that the units of each list are on."""
    found: dict[tuple[int, int], set[str]] = {}
    for candidate, side in zip(chosen, sides, strict=True):
        if candidate.unit.list is not None:
            found.setdefault((candidate.number, candidate.unit.list), set()).update({side} if side else ())
    return found


def _side(reading: ReaderInput, candidate: Candidate, names: Names) -> str | None:
    """Whose side a unit is on."""
    passage = reading.passages[candidate.number - 1]
    every = units(passage.text)
    return side_in(every, every.index(candidate.unit), passage.section, names, reading.terms)
