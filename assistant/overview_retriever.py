"""What is retrieved for a question on a whole document, or on two things side by side: its sections, in brief."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from assistant.answers import RetrievedPassage
from assistant.conversation import turns
from assistant.overview import Overview, begun, side_by_side, summarized
from assistant.retriever import HybridRetriever
from assistant.sides import Names, compared
from ingest.index import Index

_DOCUMENTS, _OF_EACH, _OF_ONE = 20, 5, 400  # what an overview is made of: documents, passages of each or of one


def overview_for(
    question: str, passages: Sequence[RetrievedPassage], index: Index, retriever: HybridRetriever
) -> Overview | None:
    """The overview that a question asks for; `None` where it asks for passages, or nothing can be told.

    `passages` are those that were retrieved for it: they tell which two things it names beside each other.
    """
    asked = turns(question)[-1]
    names = compared(asked, [f"{passage.section} {passage.text}" for passage in passages])
    scope = retriever.evidence.scope(asked, names).scope
    overview = None
    if scope == "document":
        overview = _of_documents(asked, index)
    elif scope == "comparison":
        overview = _of_two_things(asked, names, index, retriever)
    return overview if overview and overview.rows else None


def _of_documents(asked: str, index: Index) -> Overview:
    """The sections of the one document, or of that which the question names; else how each document begins."""
    sources = list(index.sources)
    named = _named(asked, index) if len(sources) > 1 else sources[0]
    if named is None:
        few = [index.passages_of(name, _OF_EACH) for name in sources[:_DOCUMENTS]]
        return begun(few, left_out=max(len(sources) - _DOCUMENTS, 0))
    return summarized(index.passages_of(named, _OF_ONE))


def _named(asked: str, index: Index) -> str | None:
    """The one document whose title or file name shares more words with a question than any other's does."""
    terms = set(index.lexicon.terms(asked))
    shared = {
        name: len(terms & set(index.lexicon.terms(f"{source.title} {Path(name).name}")))
        for name, source in index.sources.items()
    }
    most = max(shared.values(), default=0)
    named = [name for name, count in shared.items() if count == most]
    return named[0] if most and len(named) == 1 else None


def _of_two_things(asked: str, names: Names | None, index: Index, retriever: HybridRetriever) -> Overview | None:
    """The sections of the document with most of what is like the question, where they speak of both.

    Without names ("how are they different?") of the two that its title compares.
    """
    near = [position for position, _ in retriever.rank(asked)[-1].scored]
    passages = index.passages.at(sorted(near))
    sources = [passage.source for passage in passages]
    source = max(sources, key=sources.count, default="")
    passages = [passage for passage in passages if passage.source == source]
    title = index.sources[source].title if source else ""
    names = names or compared(title, [title])
    if names is None:
        return None
    read = partial(retriever.evidence.read, "{} vs {}".format(*names))  # however it was asked
    return side_by_side(passages, read, names, index.lexicon.terms)
