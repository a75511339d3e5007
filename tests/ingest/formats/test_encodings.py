"""The encoding of a text is found out, and what is no text is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.encodings import Unreadable, decode


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Größe"),  # with a byte order mark, as the next two
        ("utf-16", "Größe"),
        ("utf-32", "Größe"),
        ("cp1252", "It’s “quoted” — and costs 5 €."),
        ("cp1252", "Die Größe der Bäume überrascht viele Käufer. Ähnlich ist es in Österreich."),
        ("cp1252", "A long page of plain English words that says much. It costs £20."),
        ("utf-16-le", "Wide letters without a mark"),
        ("cp1250", "Łódź jest piękna"),
        ("cp1253", "Καλημέρα κόσμε, αυτό είναι κείμενο"),
        ("cp1251", "Привет мир, это просто текст на русском языке."),
        ("cp932", "これは日本語のテキストです。もう少し長い文章を書きます。"),
        ("gb18030", "中文文本，用于测试编码检测。"),
    ],
)
def test_the_encoding_of_a_text_is_found_out(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


# without NUL: "a\0b\0" in UTF-8 is, byte for byte, "ab" in UTF-16
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
        lambda text: text[:1] != "\ufeff"
    )
)
def test_utf_8_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(decode(content), str)


def test_what_is_no_text_is_refused() -> None:
    for content in (b"\xff\0\x01", b"\xff\xfe\0\xd8", b"PK\x03\x04\xff\0"):
        with pytest.raises(Unreadable, match="it is no text"):
            decode(content)
