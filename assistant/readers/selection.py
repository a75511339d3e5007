"""Which units of the passages make up an answer."""

import math
import re
from dataclasses import dataclass

import numpy as np

from assistant.answers import RetrievedPassage
from assistant.readers import ReaderInput
from assistant.reading_model.model import Calibration
from assistant.units import Unit, ends_with_colon, units
from ingest.passages import section_above

LONGEST = 60  # words of an answer of several sentences; a list is as long as it is


@dataclass(frozen=True)
class Candidate:
    """A unit of the `number`-th passage (from 1 on) with its logit as a part of the answer.

    `likeness` is how much it resembles the question, `start` where it stands in its document; `group` is the same
    for all of a list, and for all headings right below another.
    """

    number: int
    unit: Unit
    score: float
    likeness: float = 0.0
    start: int = 0
    group: tuple[str | int, ...] = ()


def candidates(reading: ReaderInput) -> list[Candidate]:
    """Every unit that may be quoted, best first. What asks is no answer, and neither is a "…"."""
    found = []
    for number, (passage, read) in enumerate(zip(reading.passages, reading.readings, strict=True), start=1):
        for unit, score, likeness in zip(units(passage.text), read.units, read.likeness, strict=True):
            if unit.asks or not re.search(r"\w", unit.text):
                continue
            start, group = passage.start + unit.span.start, _group(number, passage, unit)
            found.append(Candidate(number, unit, float(score), float(likeness), start, group))
    return sorted(found, key=lambda c: (-c.score, c.number, c.unit.span))


def _group(number: int, passage: RetrievedPassage, unit: Unit) -> tuple[str | int, ...]:
    if unit.kind == "heading":
        return passage.source, section_above(passage.section)
    return () if unit.list is None else (number, "list", unit.list)


def select(ranked: list[Candidate], calibration: Calibration) -> list[Candidate]:
    """The best unit and those whose logits are so close below its own, best first, while the answer stays short.

    Those of other passages have to be closer. A list comes with what announces it, in the order of the text; of a
    table come the rows close to its best one. Headings and other units are not mixed (see `_of_one_sort`).
    """
    chosen: list[Candidate] = []
    best = ranked[0].score if ranked else math.inf
    threshold, elsewhere = best - calibration.unit_margin, best - calibration.passage_margin
    ranked = _of_one_sort(ranked, elsewhere)
    for candidate in ranked:
        own = candidate.number == ranked[0].number
        if chosen and candidate.score < (threshold if own else elsewhere):
            continue
        of_list = _with_its_list(candidate, ranked, threshold, calibration.row_margin)
        whole = [c for c in of_list if c not in chosen]
        if not chosen or sum(len(c.unit.text.split()) for c in (*chosen, *whole)) <= LONGEST:
            chosen += whole
    blocks = list(dict.fromkeys(c.group or (c.number, c.start) for c in chosen))
    return sorted(chosen, key=lambda c: (blocks.index(c.group or (c.number, c.start)), c.start))


def beginning(section: list[Candidate]) -> list[Candidate]:
    """The first units of a section in order, as many as an answer may have; a list is not cut."""
    chosen: list[Candidate] = []
    for candidate in sorted(section, key=lambda c: c.start):
        words = sum(len(c.unit.text.split()) for c in (*chosen, candidate))
        in_list = chosen and candidate.group and candidate.group == chosen[-1].group
        if chosen and words > LONGEST and not in_list:
            break
        chosen.append(candidate)
    return chosen


def _of_one_sort(ranked: list[Candidate], threshold: float) -> list[Candidate]:
    """Only the headings right below another, where most of them answer; else only what is no heading.

    Several headings are a list, and nothing that stands below one of them tells all of it. One alone stands above
    the answer, unless nothing else answers.
    """
    headings = [c for c in ranked if c.unit.kind == "heading"]
    others = [c for c in ranked if c.unit.kind != "heading"]
    for group in dict.fromkeys(c.group for c in headings):
        siblings = [c for c in headings if c.group == group]
        if len(siblings) > 1 and float(np.median([c.score for c in siblings])) >= threshold:
            return siblings
    return others if others and (not headings or others[0].score >= threshold) else headings


def _with_its_list(
    candidate: Candidate, ranked: list[Candidate], threshold: float, row_margin: float
) -> list[Candidate]:
    """A unit; of a list with what announces it, and with all items where it announces them or most answer, too.

    A sentence before the one that announces them is read with it, and does not ask for the items by itself.
    """
    if not candidate.group:
        return [candidate]
    of_list = [c for c in ranked if c.group == candidate.group]
    items = [c.score for c in of_list if not c.unit.leads_list]
    if candidate.unit.kind == "row" and not candidate.unit.leads_list:
        return [c for c in of_list if c.unit.leads_list or c.score >= max(items) - row_margin]
    leads, is_row = candidate.unit.leads_list, candidate.unit.kind == "row"
    if (leads and (is_row or ends_with_colon(candidate.unit.text))) or float(np.median(items)) >= threshold:
        return of_list
    return [c for c in of_list if c == candidate or (c.unit.leads_list and not leads)]
