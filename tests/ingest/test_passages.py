"""Sources are cut into passages: exact spans, whole where they can be, never across a comment."""

import time
from itertools import pairwise

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from ingest.embeddings import open_tokenizer
from ingest.passages import PASSAGE_TOKENS, sections, split
from ingest.sources import Source, make_source
from ingest.text import count_tokens
from tests.made import cut

# --- documents that Hypothesis makes: every kind of block, in any order

WORD = st.sampled_from(
    ["BPO", "KPO", "insight-driven,", "ends.", "Why?", "e.g.", "lists:", "naïve", "知识", "🦄", "`x`"]
)
ODD = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=12)
SIZE = st.integers(1, 200)
SENTENCES = st.lists(WORD, min_size=1, max_size=25).map(" ".join) | st.integers(30, 90).map("Many words. ".__mul__)
LONG_WORD = st.builds(str.__mul__, st.sampled_from(["x", "ab1", "漢", "🦄", "\x01\u0301"]), st.integers(1, 400))
COMMENT_TEXT = st.sampled_from(["", " note: a list is lost here. ", " two\n\nlines ", "# no heading", "-", "<!--"])
COMMENT = COMMENT_TEXT.map("<!--{}-->".format)


def indented(lines: list[tuple[int, str]]) -> str:
    return "\n".join(" " * 2 * depth + line for depth, line in lines)


ITEM = st.tuples(st.integers(0, 3), st.tuples(st.sampled_from(["- ", "* ", "1. ", "• "]), SENTENCES).map("".join))
ROW = st.lists(WORD, min_size=2, max_size=2).map(lambda cells: f"| {cells[0]} | {cells[1]} |")
BLOCK = st.one_of(
    SENTENCES,
    st.builds("{} {}".format, st.integers(1, 6).map("#".__mul__), SENTENCES | ODD),
    st.builds("{}\n{}".format, WORD, st.sampled_from(["===", "---"])),
    st.lists(ITEM, min_size=1, max_size=12).map(indented),
    st.builds("Here they are:\n\n{}".format, st.lists(ITEM, min_size=1, max_size=12).map(indented)),
    st.lists(ROW, min_size=1, max_size=12).map(lambda rows: "\n".join([rows[0], "|---|---|", *rows])),
    st.builds("```\n# {}\n```".format, SENTENCES),
    st.builds("> {}".format, SENTENCES),
    st.builds("{}{}{}".format, SENTENCES, COMMENT, SENTENCES),
    COMMENT,
    st.sampled_from(["<!-- never closed", "-->", "---", "<b>html</b>", "[a]: http://x", "    code"]),
    LONG_WORD,
    ODD,
)
FRONT_MATTER = st.sampled_from(
    ["", "", '---\ntitle: "A <!-- title"\n---\n', "---\nbroken: [\n# no heading\n---\n"]
)


@st.composite
def documents(draw: st.DrawFn) -> Source:
    blocks = draw(st.lists(BLOCK, max_size=8))
    text = draw(FRONT_MATTER) + draw(st.sampled_from(["\n\n", "\n\n", "\n"])).join(blocks)
    return make_source("a.md", draw(st.sampled_from([text, text.replace("\n", "\r\n")])))


def closed_comments(source: Source) -> list[tuple[int, int]]:
    """Where the comments are, found without the splitter's regular expression."""
    found, at = [], source.body_start
    while (start := source.text.find("<!--", at)) >= 0 and (end := source.text.find("-->", start + 4)) >= 0:
        at = end + 3
        found.append((start, at))
    return found


def beside_a_note(text: str, start: int, end: int) -> bool:
    """Whether this stands in a line with one of our notes: it may be the rest of a sentence with a hole."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return "\n" not in text[start:end].strip() and "<!-- note:" in text[first : last if last >= 0 else len(text)]


@pytest.fixture(scope="module")
def tokenizer() -> tokenizers.Tokenizer:
    """The embedding model's own, which cuts nothing off."""
    return open_tokenizer()


RUN = st.builds(
    str.__mul__, st.sampled_from([". ", ".", "-", "=", "| ", "getElementById", "qx", "가", "🦄"]), SIZE
)
DENSE = st.lists(RUN | ODD | LONG_WORD, max_size=3).map(" ".join)
DENSE_DOCUMENTS = st.builds("# {}\n\n{}".format, DENSE, DENSE).map(lambda t: make_source("a.md", t))


@pytest.mark.slow
@given(documents() | DENSE_DOCUMENTS, st.just(PASSAGE_TOKENS) | st.integers(70, PASSAGE_TOKENS))
def test_whatever_the_document_its_passages_are_a_partition_of_its_text_within_the_models_window(
    tokenizer: tokenizers.Tokenizer, source: Source, budget: int
) -> None:
    passages, found = split(source, budget), sections(source)
    for passage in passages:
        assert len(tokenizer.encode(passage.embedded_text).ids) <= 256
        assert source.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.source == "a.md"
        assert len(passage.text) == 1 or count_tokens(passage.embedded_text) <= budget
        (section,) = [s for s in found if s.span.start <= passage.start and passage.end <= s.span.end]
        assert section.path == passage.section
    assert all(a.end <= b.start for a, b in pairwise(passages))
    assert all(not source.text[a.span.end : b.span.start].strip() for a, b in pairwise(found))

    at = source.body_start  # nothing overlaps, comments and front matter included, and between is white space only
    for start, end in sorted([*((p.start, p.end) for p in passages), *closed_comments(source)]):
        assert at <= start
        assert not source.text[at:start].strip() or beside_a_note(source.text, at, start)
        at = end
    assert not source.text[at:].strip() or beside_a_note(source.text, at, len(source.text))


# --- where long sections are cut

SENTENCE = "Ten words are in this sentence, and it has more."  # 12 tokens with its stop and comma
PARAGRAPH = " ".join([SENTENCE] * 5)  # 60 tokens
ITEMS = "\n".join(f"- item {i}" for i in range(8))  # 5 tokens each with their line's end


@pytest.mark.parametrize(
    ("text", "budget", "pieces"),
    [
        (f"## H\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n{PARAGRAPH}", 130,
         [f"## H\n\n{PARAGRAPH}\n\n{PARAGRAPH}", PARAGRAPH]),
        (f"## H\n\n{PARAGRAPH}", 62, [f"## H\n\n{' '.join([SENTENCE] * 4)}", SENTENCE]),
        (" ".join(["word"] * 100), 32, [*[" ".join(["word"] * 30)] * 3, " ".join(["word"] * 10)]),
        (f"{PARAGRAPH}\n\nThese are they:\n\n{ITEMS}\n\n{PARAGRAPH}", 75,
         [PARAGRAPH, f"These are they:\n\n{ITEMS}", PARAGRAPH]),
    ],
    ids=["paragraphs first", "then sentences, a heading with what follows", "then words", "a list"],
)  # fmt: skip
def test_what_is_too_long_is_cut_at_the_best_borders(text: str, budget: int, pieces: list[str]) -> None:
    assert [passage for _, passage in cut(text, budget)] == pieces


@pytest.mark.parametrize(
    ("head", "row", "begins"),
    [
        ("These are they:\n\n", f"- {SENTENCE}", "- Ten"),
        ("They are:\n\n", f"  • {SENTENCE}", "• Ten"),  # of a plain text
        ("| no | words |\n|---|---|\n", f"| 1 | {SENTENCE} |", "| 1 |"),
    ],
)
def test_long_lists_and_tables_are_cut_between_rows_below_their_head(head: str, row: str, begins: str) -> None:
    first, *others = [passage for _, passage in cut(head + "\n".join([row] * 10), 72)]
    assert first.startswith(head + row)
    assert others and all(passage.startswith(begins) for passage in others)
    assert "\n".join([first, *others]).count(SENTENCE) == 10


def test_very_long_documents_are_cut_in_time() -> None:
    began = time.process_time()
    cut("word" * 3_000)
    cut("- item\n" * 700)
    assert time.process_time() - began < 5


# --- the article


def test_the_article_is_cut_as_before_and_nothing_beside_it_is_in_a_passage(article: Source) -> None:
    passages = split(article)
    assert len(passages) == 28  # other cuts need another FORMAT
    text = "\n".join(passage.text for passage in passages)
    assert not [mark for mark in ("<!--", "-->", "note:", "Related Posts", "publisher:") if mark in text]


# --- sentences with a hole


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("One. It costs <!-- note: a picture --> euros. Three.", ["One.", "Three."]),
        ("It costs <!-- note: a formula --> by <!-- note: a formula -->. Two.", ["Two."]),
        ("Our quay <!-- note: a picture -->", ["Our quay"]),
        ("It costs 9.† <!-- note: a picture --> Two.", ["It costs 9.†", "Two."]),
        ("Name: <!-- note: an empty field -->", ["Name:"]),
        ("One <!-- a remark of somebody else --> two.", ["One", "two."]),
        ("# One <!-- note: a formula -->", ["# One"]),
    ],
)
def test_a_sentence_in_which_a_note_stands_is_in_no_passage(line: str, quoted: list[str]) -> None:
    source = make_source("a.md", f"Before it.\n\n{line}\n\nBehind it.\n")
    found = split(source)
    assert [source.text[p.start : p.end] for p in found] == [p.text for p in found]
    words = [part for p in found for part in p.text.split("\n\n")]
    assert [part for part in words if part not in ("Before it.", "Behind it.")] == quoted


# --- what stands there for the program that makes a page of the text

SITE = """{% include nav.html %}
# Weir

import Note from "./Note"

<Note kind="tip">The weir is open.</Note>

> [!WARNING]
> Nobody swims here.

```js
import Note from "./Note"
<Note>
```
"""


def test_marks_for_the_maker_of_a_page_are_in_no_passage_but_for_those_in_code() -> None:
    source = make_source("a.mdx.md", SITE)
    found = [passage.text for passage in split(source)]
    assert found == [
        "# Weir", "The weir is open.", "> Nobody swims here.\n\n```js\nimport Note from \"./Note\"\n<Note>\n```"
    ]  # fmt: skip
