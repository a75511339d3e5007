"""Without a chat model only English is read: what is in another language is refused, and the person told."""

from collections.abc import Callable

import pytest

from assistant.chain import Assistant

CHINESE = (
    "# 员工手册\n\n## 休假\n\n全职员工每年享有二十六天带薪年假。\n\n## 出差\n\n酒店费用每晚最高报销140欧元。\n"
)
GERMAN = (
    "# Regeln\n\n## Urlaub\n\nNicht genommene Tage verfallen am 31. März.\n\n## Reisen\n\nEs gilt die Liste.\n"
)


@pytest.mark.parametrize(
    ("document", "question", "nearest", "language"),
    [
        (CHINESE, "带薪年假有多少天？", "二十六天带薪年假", "zh"),
        (CHINESE, "酒店费用最多可以报销多少？", "140欧元", "zh"),
        (GERMAN, "Wann verfallen nicht genommene Urlaubstage?", "31. März", "de"),
        (GERMAN, "When does unused leave lapse?", "", "de"),  # the document is not in English
    ],
)
def test_it_is_refused_with_a_word_on_why_and_the_right_passage_nearest(
    document: str, question: str, nearest: str, language: str, assistant_over: Callable[..., Assistant]
) -> None:
    answer = assistant_over(**{"rules.md": document}).chain.invoke(question)
    assert not answer.answered
    assert nearest in answer.passages[0].text
    assert f"({language})" in answer.notices[0] and "chat model" in answer.notices[0]


def test_so_is_a_question_on_english_text_in_another_language(brief_assistant: Assistant) -> None:
    answer = brief_assistant.chain.invoke("Was ist der Unterschied zwischen den beiden Arten?")
    assert not answer.answered and "(de)" in answer.notices[0]
