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


def test_seven_differences_and_six_benefits_stand_below_six_parts() -> None:
    headings = re.findall(r"^(#+) ", COMMENT.sub("", BODY), re.MULTILINE)
    assert "".join(str(len(marks)) for marks in headings) == "1" + "2" + "3" * 7 + "2" * 3 + "3" * 6 + "2" * 2


def test_each_of_the_four_lost_lists_and_no_other_has_a_note_behind_its_lead_in() -> None:
    assert re.findall(r"^(.+)\n\n<!-- note: [^\n]+ -->$", BODY, re.MULTILINE) == [
        "Some of the common BPO services include:",
        "Some of the most common BPO roles include:",
        "Some of the common KPO services include:",
        "Here are some of Time Doctor’s features:",
    ]
    assert len(NOTES) == 4
    followers = re.findall(r":\n\n(- |### 1\. |<!-- note:|.*)", BODY)
    assert set(followers) == {"### 1. ", "- ", "<!-- note:"}
