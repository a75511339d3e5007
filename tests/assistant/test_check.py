"""A text about the documents is checked sentence by sentence; what does not depend on how good the model is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chain import Assistant
from assistant.check import Checked, check_claim, check_text
from ingest.errors import QuestionError
from ingest.sources import Source

QUOTE = "On the other hand, KPO relies primarily on knowledge arbitrage."


def checked(claim: str, assistant: Assistant, *evidence: str) -> Checked:
    return check_claim(claim, assistant.opened(), evidence)


def test_what_stands_in_a_document_is_quoted_with_its_place(assistant: Assistant, article: Source) -> None:
    found = checked(QUOTE, assistant)
    assert (found.verdict, found.marked, found.score, found.doubt) == ("quoted", False, 1.0, "")
    (citation,) = found.citations
    assert citation.quote == QUOTE == article.text[citation.start : citation.end]


def test_what_no_passage_has_is_never_supported(assistant: Assistant) -> None:
    found = checked("KPO has relied on knowledge arbitrage since 1987.", assistant)
    assert (found.verdict, found.marked, found.score) == ("unsupported", True, 0.0)
    assert "1987" in found.doubt


def test_a_claim_is_held_against_the_evidence_that_is_given_alone(assistant: Assistant) -> None:
    found = checked(QUOTE, assistant, "These processes tend to be volume-driven")
    assert found.verdict != "quoted"
    assert all(QUOTE not in citation.quote for citation in found.citations)


def test_a_sentence_in_another_language_is_proven_only_by_evidence_that_is_given(assistant: Assistant) -> None:
    claim = "Diese Prozesse sind eher vom Volumen getrieben und brauchen eine größere Belegschaft."
    assert checked(claim, assistant).verdict == "unsupported"
    assert checked(claim, assistant, QUOTE).verdict == "supported"


def test_a_text_is_checked_sentence_by_sentence_item_by_item_and_cell_by_cell(assistant: Assistant) -> None:
    text = (
        f"{QUOTE} Pigs fly over Paris in 1987.\n\n- Accenture.\n\n| | KPO |\n|---|---|\n| Relies on | judgment |"
    )
    found = check_text(text, assistant.opened())
    assert [one.text for one in found] == [QUOTE, "Pigs fly over Paris in 1987.", "Accenture.", "judgment"]
    assert [one.verdict for one in found[:3]] == ["quoted", "unsupported", "quoted"]


def test_a_text_and_a_sentence_have_words_and_an_end_and_evidence_a_document(assistant: Assistant) -> None:
    (found,) = check_text(QUOTE.ljust(100_000), assistant.opened())
    assert found.verdict == "quoted"
    with pytest.raises(QuestionError, match=r"has 100,001 characters, the limit is 100,000\. Divide it\.$"):
        check_text(QUOTE.ljust(100_001), assistant.opened())
    with pytest.raises(QuestionError, match=r"the limit is 4,000\. Divide it\.$"):
        checked("word " * 10_000, assistant)
    with pytest.raises(QuestionError, match="There is no sentence to check"):
        check_text(" \n- \n***", assistant.opened())
    with pytest.raises(QuestionError, match=r"stands in no document: “Pigs fly\.”"):
        checked("KPO is cheap.", assistant, "Pigs fly.")


@given(st.text(max_size=80))
def test_any_text_gets_verdicts_or_one_line(brief_assistant: Assistant, text: str) -> None:
    try:
        found = check_text(text, brief_assistant.opened())
    except QuestionError:
        return
    assert all(0 <= one.score <= 1 and (one.verdict == "unsupported") == bool(one.doubt) for one in found)
