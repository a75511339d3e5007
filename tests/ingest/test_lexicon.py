"""The words of an index: acronyms and their long names, how rare a word is, and misspelt ones."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.lexicon import LEXICON_VERSION, Lexicon, content_words, find_acronyms, stem
from ingest.sources import Source

ARTICLE_LIKE = [
    "Business Process Outsourcing (BPO) and Knowledge Processing Outsourcing (KPO) share benefits.",
    "A KPO company employs experts.",
    "BPO companies need a large workforce.",
]


def name(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in text.lower().split())


def test_an_acronym_is_found_by_the_initials_of_capitalised_words() -> None:
    assert find_acronyms(ARTICLE_LIKE) == {
        name("business process outsourcing"): "bpo",
        name("knowledge processing outsourcing"): "kpo",
    }


def test_both_may_stand_far_apart_and_in_different_texts() -> None:
    assert find_acronyms(["The LPO grows.", "We like Legal Process Outsourcing."]) == {
        name("legal process outsourcing"): "lpo"
    }


def test_part_of_a_longer_name_can_have_the_acronym() -> None:
    assert find_acronyms(["International Business Machines Corporation (IBM)."]) == {
        name("international business machines"): "ibm"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Business Process Outsourcing",
        "BPO",
        "business process outsourcing is BPO",
        "Business Outsourcing (BPO)",
        "",
    ],
)
def test_without_both_there_is_nothing_to_find(text: str) -> None:
    assert find_acronyms([text]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "KPO companies",
        "KPOs: companies",
        "the kpo's companies",
        "Knowledge Process Outsourcing companies",
        "knowledge processing outsourcing companies",
        "Knowledge-process outsourcing company",
    ],
)
def test_a_long_name_counts_as_its_acronym(text: str) -> None:
    assert Lexicon.of(ARTICLE_LIKE).terms(text) == ["kpo", "compani"]


def test_words_of_a_long_name_count_by_themselves_elsewhere() -> None:
    assert Lexicon.of(ARTICLE_LIKE).terms("knowledge of a process") == ["knowledg", "process"]


def test_words_without_a_subject_are_no_content_words() -> None:
    assert content_words("What is the driving force of a KPO, and why?") == ["driving", "force", "kpo"]


def test_forms_of_one_word_have_one_stem() -> None:
    assert stem("outsourcing") == stem("outsource") == stem("outsourced")
    assert stem("driven") == stem("drives") == stem("drive")
    assert stem("force") != stem("drive")


def test_the_lexicon_knows_the_words_of_its_texts_only() -> None:
    lexicon = Lexicon.of(ARTICLE_LIKE)
    assert "expert" in lexicon and "bpo" in lexicon
    assert "unicorn" not in lexicon


def test_a_misspelt_word_of_a_question_is_taken_for_the_known_one() -> None:
    lexicon = Lexicon.of(ARTICLE_LIKE)
    assert lexicon.asked_terms("wich compnies hav exprts") == lexicon.terms("wich companies hav experts")
    assert lexicon.asked_terms("unicorns") == lexicon.terms("unicorns")


def test_of_two_words_that_are_as_like_the_same_is_taken_each_time() -> None:
    for texts in (["marlin", "martin"], ["martin", "marlin"], ["martin marlin"]):
        assert Lexicon.of(texts).asked_terms("marxin") == ["marlin"]


word = st.sampled_from(["cost", "force", "expert", "team", "KPO", "of", "Business Process Outsourcing", "BPO"])
texts = st.lists(st.lists(word).map(" ".join), max_size=6)


@given(texts, word, word)
def test_of_two_words_the_one_in_fewer_texts_is_the_rarer(texts: list[str], one: str, other: str) -> None:
    lexicon = Lexicon.of(texts)
    for a in lexicon.terms(one):
        for b in lexicon.terms(other):
            fewer = sum(a in lexicon.terms(t) for t in texts) - sum(b in lexicon.terms(t) for t in texts)
            rarer = lexicon.rarity(a) - lexicon.rarity(b)
            assert (fewer < 0) == (rarer > 1e-9)
            assert lexicon.rarity(a) > 0


@given(texts, st.text(st.characters(codec="ascii")))
def test_case_does_not_matter(texts: list[str], text: str) -> None:
    lexicon = Lexicon.of(texts)
    assert lexicon.terms(text.upper()) == lexicon.terms(text.lower())


def test_another_lexicon_of_the_same_text_has_another_version(article: Source) -> None:
    lexicon = Lexicon.of(article.text.split("\n"))
    known = {word: lexicon.terms(word) for word in sorted({word.strip(".,:;()") for word in article.text.split()})}
    digest = hashlib.sha256(repr((known, find_acronyms([article.text]))).encode()).hexdigest()
    assert (LEXICON_VERSION, digest[:16]) == (
        1,
        "9c4a634a824df024",
    )  # raise the version where the digest is another
