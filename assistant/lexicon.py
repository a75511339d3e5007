"""The words of an index: their stems, how rare each one is, which texts have them, and what acronyms stand for."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from ingest.text import words

if TYPE_CHECKING:
    import Stemmer

# Words that carry no subject. Question words are here too: what they ask for is seen in `question.py`.
STOP_WORDS = frozenset(
    """a about above after again all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each
    either else etc even ever every few for from further get give gives given had hadn't has hasn't have
    haven't having he her here hers him his how however i i'd i'll i'm i've if in into is isn't it it'd it'll
    its itself just let let's me might more most much must my myself neither no nor not now of off on once one
    only onto or other others our ours out over own per please quite rather really same shall she should
    shouldn't since so some somebody someone something such than that that'd that'll the their theirs them
    themselves then there there's these they they'd they'll they're they've this those though through to too
    under until up upon us very was wasn't we we'd we'll we're we've were weren't what what'd what'll whatever
    when where whether which while who who'll whom whose why will with within without won't would wouldn't yes
    yet you you'd you'll you're you've your yours yourself
    article according say says said tell tells mention mentions mentioned explain describe described
    know want like need thing things kind kinds sort sorts exactly actually mean means meant stand stands
    compare compared comparison versus vs r u ur pls plz""".split()  # noqa: SIM905 - a list literal of this length is not easier to read
)


def content_words(text: str) -> list[str]:
    """The words of `text` that carry its subject, folded, in order."""
    return [word for word in words(text) if word not in STOP_WORDS]


_SHORTEST_CORRECTED = 5  # characters of a stem
_LIKELY_MISSPELT = 83  # how alike two stems must be, of 100

# Forms that no stemmer brings together with their verb or singular.
_IRREGULAR = {
    form: base
    for line in """begin began begun|bring brought|build built|buy bought|choose chose chosen|come came
        draw drew drawn|drive drove driven|fall fell fallen|find found|get got gotten|give gave given|go went gone
        grow grew grown|hold held|keep kept|know knew known|lead led|leave left|lose lost|make made|meet met
        pay paid|rise rose risen|run ran|sell sold|send sent|speak spoke spoken|spend spent|take took taken
        teach taught|tell told|think thought|understand understood|win won|write wrote written
        good better best|bad worse worst|child children|man men|person people|woman women
        2 two|3 three|4 four|5 five|6 six|7 seven|8 eight|9 nine|10 ten""".replace("\n", "|").split("|")
    for base, *forms in [line.split()]
    for form in forms
}


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, by Porter's second English algorithm (Snowball); irregular forms by a table."""
    return str(_stemmer().stemWord(_IRREGULAR.get(word, word)))


@cache
def _stemmer() -> "Stemmer.Stemmer":
    import Stemmer

    return Stemmer.Stemmer("english")


class Lexicon:
    """What the texts of one index teach about words. Built once per index; never changes."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._acronyms = find_acronyms(texts)
        self._first_of_names = {name[0] for name in self._acronyms}
        self._short_names = set(self._acronyms.values())
        self._words: set[str] = set()
        documents = []
        for text in texts:
            in_order = words(text)
            self._words.update(in_order)
            documents.append(self._terms(in_order))
        counts = Counter(term for terms in documents for term in set(terms))
        self._rarity = {t: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for t, n in counts.items()}
        self._rarest = math.log(1 + (len(texts) + 0.5) / 0.5)
        self._bm25 = _BM25(documents)

    def __contains__(self, term: str) -> bool:
        return term in self._rarity

    def terms(self, text: str) -> list[str]:
        """The stems of the content words; a long name that has an acronym becomes the acronym."""
        return self._terms(words(text))

    def _terms(self, in_order: Iterable[str]) -> list[str]:
        return list(self._with_acronyms([stem(word) for word in in_order if word not in STOP_WORDS]))

    def rank(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        """The `k` texts, as numbers from 0 on, that have these terms by BM25, best first."""
        return self._bm25.rank(terms, k)

    def asked_terms(self, question: str) -> list[str]:
        """The terms of a question; an unknown one becomes the one it most likely misspells."""
        return [self._corrected(term) for term in self.terms(question)]

    def unknown_names(self, question: str) -> list[str]:
        """The capitalised names of a question (its first word only if in capitals) with words that no text has."""
        names = _ASKED_NAME.findall(question)
        return [
            name for name in names if not all(map(self._knows, words(name))) and name.lower() not in STOP_WORDS
        ]

    def _knows(self, word: str) -> bool:
        return word in self._words or word.removesuffix("s") in self._words  # KPOs

    def _corrected(self, term: str) -> str:
        if term in self._rarity or len(term) < _SHORTEST_CORRECTED:
            return term
        likely = process.extractOne(term, self._rarity.keys(), scorer=fuzz.ratio, score_cutoff=_LIKELY_MISSPELT)
        return likely[0] if likely else term

    def rarity(self, term: str) -> float:
        """Inverse document frequency as BM25 (Lucene) has it; for a term that never occurs, that of none."""
        return self._rarity.get(term, self._rarest)

    def _with_acronyms(self, stems: list[str]) -> Iterable[str]:
        at = 0
        while at < len(stems):
            for length in (5, 4, 3, 2) if stems[at] in self._first_of_names else ():
                acronym = self._acronyms.get(tuple(stems[at : at + length]))
                if acronym:
                    yield acronym
                    at += length
                    break
            else:
                yield stems[at][:-1] if stems[at][:-1] in self._short_names and stems[at][-1] == "s" else stems[at]
                at += 1


class _BM25:
    """BM25 in Lucene's form over lists of terms; `bm25s` computes all scores when it is built."""

    def __init__(self, documents: Sequence[list[str]]) -> None:
        import bm25s

        self._model = bm25s.BM25(method="lucene")
        # a document without terms would make the mean length of an index of empty documents zero
        self._model.index([terms or [""] for terms in documents or [[]]], show_progress=False)

    def rank(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        """The `k` best documents that share a term with the query."""
        if not terms:
            return []
        scores: np.ndarray = self._model.get_scores(terms)
        some = np.flatnonzero(scores > 0)
        best = some[np.argsort(-scores[some], kind="stable")[:k]]
        return [(int(i), float(scores[i])) for i in best]


_ASKED_NAME = re.compile(r"(?<![.?!:] )(?<!^)\b[A-Z][\w’'&-]+|\b[A-Z]{2,}\b")
_ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*[ \t]+){1,5}[A-Z][\w’'-]*")


def find_acronyms(texts: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Stems of long names to folded acronyms: runs of capitalised words whose initials spell an acronym.

    Both must occur in the texts ("Business Process Outsourcing", "BPO").
    """
    text = "\n".join(texts)
    acronyms = set(_ACRONYM.findall(text))
    found = {}
    for match in _NAME.finditer(text):
        parts = match.group().split()
        for length in range(2, len(parts) + 1):
            for at in range(len(parts) - length + 1):
                initials = "".join(part[0] for part in parts[at : at + length])
                if initials in acronyms:
                    name = tuple(stem(word) for word in words(" ".join(parts[at : at + length])))
                    found[name] = initials.lower()
    return found
