"""Which language a text is in; what might be English is."""

import pytest

from ingest.language import language_of

SHORT = ["", ".", "hi", "summarize", "tldr pls", "kpo firms india", "Is Wipro a KPO?", "wich is cheeper"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Nicht genommene Tage verfallen am 31. März.", "de"),
        ("带薪年假有多少天？", "zh"),
        ("كم يوما من الإجازة المدفوعة يحصل عليها الموظف؟", "ar"),
        *((text, "en") for text in SHORT),
    ],
)
def test_a_sentence_is_enough_and_what_is_short_is_taken_for_english(text: str, language: str) -> None:
    assert language_of(text) == language


def test_english_text_does_not_wait_for_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.language._identifier", pytest.fail)
    assert language_of("What is this, and who does it?") == "en"
