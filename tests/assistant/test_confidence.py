"""How sure the reader is: a probability that every signal moves the right way."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.confidence import Signals, confidence

cosines = st.floats(-1, 1)
shares = st.floats(0, 1)
signals = st.builds(Signals, st.none() | cosines, cosines, shares, st.integers(0, 5))


def logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def test_with_questions_it_follows_from_margin_reverse_kind_and_names() -> None:
    plain = Signals(margin=0.1, reverse=0.5, words=0.3, strange=0)
    assert confidence(plain, holds=True) == pytest.approx(logistic(-0.6 + 1.2 + 1.25))
    assert confidence(plain, holds=False) == pytest.approx(logistic(-0.6 + 1.2 + 1.25 - 3.2))
    assert confidence(replace(plain, strange=1), holds=True) == pytest.approx(logistic(-0.6 + 1.2 + 1.25 - 1.9))


def test_without_questions_it_follows_from_reverse_words_kind_and_names() -> None:
    plain = Signals(margin=None, reverse=0.5, words=0.4, strange=0)
    assert confidence(plain, holds=True) == pytest.approx(logistic(-1.1 + 2.4 + 0.2))
    assert confidence(plain, holds=False) == pytest.approx(logistic(-1.1 + 2.4 + 0.2 - 3.6))
    assert confidence(replace(plain, strange=2), holds=True) == pytest.approx(logistic(-1.1 + 2.4 + 0.2 - 3.8))


@given(signals, cosines, st.booleans())
def test_a_larger_margin_never_makes_it_less_sure(given: Signals, margin: float, holds: bool) -> None:
    low, high = sorted([margin, given.margin or 0.0])
    assert confidence(replace(given, margin=low), holds) <= confidence(replace(given, margin=high), holds)


@given(signals, cosines, st.booleans())
def test_neither_does_a_closer_unit(given: Signals, reverse: float, holds: bool) -> None:
    low, high = sorted([reverse, given.reverse])
    assert confidence(replace(given, reverse=low), holds) <= confidence(replace(given, reverse=high), holds)


@given(signals, shares, st.booleans())
def test_nor_more_of_the_questions_words(given: Signals, words: float, holds: bool) -> None:
    low, high = sorted([words, given.words])
    assert confidence(replace(given, words=low), holds) <= confidence(replace(given, words=high), holds)


@given(signals)
def test_a_kind_of_answer_that_is_missing_makes_it_less_sure(given: Signals) -> None:
    assert confidence(given, holds=False) < confidence(given, holds=True)


@given(signals, st.booleans())
def test_each_of_the_first_two_strange_names_makes_it_less_sure_and_more_of_them_do_not(
    given: Signals, holds: bool
) -> None:
    none, one, two, many = [confidence(replace(given, strange=n), holds) for n in (0, 1, 2, 9)]
    assert none > one > two == many


finite = st.floats(-1e300, 1e300)


@given(st.builds(Signals, st.none() | finite, finite, finite, st.integers(0)), st.booleans())
def test_it_is_a_probability_whatever_the_signals(given: Signals, holds: bool) -> None:
    assert 0 <= confidence(given, holds) <= 1
