"""Sentences: where they end, in several languages, and where a stop ends none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["KPO is insight-driven.", "BPO is volume-driven!", "Is it?", "Yes…", "7 differences."],
        ["Use tools, e.g. Google Analytics, i.e. software.", "Then stop."],
        ["Dr. Smith of Acme Inc. and Mrs. Jones vs. Mr. Lee agree.", "They do."],
        ["The U.S. Army met J. R. R. Tolkien.", "He wrote."],
        ["Customer service, data entry, etc. and more.", "Lists end with etc.", "On the other hand, no."],
        ["“It ends.”", "(It does.)", "‘Again.’", "“Quoted” next."],
        ["It costs 3.5 million.", "Version 2.0 costs 1,000.", "2 left."],
        ["Wait... it goes on.", "Then?!", "Ok."],
        ["Is it free?", "No.", "The pier costs 5 euros.", "It is pier No. 4."],
        ["The regatta starts on Sept. 5 at Port St. Mary.", "Call tel. 5550 142."],
        ["(1) Every owner may.", "Not all do.", "There are 5.", "May I have one?"],
        ["**Refunds.** We pay.", "**Do we?**", "Yes.", "It costs *more*.", "*Less* is rare.", "~~None is.~~"],
        ["The fare¹ is 9 euros for 2 m².²", "Is it?³", "It is.", "¹ By day."],
        ["Cars pay.†", "Vans† pay 9 euros.‡", "All do?†‡", "‡ By day."],
        ["**2. Metrics.** Support is measured.", "__Note:__ Not ours."],
        ["M. Dupont habite à Paris.", "Il paie le lundi.", "Est-ce vrai ?", "Oui !"],
        ["हर साल 26 दिन की सवेतन छुट्टी मिलती है।", "बची हुई छुट्टी समाप्त हो जाती है।"],
    ],
)
def test_sentences_end_at_stops_and_not_at_abbreviations_initials_or_numbers(parts: list[str]) -> None:
    assert sentences("  " + "\n ".join(parts) + " ") == parts


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        # in a language whose stops the library knows no such short form of
        ("en", "It takes approx. 40 minutes."),
        ("es", "Cuesta ca. 40 euros."),
        ("pl", "Pokazuje to fig. 4 obok."),
        # an ordinal before a name
        ("da", "Her lå 2. Jyske Brigade."),
        ("de", "Beim 3. Versuch ist es frei."),
        ("tr", "Orada 1. Dünya Savaşı başladı."),
        # before a month, where the few words are taken for another language
        ("en", "Beginn am 31. Oktober."),
        ("", "Frist: 15. Mai."),
    ],
)
def test_no_sentence_ends_at_a_short_form_before_a_figure_or_at_an_ordinal(language: str, sentence: str) -> None:
    assert len(sentence_spans(sentence, language=language)) == 1


def test_sentences_of_a_range_have_offsets_into_the_whole_text() -> None:
    text = "One here. Two here. Three here."
    assert sentence_spans(text, 4, 25) == [(4, 9), (10, 19), (20, 25)]
    assert sentence_spans(text, 9, 10) == []


@given(
    st.text()
    | st.lists(st.sampled_from(["A b.", "c?", "e.g.", "J.", "“", "”", " ", "\n", "。", "etc. X"])).map("".join)
)
def test_sentences_are_in_order_and_cover_all_but_white_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


def test_no_space_and_no_stop_takes_no_time() -> None:
    began = time.process_time()
    for text in ("x" * 200_000, "x. " * 70_000, "**" * 100_000, "(1) " * 50_000, "“a " * 50_000):
        sentence_spans(text)
    assert time.process_time() - began < 10


def test_brackets_and_quotations_of_scripts_without_blanks() -> None:
    text = "他说：“你好。我很好。”然后走了。（见附录。）再见"
    assert sentences(text) == ["他说：“你好。我很好。”", "然后走了。", "（见附录。）", "再见"]
