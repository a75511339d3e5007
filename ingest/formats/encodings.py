"""The text of a file, whatever it is encoded in."""

import re
from contextlib import suppress

# of those that a text could be in, the first is taken where nothing speaks for another
_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
)
_STRANGE = re.compile(
    r"[^\w\s\x00-\x7f–—‘’‚“”„…•€«»°§©®](?=[^\W\d_])|(?<=[a-z])[^\w\s\x00-\x7f’–—”…](?=[a-z])"  # symbols in words
    r"|[À-ž]{3,}"  # words of nothing but letters with accents
    r"|[ŁŚŞĽŤŹŻ](?=\d)|(?<![Ѐ-ӿ])[Ђ-џ](?![Ѐ-ӿ])"  # a letter where a currency stands, a Cyrillic one alone
)


class Unreadable(Exception):
    """The content is not what the name of the file says, or nothing can be read in it."""


def decode(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else the encoding that it looks like.

    Raises `Unreadable` where it is no text.
    """
    try:
        if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
            return content.decode("utf-32")
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if 3 * content.count(0) > len(content):  # every other byte of Latin letters in UTF-16
            is_little = content[1::2].count(0) > content[::2].count(0)
            return content.decode("utf-16-le" if is_little else "utf-16-be")
    except UnicodeDecodeError:
        raise Unreadable("it is no text") from None
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    if b"\0" in content:
        raise Unreadable("it is no text")
    from charset_normalizer import from_bytes

    found = list(from_bytes(content, cp_isolation=list(_ENCODINGS)))
    if not found:
        raise Unreadable("it is no text")
    close = [m for m in found if m.chaos <= found[0].chaos + 0.1 and m.coherence >= found[0].coherence - 0.2]
    likely = {name for match in close for name in match.could_be_from_charset} | {"cp1252"}
    texts = []
    for name in _ENCODINGS:
        if name in likely:
            with suppress(UnicodeDecodeError):
                texts.append(content.decode(name))
    return min(texts, key=_strangeness, default=str(found[0]))  # of equals, the first


def _strangeness(text: str) -> int:
    return sum(len(found) for found in _STRANGE.findall(text))
