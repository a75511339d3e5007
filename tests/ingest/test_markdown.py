"""The blocks of any part of a Markdown text, also where it begins or ends within one."""

import pytest

from ingest.markdown import blocks


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
