"""The article is the source text word for word, with Markdown's marks, notes and comments added."""

import re

import yaml

from ingest.settings import ROOT
from ingest.sources import Source

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"
SOURCE_TEXT = ROOT / "tests" / "data" / "bpo-vs-kpo.txt"

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)

TITLE = "BPO vs KPO: 7 key differences + 6 common benefits"


def text() -> str:
    return ARTICLE.read_bytes().decode("utf-8")


def front_matter_and_body() -> tuple[str, str]:
    empty, front, body = text().split("---\n", 2)
    assert empty == ""
    return front, body


def without_marks(markdown: str) -> str:
    """Without what only Markdown or a plain text's layout adds at the start of a line."""
    return re.sub(r"^\s*(?:#{1,6}|[-•])\s", "", markdown, flags=re.MULTILINE)


def headings(level: int) -> list[str]:
    _, body = front_matter_and_body()
    return re.findall(rf"^{'#' * level} (.+)$", COMMENT.sub("", body), re.MULTILINE)


def test_every_word_of_the_source_text_stands_in_the_article_in_its_order() -> None:
    _, body = front_matter_and_body()
    with_furniture = COMMENT.sub(lambda comment: "" if is_note(comment[1]) else comment[1], body)
    words = without_marks(with_furniture).split()
    assert words == without_marks(SOURCE_TEXT.read_bytes().decode("utf-8")).split()
    assert len(words) == 2_129 - 30  # what `wc -w` counts, less the bullets
    assert words[:3] == ["BPO", "vs", "KPO:"]
    assert words[-2:] == ["Related", "Posts"]


def is_note(comment: str) -> bool:
    return comment.startswith(" note:")


def test_the_front_matter_names_title_author_and_publisher() -> None:
    front, body = front_matter_and_body()
    assert yaml.safe_load(front) == {"title": TITLE, "author": "Andy Nguyen", "publisher": "Time Doctor"}
    assert "\nby Andy Nguyen\n" in body


def test_one_title_six_parts_seven_differences_and_six_benefits() -> None:
    assert headings(1) == [TITLE]
    parts, points = headings(2), headings(3)
    assert (len(parts), parts[0], parts[3]) == (
        6,
        "7 key differences between BPO vs KPO",
        "6 common benefits of BPO and KPO",
    )
    assert [point.partition(".")[0] for point in points] == [*"1234567", *"123456"]
    _, body = front_matter_and_body()
    lines = [parts[0], *points[:7], parts[1], parts[3], *points[7:], parts[4]]
    places = [body.index(f" {line}\n") for line in lines]
    assert places == sorted(places)


def test_each_of_the_four_lost_lists_has_a_note_behind_its_lead_in() -> None:
    _, body = front_matter_and_body()
    lead_ins = re.findall(r"^(.+)\n\n<!-- note: [^\n]+ -->$", body, re.MULTILINE)
    assert lead_ins == [
        "Some of the common BPO services include:",
        "Some of the most common BPO roles include:",
        "Some of the common KPO services include:",
        "Here are some of Time Doctor’s features:",
    ]
    assert sum(is_note(comment) for comment in COMMENT.findall(body)) == 4


def test_no_lead_in_but_those_four_is_without_its_list() -> None:
    _, body = front_matter_and_body()
    followers = re.findall(r":\n\n(- |### 1\. |<!-- note:|.*)", body)
    assert sorted(set(followers)) == ["### 1. ", "- ", "<!-- note:"]
    assert followers.count("<!-- note:") == 4


def test_the_furniture_of_the_page_stands_only_in_comments() -> None:
    _, body = front_matter_and_body()
    furniture = [comment.strip() for comment in COMMENT.findall(body) if not is_note(comment)]
    assert furniture == [
        "BPO vs KPO",
        "time doctor - better for the organization",
        "help managers focus on what matters most",
        "time doctor ratings",
        "Related Posts",
    ]
    shown = COMMENT.sub("", body)
    assert not [caption for caption in furniture[1:] if caption in shown]
    assert "\nBPO vs KPO\n" not in shown


def test_the_list_items_are_those_of_the_source_text() -> None:
    _, body = front_matter_and_body()
    items = re.findall(r"^- (.+)$", body, re.MULTILINE)
    source_text = SOURCE_TEXT.read_bytes().decode("utf-8")
    assert items == [item.rstrip() for item in re.findall(r"^\s*• (.+)$", source_text, re.MULTILINE)]
    assert len(items) == 8 + 4 + 3 + 5 + 3 + 5 + 2


def test_its_lines_end_with_lf_and_it_has_no_byte_order_mark() -> None:
    content = ARTICLE.read_bytes()
    assert b"\r" not in content
    assert content.startswith(b"---\n")
    assert content.endswith(b"-->\n")


def test_read_as_a_source_it_has_its_title_and_its_name(article: Source) -> None:
    assert article.title == TITLE
    assert article.name == "corpus/bpo-vs-kpo.md"
    assert article.text == text()
