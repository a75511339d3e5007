"""Which overview a question asks for: of documents, of a section that it names, or of two things side by side."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from assistant.answers import RetrievedPassage
from assistant.conversation import asked_last
from assistant.headings import last_heading
from assistant.lines import TableRow
from assistant.reading_model.model import PassageScores
from assistant.retriever import HybridRetriever
from assistant.sides import Names, compared, side_in, side_of_title
from assistant.summaries import Found, Overview, begun, first_sentence, line, summarized, tells, told
from assistant.units import units
from ingest.index import Index
from ingest.passages import Passage, section_above

_OF_BOTH = 2  # sections that speak of both things of a comparison, at least
_DOCUMENTS, _OF_EACH, _OF_ONE = 20, 5, 400  # what an overview is made of: documents, passages of each or of one
_WORD = re.compile(r"[\w’'-]+")


def overview_for(
    question: str, passages: Sequence[RetrievedPassage], answers: bool, retriever: HybridRetriever
) -> Overview | None:
    """The overview that a question asks for; `None` where it asks for passages, or nothing can be told.

    `passages` are those that were retrieved for it, and `answers` whether they answer: they tell which section it
    names, or which two things beside each other.
    """
    index, asked = retriever.index, asked_last(question)
    names = compared(asked, [f"{passage.section} {passage.text}" for passage in passages])
    title = index.sources[passages[0].source].title if passages else ""
    named = None if names else side_of_title(asked, title)
    side = named[1] if named else None
    scope = retriever.scorer.scope(_without_files(asked, passages), names or (side and (side,)))
    overview = None
    if (scope == "document" or answers) and (sections := sections_asked_for(asked, passages, retriever)):
        overview = told(index.section(*sections[0])) if len(sections) == 1 else None  # the passages tell of each
    elif scope == "document":
        overview = (_of_one_thing(asked, side, retriever) if side else None) or _of_documents(asked, index)
    elif scope == "comparison":
        overview = _of_two_things(asked, names, retriever)
    return overview if overview and overview.lines else None


def _of_documents(asked: str, index: Index) -> Overview:
    """The sections of the one document, or of that which the question names; else how each document begins."""
    sources = list(index.sources)
    named = _named(asked, index) if len(sources) > 1 else sources[0]
    if named is None:
        few = [index.passages_of(name, _OF_EACH) for name in sources[:_DOCUMENTS]]
        return begun(few, left_out=max(len(sources) - _DOCUMENTS, 0))
    return summarized(index.passages_of(named, _OF_ONE))


def sections_asked_for(
    asked: str, passages: Sequence[Passage | RetrievedPassage], retriever: HybridRetriever
) -> list[tuple[str, str]]:
    """The document and path of each section whose heading a question names, if it asks for all of that; else none.

    It names a heading by all words of it; of several, those with most that the document's title does not have. And
    it asks for all if, with another word for these, it would ask for a whole document.
    """
    index = retriever.index
    terms = index.lexicon.terms
    said = set(terms(asked))
    named: dict[tuple[str, str], set[str]] = {}
    for passage in passages:
        heading = set(terms(last_heading(passage.section)))
        if heading <= said:
            own = heading - set(terms(index.sources[passage.source].title))
            named[passage.source, passage.section] = own
    most = max(map(len, named.values()), default=0)
    best = {place: own for place, own in named.items() if own and len(own) == most}
    with_this = _without(asked, set().union(*best.values()), terms)
    return list(best) if best and retriever.scorer.scope(with_this) == "document" else []


def _without_files(asked: str, passages: Sequence[RetrievedPassage]) -> str:
    """A question with another word for the file names in it: what a file is called says nothing of its scope."""
    for file in {Path(passage.source).name for passage in passages}:
        asked = re.sub(rf"\b{re.escape(file)}\b", "this", asked, flags=re.IGNORECASE)
    return asked


def _without(asked: str, named: set[str], terms: Callable[[str], Sequence[str]]) -> str:
    """A question with another word for what it names, from the first to the last of these terms."""
    of_name = [word for word in _WORD.finditer(asked) if named.intersection(terms(word.group()))]
    return f"{asked[: of_name[0].start()]}this{asked[of_name[-1].end() :]}" if of_name else asked


def _named(asked: str, index: Index) -> str | None:
    """The one document whose title or file name shares more words with a question than any other's does."""
    terms = set(index.lexicon.terms(asked))
    titles = {one.name: one.title for one in index.manifest.sources}  # no document is read for its title
    shared = {
        name: len(terms & set(index.lexicon.terms(f"{titles[name]} {Path(name).name}"))) for name in index.sources
    }
    most = max(shared.values(), default=0)
    named = [name for name, count in shared.items() if count == most]
    return named[0] if most and len(named) == 1 else None


def _of_two_things(asked: str, names: Names | None, retriever: HybridRetriever) -> Overview | None:
    """The sections of the document with most of what is like the question, where they speak of both.

    Without names ("how are they different?") of the two that its title compares.
    """
    passages, title = _nearest(asked, retriever)
    names = names or compared(title, [title])
    if names is None:
        return None

    def read(section: Sequence[Passage]) -> Sequence[PassageScores]:
        """As an answer to what its heading says of the two things, however that was asked."""
        question = "{} vs {}: {}".format(*names, last_heading(section[0].section))
        return retriever.scorer.read(question, section)

    return side_by_side(passages, read, names, retriever.index.lexicon.terms)


def _of_one_thing(asked: str, side: str, retriever: HybridRetriever) -> Overview | None:
    """What the sections that compare two things say of one of them."""
    both = _of_two_things(asked, None, retriever)
    return one_side(both, side) if both else None


def _nearest(asked: str, retriever: HybridRetriever) -> tuple[list[Passage], str]:
    """Of what is like a question the passages of the document that has most of it, and that document's title."""
    index = retriever.index
    passages = index.passages.at(sorted(retriever.rank(asked).reranked.positions))
    sources = [passage.source for passage in passages]
    source = max(sources, key=sources.count, default="")
    title = index.sources[source].title if source else ""
    return [passage for passage in passages if passage.source == source], title


def side_by_side(
    passages: Sequence[Passage],
    read: Callable[[Sequence[Passage]], Sequence[PassageScores]],
    names: Names,
    terms: Callable[[str], Sequence[str]],
) -> Overview | None:
    """The sections that speak of two things, with the best sentence on each; `None` where too few do.

    Below one heading they all stand: the one with most sections that speak of both. `read` reads the passages of
    one section for the question; `terms` gives a text's words in their short form, by which a thing is known under
    its long name, too.
    """
    sections = [list(of) for _, of in groupby(passages, lambda p: p.section)]
    best = [_best_of_sides(of, read(of), names, terms) for of in sections]
    both = [section_above(of[0].section) for of, of_sides in zip(sections, best, strict=True) if all(of_sides)]
    parent = max(both, key=both.count, default="")
    if both.count(parent) < _OF_BOTH:
        return None
    kept: list[Passage] = []
    rows = []
    for of, of_sides in zip(sections, best, strict=True):
        of_section = of_sides if any(of_sides) else _of_both(of, names)
        if section_above(of[0].section) == parent and any(of_section):
            first = units(of[0].text)[:1]
            heading = (of[0], first[0]) if first and first[0].kind == "heading" else None
            rows.append(TableRow(tuple(one and line(one, kept) for one in (heading, *of_section)), names))
    return Overview(tuple(kept), tuple(rows))


def one_side(both: Overview, side: str) -> Overview:
    """Of two things side by side what is said of one of them, below the headings."""
    lines = []
    for row in both.lines:
        if isinstance(row, TableRow):
            heading, cell = row.cells[0], row.cells[1 + row.names.index(side)]
            lines += [replace(cell, label=f"{heading.text}:" if heading else "")] if cell else []
    return replace(both, lines=tuple(lines))


def _best_of_sides(
    section: Sequence[Passage],
    readings: Sequence[PassageScores],
    names: Names,
    terms: Callable[[str], Sequence[str]],
) -> list[Found | None]:
    """For each of two things the sentence of a section that answers best."""
    best: dict[str, tuple[float, Found]] = {}
    for passage, reading in zip(section, readings, strict=True):
        every = units(passage.text)
        for i, (unit, logit) in enumerate(zip(every, reading.units.tolist(), strict=True)):
            side = side_in(every, i, passage.section, names, terms) if tells(unit) else None
            if side and (side not in best or logit > best[side][0]):
                best[side] = logit, (passage, unit)
    return [best[name][1] if name in best else None for name in names]


def _of_both(section: Sequence[Passage], names: Names) -> list[Found | None]:
    """A section's first sentence, on the side of the thing that it names first; nothing where it names none."""
    first = first_sentence([(p, unit) for p in section for unit in units(p.text)])
    found = [first[1].text.casefold().find(name.casefold()) if first else -1 for name in names]
    earliest = min((at for at in found if at >= 0), default=None)
    return [first if at == earliest else None for at in found]
