"""A document on the page: typeset, every piece of text at its offset, nothing of it ever markup."""

import html
import re

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.passages import split
from ingest.sources import Source, make_source
from ui.web.article import article_html

RUN = re.compile(r'<span data-at="(\d+)">(.*?)</span>', re.DOTALL)


def runs(source: Source) -> list[tuple[int, str]]:
    return [(int(at), html.unescape(text)) for at, text in RUN.findall(article_html(source))]


def shown(text: str) -> str:
    return re.sub(r' data-at="\d+"|</?span[^>]*>', "", article_html(make_source("a.md", text)))


def test_headings_lists_tables_and_emphasis_are_typeset_below_the_heading_of_the_page() -> None:
    text = "# A\n\nOne **two** *three*.\n\n- x\n- y\n\n3. z\n\n| k | v |\n|---|---|\n| 1 | 2 |\n"
    assert shown(text) == (
        "<h2>A</h2><p>One <strong>two</strong> <em>three</em>.</p><ul><li><p>x</p></li><li><p>y</p></li></ul>"
        '<ol start="3"><li><p>z</p></li></ol><table><thead><tr><th>k</th><th>v</th></tr></thead>'
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


def test_the_front_matter_and_comments_are_left_out_and_a_lost_list_is_a_remark() -> None:
    lost = "<!-- note: the list is lost. -->\n\n<!-- Related Posts -->\n"
    text = f"---\ntitle: T\n---\n\nServices <!-- all -->include:\n\n{lost}"
    assert shown(text) == '<p>Services include:</p><p class="remark">Note: the list is lost.</p>'


def test_html_in_a_document_is_text() -> None:
    hostile = '<script>alert(1)</script>\n\nx <img src=x onerror="alert(1)"> <b data-at="3">y</b>\n'
    assert set(re.findall(r"<(\w+)", article_html(make_source("a.md", hostile)))) == {"p", "span"}
    assert "alert(1)" in shown(hostile)


def test_an_escape_stands_behind_its_backslash_an_entity_nowhere_and_code_as_it_is() -> None:
    source = make_source("a.md", "a \\* b &amp; c\n\n    z < 1\n")
    assert runs(source) == [(0, "a "), (3, "*"), (4, " b "), (12, " c"), (20, "z < 1")]


def test_every_sentence_of_the_article_is_shown_at_its_place(article: Source) -> None:
    covered = [False] * len(article.text)
    for at, text in runs(article):
        assert article.text[at : at + len(text)] == text
        covered[at : at + len(text)] = [True] * len(text)
    for passage in split(article):
        missing = "".join(c for i, c in enumerate(passage.text, passage.start) if not covered[i])
        assert re.fullmatch(r"[\s#*\-_\\>|]*", missing), missing


@given(st.text(alphabet=st.sampled_from("ab *_#-`|<>&;\\[]()!\n\t1.:é\x00\U0001f600"), max_size=80))
@example("- a\n\n  - a a\n* a")
@example("> a\n> a\n\na\n")
@example("[a]: b\n\na")
def test_a_piece_that_says_where_it_stands_stands_there(text: str) -> None:
    source = make_source("a.md", text)
    found = runs(source)
    assert all(source.text[at : at + len(t)].replace("\0", "\ufffd") == t for at, t in found)
    assert [at for at, _ in found] == sorted(at for at, _ in found)
