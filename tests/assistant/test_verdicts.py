"""Verdicts: the checks in their order, and against a person's."""

import math
from dataclasses import replace

import pytest

from assistant.chain import Assistant
from assistant.quotes import find_quote
from assistant.verdicts import Judge, Verdict, claims_nothing, is_translated, verdict
from ingest.text import Span
from tests.benchmarks.verdicts import marked_claims, share
from tests.made import passage

# --- the checks in their order

TEXT = "BPO is cheap, but it is not easy. It needs 300 clerks of Genpact."
PASSAGE = passage(TEXT, "Costs > Peru")
CREDULOUS, DOUBTFUL = Judge(lambda *_: 2.0, threshold=1.0), Judge(lambda *_: 0.5, threshold=1.0)
CERTAIN = Verdict("", math.inf)


def of(sentence: str, judge: Judge | None = DOUBTFUL, label: str = "", cited: bool = True) -> Verdict:
    span, quoted = find_quote(sentence, TEXT)
    return verdict([(PASSAGE, span)] if cited else [], sentence, quoted and cited, judge, label)


@pytest.mark.parametrize("sentence", ["It needs 300 clerks of Genpact.", "BPO is"])
def test_the_begin_of_a_unit_word_for_word_is_proven_whatever_the_judge_says(sentence: str) -> None:
    assert of(sentence) == of(sentence, judge=None) == CERTAIN


@pytest.mark.parametrize("sentence", ["easy", "it is not easy", "Cheap is BPO.", "KPO: BPO is cheap"])
def test_other_words_and_those_behind_a_label_or_a_not_are_judged(sentence: str) -> None:
    assert of(sentence).doubt


@pytest.mark.parametrize(
    ("sentence", "doubt"),
    [
        ("easy", ""),
        ("In Peru 300 clerks of Genpact are cheap", ""),
        ("It needs 400 clerks", "“400” is not in the passage"),
        ("It needs the clerks of Wipro", "“Wipro” is not in the passage"),
        ("Two are named: BPO and Genpact.", ""),  # the sentence lists them itself
        ("Three are named: BPO and Genpact.", "“3” is not in the passage"),
        ("It needs two clerks and is cheap.", "“2” is not in the passage"),
    ],
)
def test_an_amount_or_name_that_the_passage_lacks_is_named_first(sentence: str, doubt: str) -> None:
    assert of(sentence, CREDULOUS) == Verdict(doubt, -math.inf if doubt else 2.0)


def test_how_many_items_a_list_has_may_be_said() -> None:
    text = "The roles are:\n\n- Clerk.\n- Nurse.\n- Lawyer."
    proof = [(passage(text), Span(0, len(text)))]
    assert verdict(proof, "Three roles are named.", False, CREDULOUS).doubt == ""
    assert verdict(proof, "Four roles are named.", False, CREDULOUS).doubt == "“4” is not in the passage"


def test_a_word_of_a_tables_head_is_a_name_only_where_the_documents_treat_it_so() -> None:
    assert of("cheap", CREDULOUS, label="BPO, Driver").doubt == ""
    assert of("cheap", CREDULOUS, label="KPO, Driver").doubt == "“KPO” is not in the passage"
    named = replace(CREDULOUS, named={"Wipro"})
    assert of("cheap", named, label="BPO, Wipro").doubt == "“Wipro” is not in the passage"


def test_what_claims_nothing_is_not_doubted() -> None:
    for sentence in ("Yes.", "Is BPO cheap?", "I hope this helps!", "包括：", "它便宜吗？"):
        assert of(sentence) == of(sentence, cited=False) == CERTAIN
    for sentence in ("Sure it is cheap.", "BPO."):
        assert not claims_nothing(sentence)


def test_what_cites_nothing_says_so_but_for_a_refusal() -> None:
    assert of("Bananas ripen in August.", CREDULOUS, cited=False) == Verdict("it cites no passage", -math.inf)
    assert of("The passages do not mention prices.", cited=False) == CERTAIN
    assert of("The passages do not mention prices.").doubt, "for it cites a passage"


def test_without_a_judge_only_quotes_are_proven() -> None:
    assert of("Cheap is BPO.", judge=None) == Verdict("the passage does not say it in these words", -math.inf)
    assert of("easy", judge=None) == CERTAIN


# --- in another language

GERMAN = "Das Volumen treibt die Prozesse, und sie brauchen mehr Personal."


@pytest.mark.parametrize(
    ("sentence", "answer", "translated"),
    [
        (GERMAN, GERMAN, True),
        ("Mehr Personal", GERMAN, True),  # too short to tell, but for the answer that it stands in
        ("Volume drives it, and it needs more people.", GERMAN, False),
        ("Genpact, WNS Global, Evalueserve", "Genpact, WNS Global, Evalueserve", False),
    ],
)
def test_a_sentence_has_the_language_it_or_its_answer_tells(sentence: str, answer: str, translated: bool) -> None:
    told = "Volume drives the processes, and they need more staff than any other."
    assert is_translated(sentence, answer, told) is translated


def test_a_passage_that_nobody_named_proves_nothing_in_another_language() -> None:
    sought = replace(CREDULOUS, sought=True, written=GERMAN)
    assert of(GERMAN, sought) == Verdict("it is in another language than the passage", -math.inf)


# --- against a person's


@pytest.mark.slow
def test_what_turns_the_article_round_is_marked_more_often_than_what_repeats_it(assistant: Assistant) -> None:
    right, wrong = marked_claims(assistant.opened())
    assert share(right) <= 0.15
    assert share(wrong) >= 0.3
