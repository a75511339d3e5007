"""The text of a file, whatever it is encoded in."""

import re
from contextlib import suppress

_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
)
# What no text of Western Europe has: symbols in words, words of nothing but letters with accents.
_NOT_WESTERN = re.compile(
    r"[^\w\s\x00-\x7f–—‘’‚“”„…•€«»°§©®¡¿](?=[^\W\d_])|(?<=[a-z])[^\w\s\x00-\x7f’–—”…](?=[a-z])|[À-ž]{3,}"
)


class Unreadable(Exception):
    """The content is not what the name of the file says, or nothing can be read in it."""


def decode(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else the encoding that it looks like.

    Raises `Unreadable` where it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-32" if content[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else "utf-16"
        return _decoded(content, encoding)
    if 3 * content.count(0) > len(content):  # every other byte of Latin letters in UTF-16
        return _decoded(content, "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be")
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    if b"\0" in content:
        raise Unreadable("it is no text")
    with suppress(UnicodeDecodeError):
        western = content.decode("cp1252")  # which a library takes short texts of for others
        if not _NOT_WESTERN.search(western):
            return western
    from charset_normalizer import from_bytes

    found = from_bytes(content, cp_isolation=list(_ENCODINGS)).best()
    if found is None:
        raise Unreadable("it is no text")
    return str(found)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it is no text") from None
