"""The article is the source text word for word, with Markdown's marks, notes and comments added."""

import re

import yaml

from ingest.settings import ROOT
from ingest.sources import Source

ARTICLE = (ROOT / "corpus" / "bpo-vs-kpo.md").read_bytes().decode()
SOURCE_TEXT = (ROOT / "tests" / "data" / "bpo-vs-kpo.txt").read_bytes().decode()
_, FRONT_MATTER, BODY = ARTICLE.split("---\n", 2)
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
NOTES = [comment for comment in COMMENT.findall(BODY) if comment.startswith(" note:")]
SHOWN = COMMENT.sub("", BODY)


def without_marks(markdown: str) -> str:
    """Without what only Markdown or a plain text's layout adds at the start of a line."""
    return re.sub(r"^\s*(?:#{1,6}|[-•])\s", "", markdown, flags=re.MULTILINE)


def test_every_word_of_the_source_text_stands_in_the_article_in_its_order() -> None:
    with_furniture = COMMENT.sub(lambda comment: "" if comment[1] in NOTES else comment[1], BODY)
    words = without_marks(with_furniture).split()
    assert words == without_marks(SOURCE_TEXT).split()
    assert len(words) == 2_129 - 30  # what `wc -w` counts, less the bullets


def test_it_names_title_author_and_publisher(article: Source) -> None:
    title = "BPO vs KPO: 7 key differences + 6 common benefits"
    assert yaml.safe_load(FRONT_MATTER) == {"title": title, "author": "Andy Nguyen", "publisher": "Time Doctor"}
    assert "\nby Andy Nguyen\n" in BODY
    assert "\r" not in ARTICLE
    assert (article.name, article.title, article.text) == ("corpus/bpo-vs-kpo.md", title, ARTICLE)


def test_one_title_six_parts_seven_differences_and_six_benefits() -> None:
    headings = re.findall(r"^(#+) (.+)$", SHOWN, re.MULTILINE)
    levels = "".join(str(len(marks)) for marks, _ in headings)
    assert levels == "1" + "2" + "3" * 7 + "2" * 3 + "3" * 6 + "2" * 2
    assert [words.partition(".")[0] for marks, words in headings if marks == "###"] == [*"1234567", *"123456"]
    parts = [words for marks, words in headings if marks == "##"]
    assert (parts[0], parts[3]) == ("7 key differences between BPO vs KPO", "6 common benefits of BPO and KPO")


def test_each_of_the_four_lost_lists_and_no_other_has_a_note_behind_its_lead_in() -> None:
    assert re.findall(r"^(.+)\n\n<!-- note: [^\n]+ -->$", BODY, re.MULTILINE) == [
        "Some of the common BPO services include:",
        "Some of the most common BPO roles include:",
        "Some of the common KPO services include:",
        "Here are some of Time Doctor’s features:",
    ]
    assert len(NOTES) == 4
    followers = re.findall(r":\n\n(- |### 1\. |<!-- note:|.*)", BODY)
    assert sorted(set(followers)) == ["### 1. ", "- ", "<!-- note:"]
    assert followers.count("<!-- note:") == 4
