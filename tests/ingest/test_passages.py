"""Sources are cut into passages: exact spans, whole where they can be, never across a comment."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.embeddings import MAX_TOKENS, count_word_pieces
from ingest.passages import PASSAGE_TOKENS, heading_above, sections, split
from ingest.sources import Source, make_source
from ingest.text import count_tokens
from tests.made import cut

READ_BY_THE_MODEL = MAX_TOKENS - 2  # beside its own marks

# --- documents that Hypothesis makes: every kind of block, in any order

WORDS = st.lists(
    st.sampled_from(["BPO", "insight-driven,", "ends.", "Why?", "e.g.", "lists:", "知识", "🦄"]),
    min_size=1,
    max_size=90,
).map(" ".join)
ODD = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=12)
RUN = st.builds(
    str.__mul__,
    st.sampled_from(["x", "ab1", "漢", "🦄", "\x01\u0301", ". ", "-", "=", "| ", "getElementById"]),
    st.integers(1, 400),
)
KINDS_OF_LINE = [
    *("{}", "# {}", "###### {}", "{}\n===", "{}\n---", "> {}", "```\n# {}\n```", "    {}"),
    *("- {}", "  * {}", "1. {}", "    • {}", "| {} | x |", "| a | b |\n|---|---|\n| {} | x |"),
    *("{0}<!--two\n\nlines-->{0}", "<!-- {}", "{} -->", "<!---->", "---", "<b>{}</b>", "[a]: http://x"),
]
NOTES = ["<!-- note: a list is lost here. -->", "{0}<!-- note: a picture -->{0}"]
LINE = st.one_of(
    st.builds(str.format, st.sampled_from(KINDS_OF_LINE), WORDS | ODD | RUN),
    st.builds(str.format, st.sampled_from(NOTES), WORDS),
)
COMMENT = re.compile("<!--.*?-->", re.DOTALL)
FRONT_MATTER = ["", "", '---\ntitle: "A <!-- title"\n---\n', "---\nbroken: [\n# no heading\n---\n"]


@st.composite
def documents(draw: st.DrawFn) -> Source:
    text = draw(st.sampled_from(FRONT_MATTER))
    for line in draw(st.lists(LINE, max_size=12)):
        text += line + draw(st.sampled_from(["\n", "\n\n"]))
    return make_source("a.md", draw(st.sampled_from([text, text.replace("\n", "\r\n")])))


def beside_notes(text: str, start: int, end: int) -> bool:
    """Whether only rests of sentences with a hole stand there: each of their lines has one of our notes."""
    gap = text[start:end]
    first = text.rfind("\n", 0, start + len(gap) - len(gap.lstrip())) + 1
    last = text.find("\n", start + len(gap.rstrip()))
    lines = text[first : last if last >= 0 else len(text)].split("\n")
    return all("<!-- note:" in line for line in lines if line.strip())


@pytest.mark.slow
@given(documents(), st.just(PASSAGE_TOKENS) | st.integers(70, PASSAGE_TOKENS))
def test_whatever_the_document_its_passages_are_a_partition_of_its_text_within_the_models_window(
    source: Source, budget: int
) -> None:
    passages, found = split(source, budget), sections(source)
    for passage in passages:
        assert count_word_pieces(passage.embedded_text) <= READ_BY_THE_MODEL
        assert source.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.source == "a.md"
        assert len(passage.text) == 1 or count_tokens(passage.embedded_text) <= budget
        (section,) = [s for s in found if s.span.start <= passage.start and passage.end <= s.span.end]
        assert section.path == passage.section
    assert all(a.end <= b.start for a, b in pairwise(passages))
    assert all(not source.text[a.span.end : b.span.start].strip() for a, b in pairwise(found))

    at = source.body_start  # nothing overlaps, comments and front matter included, and between is white space only
    comments = [match.span() for match in COMMENT.finditer(source.text, source.body_start)]
    for start, end in sorted([*((p.start, p.end) for p in passages), *comments]):
        assert at <= start
        assert not source.text[at:start].strip() or beside_notes(source.text, at, start)
        at = end
    assert not source.text[at:].strip() or beside_notes(source.text, at, len(source.text))


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


def test_the_model_reads_a_passage_to_its_end_below_the_end_of_a_long_section_path() -> None:
    above = "".join(f"{'#' * level} Heading {level} of a text with long headings\n\n" for level in range(1, 7))
    for section, text in cut(above + "The committee meets on Mondays and Fridays. " * 200):
        assert count_word_pieces(heading_above(section) + text) <= READ_BY_THE_MODEL


@pytest.mark.parametrize(
    "text",
    [
        *("word" * 3_000, "- item\n" * 700),
        *("<!-- note: " + " " * 2_000 + "x", "Ab cd <!-- note: a formula --> ef. " * 1_200, "<!-- " * 8_000),
    ],
    ids=["a word", "a list", "a note that never ends", "notes in one line", "comments that never end"],
)
def test_long_documents_are_cut_in_time(text: str) -> None:
    began = time.process_time()
    cut(text)
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
