"""φ(evidence, claim) of the citation metrics: a claim is supported by its words, its numbers and its names."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.judge import coverage, supports

EIGHT = "alpha bravo charlie delta echo foxtrot golf hotel"  # eight content words, each its own stem


@pytest.mark.parametrize(("held", "supported"), [(8, True), (6, True), (5, False), (0, False)])  # 5: 62.5 %
def test_63_percent_of_the_claims_words_must_stand_in_the_evidence(held: int, supported: bool) -> None:
    evidence = " ".join(EIGHT.split()[:held]) + " kilo lima"
    assert supports(evidence, EIGHT) is supported


def test_the_border_itself_supports() -> None:
    words = [f"{a}{b}z" for a in "bcdfghjklm" for b in "bcdfghjklm"]  # a hundred words, none with an ending
    assert supports(" ".join(words[:63]), " ".join(words))
    assert not supports(" ".join(words[:62]), " ".join(words))


def test_forms_of_a_word_count_as_the_word_and_stop_words_do_not_count() -> None:
    assert supports("Outsourced processes require teams.", "the team that is required by a process of outsourcing")
    assert not supports("It is what it is, and that is about it.", "it is about cost")


def test_a_word_that_the_claim_says_twice_must_stand_twice() -> None:
    assert coverage("cost", Counter({"cost": 2})) == 0.5
    assert coverage("cost cost", Counter({"cost": 2})) == 1.0


@pytest.mark.parametrize(
    ("evidence", "claim", "supported"),
    [
        ("It has seven differences.", "it has 7 differences", False),
        ("It has 7 differences.", "it has 7 differences", True),
        ("It costs 1,000 dollars.", "it costs 1,000 dollars.", True),
        ("It costs 1,000 dollars.", "it costs 1.000 dollars", False),
        ("In 2017 it began.", "it began in 2018", False),
        ("It costs half of that sum.", "it costs twice that sum", False),
    ],
)
def test_every_number_must_stand_in_the_evidence(evidence: str, claim: str, supported: bool) -> None:
    assert supports(evidence, claim) is supported


@pytest.mark.parametrize(
    ("evidence", "claim", "supported"),
    [
        ("Firms like Genpact answer calls.", "firms like Accenture answer calls", False),
        ("Firms like Genpact answer calls.", "firms like GENPACT answer calls", True),
        ("Genpact’s clerks answer calls.", "the clerks of Genpact answer calls", True),
        ("BPO is volume-driven.", "KPO is volume-driven.", False),
        ("Companies outsource work.", "Businesses outsource work.", True),
        ("Firms answer calls.", "firms answer The calls", True),
        ("You save on infrastructure.", "You save on infrastructure in Österreich.", False),
    ],
)
def test_every_name_must_stand_in_the_evidence_but_a_capital_at_the_start_makes_no_name(
    evidence: str, claim: str, supported: bool
) -> None:
    assert supports(evidence, claim) is supported


def test_what_is_turned_round_in_the_same_words_is_not_seen() -> None:
    assert supports("BPO is cheap, KPO is dear.", "KPO is cheap, BPO is dear.")
    assert supports("You save on infrastructure.", "You never save on infrastructure.")


def test_words_that_stand_far_apart_do_not_support_together() -> None:
    claim = "alpha bravo"
    filler = " ".join(["kilo"] * 78)  # the window is 80 words
    assert supports(f"alpha {filler} bravo", claim)
    assert not supports(f"alpha {filler} kilo bravo", claim)


@pytest.mark.parametrize("claim", ["", " ", "It is so.", "!?"])
def test_a_claim_without_content_words_is_not_supported(claim: str) -> None:
    assert not supports("It is so. Is it so?", claim)


def test_nothing_is_supported_by_nothing() -> None:
    assert not supports("", "BPO is volume-driven.")
    assert coverage("alpha", Counter()) == 0.0


words = st.lists(st.sampled_from([*EIGHT.split(), "KPO", "Genpact", "7", "1999", "the"]), max_size=12)


@given(words, words, words)
def test_a_text_supports_all_its_parts(before: list[str], claim: list[str], after: list[str]) -> None:
    evidence = " ".join([*before, *claim, *after])
    assert supports(evidence, " ".join(claim)) is any(word != "the" for word in claim)


@given(words, words, st.sampled_from(["accenture", "Accenture", "2024"]))
def test_a_strange_word_never_helps(evidence: list[str], claim: list[str], strange: str) -> None:
    before = supports(" ".join(evidence), " ".join(claim))
    after = supports(" ".join(evidence), " ".join([*claim, strange]))
    assert before or not after
    assert not (after and not strange.islower())


@given(words, words)
def test_more_evidence_than_the_window_holds_is_never_less(evidence: list[str], claim: list[str]) -> None:
    if supports(" ".join(evidence), " ".join(claim)):
        assert supports(" ".join([*evidence, *["kilo"] * 200]), " ".join(claim))


@given(st.lists(st.sampled_from("abc"), max_size=120), st.lists(st.sampled_from("abcd"), min_size=1, max_size=60))
def test_coverage_is_that_of_the_best_window(evidence: list[str], claim: list[str]) -> None:
    names = {"a": "alpha", "b": "bravo", "c": "delta", "d": "echo"}
    said, wanted = [names[one] for one in evidence], Counter(names[one] for one in claim)
    windows = [Counter(said[at : at + 80]) for at in range(max(len(said) - 80, 0) + 1)]
    assert coverage(" ".join(said), wanted) == max((wanted & w).total() for w in windows) / len(claim)
