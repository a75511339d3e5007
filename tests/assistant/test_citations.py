"""A text with markers becomes sentences and citations that are verified."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.answers import RetrievedPassage
from assistant.citations import Cited, cite
from assistant.evaluation.metrics import supports
from assistant.pieces import sentences_of
from assistant.prompts import MARKER, marker_numbers
from assistant.verdicts import Judge, Proof, claims_nothing
from tests.made import passage

BPO = "### 1. Driving force\n\nBPO processes tend to be volume-driven. It’s “cheap” – mostly."
KPO = """\
KPO is **insight-driven** and businesses have a small team.

Some roles are:

- Financial manager.
- Project manager
  or consultant.
- Medical assistant, etc.

As note [1] says, it differs [see 2]."""

PASSAGES = [passage(BPO), passage(KPO, "A > B", start=1_000)]


def proves(claim: str, proof: Proof) -> float:
    """1 where these passages together hold the claim's words, else -1: no model is needed around here."""
    return 1.0 if supports(" ".join(f"{p.section} {p.text}" for p, _ in proof), claim) else -1.0


JUDGE = Judge(proves, threshold=0.0, uncited_threshold=0.0)


def judged(text: str, passages: Sequence[RetrievedPassage] = PASSAGES, **options: bool) -> Cited:
    """The text, cited with the judge that looks for words."""
    return cite(text, passages, JUDGE, **options)


def quotes(cited: Cited) -> list[str]:
    return [citation.quote for citation in cited.citations]


def test_a_marker_names_numbers_lists_and_ranges() -> None:
    def numbers(text: str) -> list[int]:
        return [n for marker in MARKER.finditer(text) for n in marker_numbers(marker)]

    assert numbers("[2] [4, 6] [7-9] 【11】 [6 and 7] [^5]") == [2, 4, 6, 7, 8, 9, 11, 6, 7, 5]
    assert numbers("[passage 6] [Passages 7, 8]") == [6, 7, 8]
    assert numbers("[1-999999]") == [1, 999999], "no range that could be meant"


# --- whatever the text and the passages

MARKS = "[1] [3] [0] [99] [1, [2,7] [1 [ ] 1] ( ) [1](u) \\[1\\] \\ ** # . ! BPO: Seven: volume-driven cheap KPO é"
LAYOUT = [" ", "\t", "\n", "\n\n", "\n- ", "\n1. ", "\n|", "|", "| x | y |"]
bits = st.sampled_from([*MARKS.split(), *LAYOUT, "[1, 2]", "KPO is insight-driven"])
texts = st.lists(bits | st.text(max_size=5), max_size=25).map("".join)
parts_of_one = st.sampled_from([BPO, KPO, "", "- cheap\n- volume-driven"]) | st.text(max_size=30)


@given(texts, st.lists(parts_of_one, max_size=4))
@example("[[99]1]", [BPO])
@example("- [1] cheap", [BPO])
@example("cheap.\n[9]", [BPO])
@example("x [[1]7] y [1]", [BPO])
@example("| cheap | [1] | [9]", [BPO])
def test_every_citation_is_a_span_and_every_marker_has_one_or_is_reported(text: str, parts: list[str]) -> None:
    source, passages = "", []
    for part in parts:
        passages.append(passage(part, start=len(source)))
        source += f"{part}\n\n"
    cited = judged(text, passages)
    for citation in cited.citations:
        assert source[citation.start : citation.end] == citation.quote
    numbers = [citation.number for citation in cited.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    shown = [int(number) for found in MARKER.findall(cited.text) for number in found.split(",")]
    assert list(dict.fromkeys(shown)) == numbers, "in the order of their first use, and no others"
    assert {number for sentence in cited.sentences for number in sentence.citations} == set(numbers)
    named = [int(number) for found in MARKER.findall(text) for number in found.split(",")]
    assert cited.unknown == tuple(n for n in dict.fromkeys(named) if not 1 <= n <= len(passages))
    for sentence in cited.sentences:
        assert re.search(r"\w", sentence.text)
        assert sentence.citations or sentence.support == "unsupported" or claims_nothing(sentence.text)


@given(texts)
def test_each_sentence_without_proof_has_a_mark_of_doubt_and_strict_shows_none(text: str) -> None:
    whole = judged(text, whole=True)
    doubted = sum(sentence.support == "unsupported" for sentence in whole.sentences)
    assert whole.text.count("[?]") == doubted + text.count("[?]")
    for ended in (False, True):
        strict = judged(text, whole=ended, strict=True)
        assert all(sentence.support != "unsupported" for sentence in strict.sentences)


# --- what is cited


def test_list_items_in_a_row_share_one_citation_with_their_lead_in_and_others_have_one_each() -> None:
    listed = judged("Some roles are: [2]\n- Financial manager. [2]\n- Project manager or consultant. [2]")
    assert quotes(listed) == ["Some roles are:\n\n- Financial manager.\n- Project manager\n  or consultant."]
    others = judged("- Medical assistant, etc. [2]\n- Financial manager. [2]\n- Medical assistant, etc. [2]")
    assert quotes(others) == ["Medical assistant, etc.", "Financial manager."], "and the same quote has one number"


DRIVEN = "KPO is insight-driven and businesses have a small team"


@pytest.mark.parametrize("words", [DRIVEN, "The KPO business has a small insight-driven team"])
def test_a_sentence_whose_marker_names_another_passage_is_proven_by_the_one_that_does(words: str) -> None:
    cited = judged(f"{words} [1].", whole=True)
    assert [citation.start >= 1_000 for citation in cited.citations] == [True]
    assert cited.text == f"{words} [1]."
    surer = replace(JUDGE, uncited_threshold=1.1)  # of one that it does not cite more is asked
    assert ("[?]" in cite(f"{words} [1].", PASSAGES, surer, whole=True).text) == (words != DRIVEN)


def test_a_few_words_that_cite_nothing_are_judged_with_the_sentence_behind_them() -> None:
    def verdicts(before: str) -> list[str]:
        judge = Judge(lambda claim, _: -1.0 if "dear" in claim else 1.0, threshold=0.0, uncited_threshold=0.0)
        text = f"{before}The KPO business has a small insight-driven team [2]."
        return [sentence.support for sentence in cite(text, PASSAGES, judge, whole=True).sentences]

    assert verdicts("It is small. ") == ["supported", "supported"]
    assert verdicts("It is dear. ") == verdicts("It is small.\n\n") == ["unsupported", "supported"]


@pytest.mark.parametrize(
    "text",
    [
        "It is “cheap” [1]. KPO is insight-driven [2].",
        "[1] It is “cheap”. KPO is insight-driven [2].",
        "| It is “cheap” [1] | KPO is insight-driven [2] |",
        "| It is “cheap” | [1] |\n|---|---|\n| KPO is insight-driven | [2] |",
        "It is “cheap”.\n[1]\n\nKPO is insight-driven.\n[2]",
    ],
)
def test_a_marker_belongs_to_the_sentence_that_it_stands_in_or_behind(text: str) -> None:
    cited = judged(text)
    assert [sentence.citations for sentence in cited.sentences] == [(1,), (2,)]
    assert [citation.start >= 1_000 for citation in cited.citations] == [False, True]


# --- in a table


def test_a_cell_has_the_names_of_its_row_and_its_column_and_one_that_says_nothing_is_none() -> None:
    table = "| | BPO | KPO |\n|:--|---|--:|\n| **Driver** | volume [1] | insight [2] |"
    assert sentences_of(table) == [("volume", "Driver, BPO"), ("insight", "Driver, KPO")]
    half = table.replace("insight [2]", "not said")  # which no document says
    assert sentences_of(half) == [("volume", "Driver, BPO")]
    turned = "| | Driver |\n|---|---|\n| BPO | volume [1] |"  # what is compared stands before whose it is
    assert sentences_of(turned) == [("volume", "Driver, BPO")]


# --- what is shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is cheap [1] and KPO is insight-driven [2].", "It is cheap and KPO is insight-driven [1][2]."),
        (r"As note \[1\] says, it differs \[see 2\]. [2]", r"As note \[1\] says, it differs \[see 2\]. [1]"),
        ("KPO is insight-driven [2]. It is green.", "KPO is insight-driven [1]. It is green. [?]"),
        ("Pigs **fly** [9]. Cows too.", "Pigs **fly**. [?] Cows too. [?]"),
    ],
    ids=["gathered where the last one stood", "escaped brackets", "no proof", "a marker of no passage"],
)
def test_markers_are_renumbered_and_what_has_no_proof_is_marked_behind_it(text: str, shown: str) -> None:
    assert judged(text, whole=True).text == shown
    growing = judged(text).text.count("[?]")
    assert growing == shown.count("[?]") - shown.endswith("[?]"), "the last one is not judged yet"


def test_strict_takes_out_what_is_not_proven_and_what_is_left_of_it() -> None:
    proven = "BPO processes tend to be volume-driven [1]."
    table = "| | x |\n|---|---|\n| Fly | pigs [1] |"
    assert judged(f"{proven} Pigs fly [1].", whole=True, strict=True).text == proven
    assert judged(f"{table}\n\n{proven}", whole=True, strict=True).text == proven
    assert judged("Pigs fly [1].", whole=True, strict=True).text == ""


@pytest.mark.parametrize("part", ["[1] ", "[1, ", "| ", "- a [1]\n"])
def test_a_model_that_repeats_itself_does_not_stop_the_clock(part: str) -> None:
    started, text = time.process_time(), (part * 3_000)[:3_000]
    judged(f"x{text}[1]")
    judged(f"{text}x")
    assert time.process_time() - started < 5
