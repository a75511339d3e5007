"""Where in a passage a sentence is quoted, else what comes nearest: the words that its citation shows. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.answers import RetrievedPassage
from assistant.injection import no_evidence, no_evidence_in
from assistant.units import units
from ingest.lexicon import content_words, stem
from ingest.markdown import with_its_emphasis
from ingest.text import Span, find_folded, fold

_COGNATE = 4  # letters in a row that related words have in common
_RUN = 3  # how many units of a passage one citation of a paraphrase may quote
_folded = lru_cache(maxsize=4096)(fold)
_LABEL = re.compile(r"^\s*\**[^:*\n.]{1,80}:\**\s+")  # "BPO:", "**Driving force:**"


@lru_cache(maxsize=4096)
def find_quote(sentence: str, passage: str) -> tuple[Span, bool]:
    """The span of the passage that proves the sentence, and whether it holds it word for word.

    Labels before the sentence need not stand there. What is no evidence proves nothing (see `no_evidence`); where
    there is nothing else, the span is empty.
    """
    folded = _folded(passage)
    for claim in _without_labels(sentence):
        verbatim = find_folded(claim, folded)
        if verbatim and not no_evidence_in(passage, span := folded.span(*verbatim)):
            return with_its_emphasis(passage, span), True
    return with_its_emphasis(passage, _best_run(sentence, passage)), False


def proof_in(
    passages: Sequence[RetrievedPassage], sentence: str
) -> tuple[list[tuple[RetrievedPassage, Span]], bool]:
    """Each passage that may prove a sentence with the span that does, and whether one holds it word for word."""
    found = [(passage, *find_quote(sentence, passage.text)) for passage in passages]
    proof = [(passage, span) for passage, span, _ in found if span.start < span.end]
    return proof, any(quoted for _, _, quoted in found)


def _without_labels(sentence: str) -> Iterator[str]:
    """The sentence, and what is left of it behind one label after the other."""
    yield sentence
    if (rest := _LABEL.sub("", sentence)) != sentence:
        yield from _without_labels(rest)


def _best_run(claim: str, passage: str) -> Span:
    """The run of at most three units, or the list, with most words of the claim.

    Of equals of which none has another in it, that with most runs of four letters in common for its length, as
    related words of two languages have them (Church 1993, "Char_align"), then the shortest.
    """
    wanted = stems(claim)
    found = units(passage)
    every = [found[i : i + n] for i in range(len(found)) for n in range(1, min(_RUN, len(found) - i) + 1)]
    for number in dict.fromkeys(unit.list for unit in found if unit.list is not None):
        of_list = tuple(unit for unit in found if unit.list == number)
        if wanted & stems(" ".join(unit.text for unit in of_list if not unit.leads_list)):
            every.append(of_list)
    runs = [Span(run[0].span.start, run[-1].span.end) for run in every]
    runs = [span for span in runs if not no_evidence_in(passage, span)]
    if not runs:
        return Span(0, 0) if no_evidence(passage) else Span(0, len(passage))
    common = [(wanted & stems(passage[span.start : span.end])).total() for span in runs]
    best = [span for span, count in zip(runs, common, strict=True) if count == max(common)]
    shortest = [span for span in best if not any(_lies_in(other, span) for other in best)]
    letters = _letters(claim)

    def likeness(span: Span) -> tuple[float, int]:
        told = _letters(passage[span.start : span.end])
        return (letters & told).total() / math.sqrt(told.total() or 1), span.start - span.end

    return max(shortest, key=likeness)


def _lies_in(part: Span, whole: Span) -> bool:
    return part != whole and whole.start <= part.start and part.end <= whole.end


def _letters(text: str) -> Counter[str]:
    """The runs of four letters of a text; the blanks around its words count as letters."""
    folded = f" {fold(text).text} "
    return Counter(folded[i : i + _COGNATE] for i in range(len(folded) - _COGNATE + 1))


def stems(text: str) -> Counter[str]:
    """The stems of the words of a text that say something, each as often as it stands there."""
    return Counter(map(stem, content_words(text)))
