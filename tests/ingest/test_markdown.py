"""The blocks of any part of a Markdown text, also where it begins or ends within one."""

import pytest

from ingest.markdown import blocks, plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n\nOne\ntwo.\n\nThree.", ["heading: # A", "text: One / two.", "text: Three."]),
        ("A\n---\nOne.\n\n**B**\nTwo.", ["heading: A", "text: One.", "heading: **B**", "text: Two."]),
        ("- One\n  two.\n\n  Three.\n- Four\n\nFive.", ["list: - One / two. / Three. / - Four", "text: Five."]),
        ("a | b\n--|--\nc | d\n\ne | f", ["table: a | b / c | d", "text: e | f"]),
        ("```\n# x\n\nls\n```\nDone.", ["code: # x / ls", "text: Done."]),
        ("~~~\n```\n~~~~", ["code: ```"]),
        # what was cut
        ("| c | d |\n| e | f |\n\nOne.", ["table: | c | d | / | e | f |", "text: One."]),
        ("ls\n```\nDone.", ["text: ls / Done."]),
        ("####\nOne.", ["heading: ####", "text: One."]),
    ],
)
def test_a_block_is_what_its_lines_are(text: str, found: list[str]) -> None:
    read = [f"{kind}: {' / '.join(text[start:end] for start, end in lines)}" for kind, lines in blocks(text)]
    assert read == found


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("**Guide** to _x_ and\n`code`", "Guide to x and code"),
        ("![The weir](a.png) [by night](b.md) <a name='c'></a> ~~by day~~", "The weir by night"),
        ("\\# 5 of List<T>, snake_case, 2 * 3 &amp; C*", "# 5 of List<T>, snake_case, 2 * 3 & C*"),
    ],
)
def test_a_heading_is_named_without_its_marks(heading: str, words: str) -> None:
    assert plain(heading) == words
