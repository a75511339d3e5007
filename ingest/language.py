"""Which language a text is in, by the library `py3langid`."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
_ENOUGH = 4_000  # characters that are looked at
# What might be English is taken for it: of 4,025 questions, short and misspelt, none that is English has less.
_LEAST = 0.001
_WORDS = re.compile(r"[^\W\d_]+")
# The library takes half a second to load. It is not asked where one word in ten is one of these, which is so in
# 0.96 of English passages; of other languages with some English among them one in thirteen was the most.
_COMMON = frozenset(
    """and any are be been can does from had has have how its not our some such than that the their there these
    they this those what when where which who why with you your""".split()
)


def language_of(text: str) -> str:
    """The language of a text by its ISO 639 code; English where it might be that."""
    return _language_of(text[:_ENOUGH])


def foreign(question: str, of_document: str) -> str | None:
    """The question's language, else its document's, where that is not English, which the embedded models read."""
    return next((language for language in (language_of(question), of_document) if language != ENGLISH), None)


@lru_cache(maxsize=4_096)
def _language_of(text: str) -> str:
    found = _WORDS.findall(text.casefold())
    if sum(word in _COMMON for word in found) * 10 >= len(found):
        return ENGLISH
    likely = dict(_identifier().rank(text))
    return ENGLISH if likely[ENGLISH] >= _LEAST else str(max(likely, key=likely.__getitem__))


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
