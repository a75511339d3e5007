"""φ(evidence, claim): a claim is supported by its words, its numbers and its names."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.support import coverage, strange_names, supports

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
    ("evidence", "claim", "strange"),
    [
        ("It has seven differences.", "it has 7 differences", ["7"]),
        ("It has 7 differences.", "it has 7 differences", []),
        ("It costs 1,000 dollars.", "it costs 1,000 dollars.", []),
        ("It costs 1,000 dollars.", "it costs 1.000 dollars", ["1.000"]),
        ("In 2017 it began.", "it began in 2018", ["2018"]),
    ],
)
def test_every_number_must_stand_in_the_evidence(evidence: str, claim: str, strange: list[str]) -> None:
    assert strange_names(evidence, claim) == strange
    assert supports(evidence, claim) is (not strange)


@pytest.mark.parametrize(
    ("evidence", "claim", "strange"),
    [
        ("Firms like Genpact answer calls.", "firms like Accenture answer calls", ["Accenture"]),
        ("Firms like Genpact answer calls.", "firms like GENPACT answer calls", []),
        ("Genpact’s clerks answer calls.", "the clerks of Genpact answer calls", []),
        ("BPO is volume-driven.", "KPO is volume-driven.", ["KPO"]),
        ("Companies outsource work.", "Businesses outsource work.", []),
        ("Firms answer calls.", "firms answer The calls", []),
    ],
)
def test_every_name_must_stand_in_the_evidence_but_a_capital_at_the_start_makes_no_name(
    evidence: str, claim: str, strange: list[str]
) -> None:
    assert strange_names(evidence, claim) == strange
    assert supports(evidence, claim) is (not strange)


@pytest.mark.parametrize("name", ["Österreich", "Россия", "iGate"])
def test_a_capital_of_any_script_and_at_any_place_makes_a_name(name: str) -> None:
    assert strange_names("You save on infrastructure.", f"You save on infrastructure in {name}.") == [name]


def test_a_few_are_some_and_few_are_hardly_any() -> None:
    assert supports("There are a few types of services.", "There are some types of services.")
    assert not supports("Companies save on infrastructure.", "Few companies save on infrastructure.")


@pytest.mark.parametrize("word", ["hardly", "rarely", "barely"])
def test_what_is_hardly_so_is_not_so(word: str) -> None:
    assert not supports("You save on infrastructure.", f"You {word} save on infrastructure.")


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
