"""The words of an index: acronyms and their long names, how rare a word is, and misspelt ones."""

import hashlib
import time

import pytest

from ingest.lexicon import Lexicon, content_words, find_acronyms, stem
from ingest.snapshots import FORMAT
from ingest.sources import Source

ARTICLE_LIKE = [
    "Business Process Outsourcing (BPO) and Knowledge Processing Outsourcing (KPO) share benefits.",
    "A KPO company employs experts.",
    "BPO companies need a large workforce.",
]


def name(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in text.lower().split())


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (ARTICLE_LIKE, {"business process outsourcing": "bpo", "knowledge processing outsourcing": "kpo"}),
        (["The LPO grows.", "We like Legal Process Outsourcing."], {"legal process outsourcing": "lpo"}),
        (["International Business Machines Corporation (IBM)."], {"international business machines": "ibm"}),
        (["Business Outsourcing (BPO)"], {}),
    ],
)
def test_an_acronym_is_found_by_the_initials_of_capitalised_words(texts: list[str], found: dict[str, str]) -> None:
    assert find_acronyms(texts) == {name(words): acronym for words, acronym in found.items()}


@pytest.mark.parametrize(
    "text",
    ["the kpo's companies", "knowledge processing outsourcing companies", "Knowledge-process outsourcing company"],
)
def test_a_long_name_counts_as_its_acronym(text: str) -> None:
    assert Lexicon.of(ARTICLE_LIKE).terms(text) == ["kpo", "compani"]


def test_a_misspelt_word_of_a_question_is_taken_for_the_known_one() -> None:
    lexicon = Lexicon.of(ARTICLE_LIKE)
    assert "expert" in lexicon and "unicorn" not in lexicon
    assert lexicon.asked_terms("wich compnies hav exprts") == lexicon.terms("wich companies hav experts")
    assert lexicon.asked_terms("unicorns") == lexicon.terms("unicorns")


def test_of_two_words_that_are_as_like_the_same_is_taken_each_time() -> None:
    for texts in (["marlin", "martin"], ["martin", "marlin"], ["martin marlin"]):
        assert Lexicon.of(texts).asked_terms("marxin") == ["marlin"]


def test_other_terms_of_the_same_text_need_another_format(article: Source) -> None:
    lexicon = Lexicon.of(article.text.split("\n"))
    known = {word: lexicon.terms(word) for word in sorted({word.strip(".,:;()") for word in article.text.split()})}
    digest = hashlib.sha256(repr((known, find_acronyms([article.text]))).encode()).hexdigest()
    assert (FORMAT, digest[:16]) == (4, "9c4a634a824df024"), "raise FORMAT where the digest is another"


@pytest.mark.parametrize("word", ["A'" * 20_000, "Aa-B" * 20_000])
def test_acronyms_are_found_in_time_whatever_the_words(word: str) -> None:
    began = time.process_time()
    assert find_acronyms([f"{word}. {ARTICLE_LIKE[0]}"])[name("business process outsourcing")] == "bpo"
    assert time.process_time() - began < 2


def test_scripts_without_blanks_are_cut_into_pairs_of_neighbours() -> None:
    lexicon = Lexicon.of(["员工每年有二十六天带薪年假。", "酒店费用每晚最高报销140欧元。", "ค่าเช่าห้องพัก 3,500 บาท"])
    assert lexicon.terms("带薪年假？") == ["带薪", "薪年", "年假"]
    assert lexicon.terms("BPO在") == ["bpo", "在"], "one letter has no neighbour"
    assert [
        lexicon.rank(lexicon.asked_terms(asked), 1)[0][0] for asked in ("带薪年假多少天", "酒店多少", "ค่าเช่า")
    ] == [0, 1, 2]


def test_vowel_signs_belong_to_their_word_and_those_of_arabic_may_be_left_out() -> None:
    assert content_words("सवेतन छुट्टी") == ["सवेतन", "छुट्टी"]
    assert content_words("المُوَظَّفُ") == content_words("الموظف")
