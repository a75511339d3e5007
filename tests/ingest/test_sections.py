"""Which headings stand above a passage: those of Markdown, lines in bold, and the questions of an FAQ."""

import pytest

from ingest.passages import plain_headings
from tests.made import cut


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
        ("# _A_ **b**\n\n## Of `c`", [("A b", "# _A_ **b**"), ("Of c", "## Of `c`")]),
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


# --- in bold, and in an FAQ


def test_a_line_in_bold_that_is_no_sentence_or_asks_is_a_heading_below_all_others() -> None:
    text = "## Cars\n\n**Who pays?**\nThe owner.\n\n**By post**\n\nFree.\n\n**Note:**\n\n**All pay.**\n"
    assert cut(text) == [
        ("Cars", "## Cars"),
        ("Cars > Who pays?", "**Who pays?**\nThe owner."),
        ("Cars > By post", "**By post**\n\nFree.\n\n**Note:**\n\n**All pay.**"),
    ]
    assert plain_headings("**Who pays?**\nThe owner **by post**") == "# Who pays?  \nThe owner **by post**"


FAQS = [
    "Q: Who pays?\n\nA: The owner.\n\nQ: When?\n\nA: In May.",
    "**Q1.** Who pays?\n**A1.** The owner.\n**Q2.** When?\n**A2.** In May.",
    "1. **Who pays?**\n   The owner.\n2. **When?**\n   In May.",
    "- *Who pays?* The owner.\n- *When?* In May.",
    "- ### Who pays?\n\n  The owner.\n\n- ### When?\n\n  In May.",
]


@pytest.mark.parametrize("faq", FAQS)
def test_what_an_faq_asks_before_an_answer_is_read_as_a_heading(faq: str) -> None:
    found = cut(f"# Fees\n\nSee below.\n\n{faq}\n")
    assert [section for section, _ in found] == ["Fees", "Who pays?", "When?"]
    assert "The owner." in found[1][1] and "In May." in found[2][1]
    for _, text in found[1:]:
        read = plain_headings(text)
        assert "#" in read.partition("?")[0] and len(read) == len(text)


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
    "text", ["He asked\n*who pays?* and left.", "He asked\n**who pays?**\nAnd left.", "```\nQ: Who pays?\n```"]
)
def test_other_questions_are_no_headings(text: str) -> None:
    assert [section for section, _ in cut(text)] == ["name"]
