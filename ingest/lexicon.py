"""Words: which of them count, their stems, what acronyms stand for, and how rare each is in one index."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import cached_property, lru_cache
from itertools import pairwise

import regex
import Stemmer
from rapidfuzz import fuzz, process

from ingest import bm25
from ingest.bm25 import Query
from ingest.text import NUMBERS, words

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
    compare compared comparison versus vs r u ur pls plz""".split()
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
        good better best|bad worse worst|child children|man men|person people
        woman women""".replace("\n", "|").split("|")
    for base, *forms in [line.split()]
    for form in forms
}
# "two" is the term "2". Those above ten are terms of their own: it would be another format of the index.
_IRREGULAR |= {word: str(number) for word, number in NUMBERS.items() if 2 <= number <= 10}


_STEMMER = Stemmer.Stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, by Porter's second English algorithm (Snowball); irregular forms by a table."""
    return str(_STEMMER.stemWord(_IRREGULAR.get(word, word)))


Acronyms = dict[tuple[str, ...], str]  # the stems of a long name to its folded acronym


def terms_of(text: str, acronyms: Acronyms) -> Iterator[str]:
    """The terms of a text, in order: stems of its content words; a long name that has an acronym becomes that.

    Scripts that put no blanks between words are cut into pairs of neighbouring letters, as Lucene does with CJK.
    """
    stems = [stem(part) for word in content_words(text) for part in _parts(word)]
    at = 0
    while at < len(stems):
        for length in (5, 4, 3, 2):
            if acronym := acronyms.get(tuple(stems[at : at + length])):
                yield acronym
                at += length
                break
        else:
            is_plural = stems[at].endswith("s") and stems[at][:-1] in acronyms.values()
            yield stems[at][:-1] if is_plural else stems[at]
            at += 1


_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}][\p{M}ー]*"  # with its marks
_RUNS = regex.compile(rf"(?P<letter>{_UNSPACED})+|(?:(?!{_UNSPACED}).)+")


def _parts(word: str) -> list[str]:
    """A word as it is; of what is in a script without blanks the pairs of neighbours."""
    if word.isascii():
        return [word]
    parts: list[str] = []
    for run in _RUNS.finditer(word):
        letters = run.captures("letter")
        parts += [a + b for a, b in pairwise(letters)] or letters or [run[0]]
    return parts


class Lexicon:
    """What the texts of one index teach about words. It never changes, and threads may share it."""

    def __init__(self, query: Query, texts: int, acronyms: Acronyms) -> None:
        """`query` reads the lists of `bm25` for so many texts."""
        self._query, self._texts, self._acronyms = query, texts, acronyms
        self._among: Sequence[int] | None = None  # those that are ranked, where not all are

        def having(term: str) -> int:
            return sum(count for (count,) in query("select texts from terms where term = ?", [term]))

        self._having = lru_cache(maxsize=10_000)(having)  # how many texts have a term

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Lexicon":
        """The lexicon of these texts, in memory."""
        database, acronyms = sqlite3.connect(":memory:", check_same_thread=False), find_acronyms(texts)
        database.execute(bm25.SCHEMA)
        bm25.write(database, (list(terms_of(text, acronyms)) for text in texts))
        return cls(lambda sql, values: database.execute(sql, values).fetchall(), len(texts), acronyms)

    def within(self, texts: Sequence[int]) -> "Lexicon":
        """The same, but that it ranks only these texts, whose positions it then counts in `texts`."""
        limited = copy(self)
        limited._among = texts
        return limited

    def rank(self, terms: Sequence[str], k: int) -> list[tuple[int, float]]:
        """The `k` texts, as positions, that share a term with these, with their BM25 scores, best first."""
        return bm25.rank(self._query, self._texts, terms, k, self._among)

    def rarity(self, term: str) -> float:
        """A term's inverse document frequency; of one that never occurs, that of none."""
        return bm25.idf(self._having(term), self._texts)

    def __contains__(self, term: str) -> bool:
        return self._having(term) > 0

    def terms(self, text: str) -> list[str]:
        """The terms of a text (see `terms_of`)."""
        return list(terms_of(text, self._acronyms))

    def asked_terms(self, question: str) -> list[str]:
        """The terms of a question; an unknown one becomes the one it most likely misspells."""
        return [self._corrected(term) for term in self.terms(question)]

    def _corrected(self, term: str) -> str:
        if term in self or len(term) < _SHORTEST_CORRECTED:
            return term
        likely = process.extractOne(term, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_LIKELY_MISSPELT)
        return likely[0] if likely else term

    @cached_property
    def _vocabulary(self) -> list[str]:
        return [term for (term,) in self._query("select term from terms order by term", [])]


_ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
# At many places within a word a search begins, so none goes further than the longest word of a name.
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]{0,60}+[ \t]++){1,5}[A-Z][\w’'-]*+")


def find_acronyms(texts: Iterable[str]) -> Acronyms:
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
