"""Sources are cut into passages: exact spans, whole where they can be, never across a comment."""

import time
from itertools import pairwise

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from ingest.embeddings import open_tokenizer
from ingest.passages import PASSAGE_TOKENS, Passage, plain_headings, sections, split
from ingest.sources import Source, make_source
from ingest.text import count_tokens

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


# --- headings and paths


def cut(text: str, budget: int = PASSAGE_TOKENS) -> list[tuple[str, str]]:
    return [(p.section, p.text) for p in split(make_source("folder/name.md", text), budget)]


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        (
            "# Title\n\nIntro.\n\n## Part\n\nOf part.\n\n### 1. Point\n\nOf point.\n\n## Other\n",
            [
                ("Title", "# Title\n\nIntro."),
                ("Part", "## Part\n\nOf part."),
                ("Part > 1. Point", "### 1. Point\n\nOf point."),
                ("Other", "## Other"),
            ],
        ),
        (
            "# _A_ **b**\n\n## Of `c`\n\n**Why *d*?**\nSo.",
            [("A b", "# _A_ **b**"), ("Of c", "## Of `c`"), ("Of c > Why d?", "**Why *d*?**\nSo.")],
        ),
        # several headings of the first level are parts and not a title
        ("# One\n\n## Sub\n\n# Two", [("One", "# One"), ("One > Sub", "## Sub"), ("Two", "# Two")]),
        ("---\ntitle: Given\n---\nOnly text.", [("Given", "Only text.")]),
        ("## A\n\n#### deep\n\n### less", [("A", "## A"), ("A > deep", "#### deep"), ("A > less", "### less")]),
        ("Title\n=====\n\nIntro.\n\nPart\n----", [("Title", "Title\n=====\n\nIntro."), ("Part", "Part\n----")]),
        # what only looks like a heading
        ("# T\n\n```\n# x\n```\n\n> # x\n\n#x", [("T", "# T\n\n```\n# x\n```\n\n> # x\n\n#x")]),
        ("# A\n\nOne <!-- open\n\n## B", [("A", "# A\n\nOne <!-- open"), ("B", "## B")]),
        # a comment is a border even inside a line
        ("One <!-- x --> two.\n<!-- y -->\n3", [("name", "One"), ("name", "two."), ("name", "3")]),
        ("---\ntitle: A\n---\n \n<!-- all -->\n\u00a0", []),
    ],
)
def test_a_passage_bears_the_headings_above_it_and_its_own(text: str, passages: list[tuple[str, str]]) -> None:
    assert cut(text) == passages


@pytest.mark.parametrize("path", ["word " * 200, "x" * 1_000, "🦄" * 50, "༄" * 60], ids=lambda path: path[0])
def test_a_long_section_path_is_cut_to_sixty_tokens_when_it_is_embedded(path: str) -> None:
    embedded_path, _, text = Passage("a.md", path, 0, 5, "Text.").embedded_text.partition("\n")
    assert 0 < count_tokens(embedded_path) <= 60
    assert path.startswith(embedded_path)
    assert text == "Text."


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
        (" ".join([SENTENCE] * 12), 62, [PARAGRAPH, PARAGRAPH, f"{SENTENCE} {SENTENCE}"]),
        (" ".join(["word"] * 100), 32, [*[" ".join(["word"] * 30)] * 3, " ".join(["word"] * 10)]),
        (f"{PARAGRAPH}\n\nThese are they:\n\n{ITEMS}\n\n{PARAGRAPH}", 75,
         [PARAGRAPH, f"These are they:\n\n{ITEMS}", PARAGRAPH]),
    ],
    ids=["paragraphs first", "a heading with what follows", "then sentences", "then words", "a list"],
)  # fmt: skip
def test_what_is_too_long_is_cut_at_the_best_borders(text: str, budget: int, pieces: list[str]) -> None:
    assert [passage for _, passage in cut(text, budget)] == pieces


def test_a_line_in_bold_that_is_no_sentence_or_asks_is_a_heading_below_all_others() -> None:
    text = "# Fees\n\n## Cars\n\n**Who pays?**\nThe owner.\n\n**By post**\n\nFree.\n\n**Note:**\n\n**All pay.**\n"
    text += "\n## Bikes\n\nFree.\n"
    found = [(p.section, p.text) for p in split(make_source("a.md", text))]
    assert plain_headings("**Who pays?**\nThe owner **by post**") == "# Who pays?  \nThe owner **by post**"
    assert found[1:] == [
        ("Cars", "## Cars"),
        ("Cars > Who pays?", "**Who pays?**\nThe owner."),
        ("Cars > By post", "**By post**\n\nFree.\n\n**Note:**\n\n**All pay.**"),
        ("Bikes", "## Bikes\n\nFree."),
    ]


FAQS = [
    "Q: Who pays?\n\nA: The owner.\n\nQ: When?\n\nA: In May.",
    "**Q1.** Who pays?\n**A1.** The owner.\n**Q2.** When?\n**A2.** In May.",
    "**Who pays?** The owner.\n\n__When?__ In May.",
    "1. **Who pays?**\n   The owner.\n2. **When?**\n   In May.",
    "- *Who pays?* The owner.\n- *When?* In May.",
    "- ### Who pays?\n\n  The owner.\n\n- ### When?\n\n  In May.",
]


@pytest.mark.parametrize("faq", FAQS)
def test_what_an_faq_asks_before_an_answer_is_read_as_a_heading(faq: str) -> None:
    found = split(make_source("a.md", f"# Fees\n\nSee below.\n\n{faq}\n"))
    assert [passage.section for passage in found] == ["Fees", "Who pays?", "When?"]
    assert "The owner." in found[1].text and "In May." in found[2].text
    for passage in found[1:]:
        read = plain_headings(passage.text)
        assert "#" in read.partition("?")[0] and len(read) == len(passage.text)


def test_a_question_in_bold_needs_no_blank_lines_to_head_what_follows_until_the_next_one_or_a_heading() -> None:
    faq = "## Who pays?\nThe owner.\n**When?**\nIn May\n**Where is it?**\nThere:\n*Why there?* So.\n"
    assert cut(f"# Rules\n\n{faq}## Fees\nNone.\n")[1:] == [
        ("Who pays?", "## Who pays?\nThe owner."),
        ("Who pays? > When?", "**When?**\nIn May"),
        ("Who pays? > Where is it?", "**Where is it?**\nThere:"),
        ("Who pays? > Why there?", "*Why there?* So."),
        ("Fees", "## Fees\nNone."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "He asked\n*who pays?* and left.",
        "He asked\n**who pays?**\nAnd left.",
        "Who pays? We.",
        "```\nQ: Who pays?\n```",
    ],
)
def test_other_questions_are_no_headings(text: str) -> None:
    assert [passage.section for passage in split(make_source("a.md", text))] == ["a"]


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
    cut(f"{PARAGRAPH}\n\n" * 100)
    cut("- item\n" * 700)
    assert time.process_time() - began < 5


# --- the article


def test_the_articles_passages_are_exact_and_within_the_window(
    article: Source, tokenizer: tokenizers.Tokenizer
) -> None:
    passages = split(article)
    assert len(passages) == 28  # other cuts need another FORMAT
    assert all(article.text[p.start : p.end] == p.text for p in passages)
    assert max(len(tokenizer.encode(p.embedded_text).ids) for p in passages) <= 256
    assert max(count_tokens(p.embedded_text) for p in passages) <= PASSAGE_TOKENS
    text = "\n".join(passage.text for passage in passages)
    assert not [mark for mark in ("<!--", "-->", "note:", "Related Posts", "publisher:") if mark in text]


# --- sentences with a hole


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("One. It costs <!-- note: a picture --> euros. Three.", ["One.", "Three."]),
        ("<!-- note: a formula --> is the cost. Two.", ["Two."]),
        ("It costs <!-- note: a formula --> by <!-- note: a formula -->. Two.", ["Two."]),
        ("Our quay <!-- note: a picture -->", ["Our quay"]),
        ("One. <!-- note: a picture --> Two.", ["One.", "Two."]),
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
