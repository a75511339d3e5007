"""The words of an index: their stems, how rare each one is, which texts have them, and what acronyms stand for.

They are counted when the index is built. Which texts have which words lies in files beside it, of which a process
reads what a question needs; the words themselves it holds.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from ingest.text import words

if TYPE_CHECKING:
    import bm25s
    import Stemmer

LEXICON_VERSION = 1  # part of an index's settings: raise it whenever the same text would have other terms

# Words that carry no subject. Question words are here too.
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
    """What the texts of one index teach about words. Made or loaded once per index; never changes."""

    def __init__(self, bm25: "bm25s.BM25", known: Iterable[str], names: "_Names") -> None:
        self._bm25 = bm25
        self._numbers: dict[str, int] = {term: n for term, n in sorted(bm25.vocab_dict.items()) if term}
        having, texts = np.diff(bm25.scores["indptr"]).tolist(), bm25.scores["num_docs"]
        self._rarity = {term: _idf(having[number], texts) for term, number in self._numbers.items()}
        self._rarest = _idf(0, texts)
        self._words = set(known)
        self._names = names

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Lexicon":
        """The lexicon of these texts."""
        names = _Names(find_acronyms(texts))
        known: set[str] = set()
        documents = []
        for text in texts:
            in_order = words(text)
            known.update(in_order)
            documents.append(names.terms(in_order))
        return cls(_bm25(documents), known, names)

    def save(self, folder: Path) -> None:
        """Writes it into a new folder."""
        self._bm25.save(folder, show_progress=False)
        acronyms = [[*name, short] for name, short in self._names.acronyms.items()]
        kept = {"words": sorted(self._words), "acronyms": acronyms}
        (folder / "words.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Lexicon":
        """What `save` wrote. Which texts have which terms stays on the disk, and is read as it is needed.

        Raises `OSError` or `ValueError` where it is damaged.
        """
        import bm25s

        try:
            bm25 = bm25s.BM25.load(folder, mmap=True, show_progress=False)
            kept = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            acronyms = {tuple(name): short for *name, short in kept["acronyms"]}
            return cls(bm25, kept["words"], _Names(acronyms))
        except (KeyError, IndexError, TypeError, AttributeError, EOFError) as error:
            raise ValueError(f"the lexicon: {error}") from None

    def __contains__(self, term: str) -> bool:
        return term in self._numbers

    def terms(self, text: str) -> list[str]:
        """The stems of the content words; a long name that has an acronym becomes the acronym."""
        return self._names.terms(words(text))

    def rank(self, terms: Sequence[str], k: int) -> list[tuple[int, float]]:
        """The `k` texts, as numbers from 0 on, that share a term with these, by BM25 in Lucene's form.

        The best come first.
        """
        numbers = [self._numbers[term] for term in terms if term in self._numbers]
        if not numbers:
            return []
        scores: np.ndarray = self._bm25.get_scores_from_ids(numbers)
        some = np.flatnonzero(scores > 0)
        best = some[np.argsort(-scores[some], kind="stable")[:k]]
        return [(int(i), float(scores[i])) for i in best]

    def asked_terms(self, question: str) -> list[str]:
        """The terms of a question; an unknown one becomes the one it most likely misspells."""
        return [self._corrected(term) for term in self.terms(question)]

    def _corrected(self, term: str) -> str:
        if term in self._numbers or len(term) < _SHORTEST_CORRECTED:
            return term
        likely = process.extractOne(term, self._numbers.keys(), scorer=fuzz.ratio, score_cutoff=_LIKELY_MISSPELT)
        return likely[0] if likely else term

    def rarity(self, term: str) -> float:
        """Inverse document frequency as BM25 (Lucene) has it; for a term that never occurs, that of none."""
        return self._rarity.get(term, self._rarest)


class _Names:
    """The long names that have an acronym: stems of the name to the folded acronym."""

    def __init__(self, acronyms: dict[tuple[str, ...], str]) -> None:
        self.acronyms = acronyms
        self._first = {name[0] for name in acronyms}
        self._short = set(acronyms.values())

    def terms(self, in_order: Iterable[str]) -> list[str]:
        """The stems of folded words, without stop words; a long name becomes its acronym."""
        return list(self._shortened([stem(word) for word in in_order if word not in STOP_WORDS]))

    def _shortened(self, stems: list[str]) -> Iterable[str]:
        at = 0
        while at < len(stems):
            for length in (5, 4, 3, 2) if stems[at] in self._first else ():
                acronym = self.acronyms.get(tuple(stems[at : at + length]))
                if acronym:
                    yield acronym
                    at += length
                    break
            else:
                yield stems[at][:-1] if stems[at][:-1] in self._short and stems[at][-1] == "s" else stems[at]
                at += 1


def _idf(having: int, texts: int) -> float:
    return math.log(1 + (texts - having + 0.5) / (having + 0.5))


def _bm25(documents: Sequence[list[str]]) -> "bm25s.BM25":
    """BM25 in Lucene's form over lists of terms; all scores are computed here."""
    import bm25s

    model = bm25s.BM25(method="lucene")
    # a document without terms would make the mean length of an index of empty documents zero
    model.index([terms or [""] for terms in documents or [[]]], show_progress=False)
    return model


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
