"""φ(evidence, claim) without a model: a claim is supported by its words, its numbers and its names."""

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


@pytest.mark.parametrize(
    ("evidence", "claim", "supported"),
    [
        # forms of a word count as the word, stop words do not count
        ("Outsourced processes require teams.", "the team that is required by a process of outsourcing", True),
        ("It is so.", "It is so.", False),
        ("", "BPO is volume-driven.", False),
        # every number must stand there
        ("It has seven differences.", "it has 7 differences", False),
        ("It costs 1,000 dollars.", "it costs 1,000 dollars.", True),
        ("It costs 1,000 dollars.", "it costs 1.000 dollars", False),
        ("It costs half of that sum.", "it costs twice that sum", False),
        # and every name, which a capital at the start does not make
        ("Firms like Genpact answer calls.", "firms like Accenture answer calls", False),
        ("Genpact’s clerks answer calls.", "the clerks of GENPACT answer calls", True),
        ("BPO is volume-driven.", "KPO is volume-driven.", False),
        ("Companies outsource work.", "Businesses outsource work.", True),
        # what is turned round in the same words is not seen
        ("BPO is cheap, KPO is dear.", "KPO is cheap, BPO is dear.", True),
    ],
)
def test_words_numbers_and_names_decide(evidence: str, claim: str, supported: bool) -> None:
    assert supports(evidence, claim) is supported


def test_words_that_stand_far_apart_do_not_support_together() -> None:
    filler = " ".join(["kilo"] * 78)  # the window is 80 words
    assert supports(f"alpha {filler} bravo", "alpha bravo")
    assert not supports(f"alpha {filler} kilo bravo", "alpha bravo")


words = st.lists(st.sampled_from([*EIGHT.split(), "KPO", "Genpact", "7", "1999", "the"]), max_size=12)


@given(words, words, words)
def test_a_text_supports_all_its_parts(before: list[str], claim: list[str], after: list[str]) -> None:
    evidence = " ".join([*before, *claim, *after])
    assert supports(evidence, " ".join(claim)) is any(word != "the" for word in claim)


@given(st.lists(st.sampled_from("abc"), max_size=120), st.lists(st.sampled_from("abcd"), min_size=1, max_size=60))
def test_coverage_is_that_of_the_best_window(evidence: list[str], claim: list[str]) -> None:
    names = {"a": "alpha", "b": "bravo", "c": "delta", "d": "echo"}
    said, wanted = [names[one] for one in evidence], Counter(names[one] for one in claim)
    windows = [Counter(said[at : at + 80]) for at in range(max(len(said) - 80, 0) + 1)]
    assert coverage(" ".join(said), wanted) == max((wanted & w).total() for w in windows) / len(claim)
