"""Which passage proves a sentence, and what is no proof of it."""

import pytest

from assistant.citations import cite
from assistant.support import adds_words, strange_opening
from tests.assistant.test_citations import BPO, PASSAGES

DRIVEN = "KPO is insight-driven and businesses have a small team"


@pytest.mark.parametrize(
    "text",
    [
        f"{DRIVEN} [1].",  # the marker names the other passage
        f"{DRIVEN} [9].",  # a passage that there is not
        f"{DRIVEN}.",  # nothing is cited
        "The KPO business has a small insight-driven team [1].",  # in other words
    ],
)
def test_a_sentence_is_proven_by_the_passage_that_does_prove_it(text: str) -> None:
    cited = cite(text, PASSAGES, whole=True)
    assert cited.sentences[0].support != "unsupported"
    assert [citation.start >= 1_000 for citation in cited.citations] == [True]
    assert "[?]" not in cited.text and "[1]" in cited.text


@pytest.mark.parametrize(
    ("claim", "doubt"),
    [
        ("KPO is volume-driven", "“KPO” is not in the passage"),
        ("Volume-driven processes do not require a larger workforce", "the passage says the opposite"),
        ("Volume-driven processes require a smaller workforce", "the passage says the opposite"),
        ("Volume-driven processes require a larger workforce of 300", "“300” is not in the passage"),
        ("Volume-driven processes of Genpact require a larger workforce", "“Genpact” is not in the passage"),
        ("Microsoft processes require a larger volume-driven workforce", "“Microsoft” is not in the passage"),
        ("Volume-driven processes require half a workforce", "“half” is not in the passage"),
        (
            "Processes require a larger workforce and cause burnout lawsuits",
            "it adds to what the passage says",
        ),
        ("Do volume-driven processes require a larger workforce?", "it says nothing that can be looked up"),
        ("Processes cost, larger ones burn", "the passage says something else"),
    ],
)
def test_what_turns_its_source_round_is_unsupported_and_says_why(claim: str, doubt: str) -> None:
    sentence = cite(f"{claim} [1].", PASSAGES).sentences[0]
    assert (sentence.support, sentence.doubt) == ("unsupported", doubt)


def test_what_cites_nothing_says_so() -> None:
    assert cite("Bananas ripen quickly in August.", PASSAGES).sentences[0].doubt == "it cites no passage"


@pytest.mark.parametrize(
    "claim", ["BPO is volume-driven", "In BPO, volume-driven processes need a larger workforce"]
)
def test_a_claim_may_name_the_side_that_its_source_is_about(claim: str) -> None:
    assert cite(f"{claim} [1].", PASSAGES).sentences[0].support == "supported"


WORKFORCE = "These processes tend to be volume-driven, and as a result, require a larger workforce."


@pytest.mark.parametrize(
    ("label", "support"),
    [
        ("", "quoted"),
        ("BPO: ", "quoted"),
        ("Two: ", "quoted"),
        ("KPO: ", "unsupported"),
        ("2030: ", "unsupported"),
    ],
)
def test_a_label_may_not_turn_the_sentence_behind_it_round(label: str, support: str) -> None:
    assert WORKFORCE in " ".join(BPO.split())
    assert cite(f"{label}{WORKFORCE} [1]", PASSAGES, whole=True).sentences[0].support == support


def test_the_first_word_is_strange_where_the_context_has_no_form_of_it() -> None:
    assert strange_opening("Microsoft is large.", "The largest firms are listed.")
    assert not strange_opening("Firms are large.", "The largest firm is listed.")
    assert not strange_opening("The firm is large.", "It is so.") and not strange_opening("firm", "")
    assert strange_opening("**Microsoft** is large.", "The largest firms are listed.")


def test_three_new_words_in_a_row_are_an_addition() -> None:
    assert adds_words("it needs staff", "It needs staff and causes burnout lawsuits.")
    assert not adds_words("it needs staff", "It causes burnout, needs staff and lawsuits.")
