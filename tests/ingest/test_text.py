"""Folding, words and token counts."""

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest import tiktoken_files
from ingest.text import count_tokens, find_folded, fold, words

# Letters that fold to one, two and three characters, digits, every kind of quote, space, dash and mark.
FOLDABLE = st.text(st.sampled_from("abCDéÉßﬁ19 \n\t\u00a0-‑–*_#>+•'’“”.,!"), max_size=60)


# --- fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("KPO is Insight-Driven", "kpo is insight driven"),
        ("Straße", "strasse"),
        ("‘one’ it`s “two” «three»", '\'one\' it\'s "two" "three"'),
        ("BPO\u00a0vs\u2009KPO\n\n \tnext", "bpo vs kpo next"),
        ("third-party third‑party third − party", "third party third party third party"),
        ("**KPO** is _insight_-driven, *not* __volume__", "kpo is insight driven, not volume"),
        ("- one\n• two\n  - three", "one two three"),
        (">> quoted\n> - item\n> # heading", "quoted item heading"),
        ("### 1. Driving force", "1. driving force"),
        ("C# and #hashtag and 2 + 3 > 4", "c# and #hashtag and 2 + 3 > 4"),
        ("The fare† is 9.‡ Ann (†1850), † By day", "the fare is 9. ann (†1850), † by day"),
        (" -–\n", ""),
    ],
)
def test_fold_drops_case_quotes_white_space_hyphens_and_marks(text: str, folded: str) -> None:
    assert fold(text).text == folded


@example("**Aß** – c")
@given(st.text() | FOLDABLE)
def test_each_folded_character_comes_from_its_span(text: str) -> None:
    folded = fold(text)
    assert folded.places == sorted(folded.places)
    for char, place in zip(*folded, strict=True):
        assert char in fold(f"x{text[place]}x").text[1:-1]


@given(FOLDABLE, st.data())
def test_the_slice_that_was_found_folds_to_the_needle(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    runs = [match.span() for match in re.finditer(r"[^\W_]+", folded.text)]
    if not runs:
        return
    first = data.draw(st.integers(0, len(runs) - 1))
    last = data.draw(st.integers(first, len(runs) - 1))
    needle = folded.text[runs[first][0] : runs[last][1]]
    found = find_folded(needle, folded)
    assert found is not None
    assert folded.text[found.start : found.end] == needle
    span = folded.span(*found)
    assert fold(text[span.start : span.end]).text == needle


# --- find_folded


def test_a_needle_is_found_only_at_word_borders() -> None:
    party = fold("A party, an art. State-of-the-Art!")
    assert find_folded("art", party) == (12, 15)
    assert find_folded("“Art”", party) is None
    assert find_folded("**state of the art**", party) == (17, 33)
    assert find_folded("par", party) is None
    assert find_folded(" – ", fold("a – b")) is None
    assert find_folded("i", fold("İ i")) == (3, 4)  # the first is i and a combining dot


# --- words


def test_words_are_folded_and_lose_a_possessive_s() -> None:
    assert words("The KPO’s well-researched ＢＰＯ costs 1,000.5 or 7% (don't)") == [
        *("the", "kpo", "well", "researched", "bpo", "costs", "1,000.5", "or", "7", "don't")
    ]


# --- tokens


def test_token_counts_that_openai_publishes() -> None:
    assert count_tokens("antidisestablishmentarianism") == 6
    assert count_tokens("tiktoken is great!", "o200k_base") == 6


def test_a_long_text_is_counted_in_time_and_without_a_great_error() -> None:
    began = time.process_time()
    assert 20_000 <= count_tokens("word " * 20_000) <= 20_000 + 100_000 // 4_000 * 2
    assert count_tokens("x" * 200_000) > 0
    assert time.process_time() - began < 10


def test_the_vocabularies_need_no_network_no_cache_and_no_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()  # a folder below a file cannot be made, not even by root
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")  # put back afterwards
    for cache in (tmp_path / "cache", tmp_path / "cache", tmp_path / "file" / "cache"):
        monkeypatch.setattr(tiktoken_files, "user_cache_path", lambda _, cache=cache: cache)
        tiktoken_files.provide_vocabularies.__wrapped__()
        files = sorted(Path(os.environ["TIKTOKEN_CACHE_DIR"]).iterdir(), key=lambda path: path.stat().st_size)
        assert [path.stat().st_size for path in files] == [1_681_126, 3_613_922]  # as published
        files[0].write_bytes(b"cut short")  # and is unpacked again
