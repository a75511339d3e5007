"""What the terminal makes of an answer's Markdown; the rest of what it shows stands in README and docs."""

import pytest

from assistant.answers import Sentence
from tests.made import answer
from ui.terminal import show_answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A \\[1\\] and b\\|c, 2 \\* 3, c:\\\\d [1]", "A [1] and b|c, 2 * 3, c:\\d [1]"),
        ("**BPO:** volume [1]\n**KPO**: insight [2]", "BPO: volume [1]\nKPO: insight [2]"),
        ("**BPO:** is **not** KPO", "BPO: is **not** KPO"),
        ("\\*\\*BPO:\\*\\* is said", "**BPO:** is said"),
        (
            "| | BPO | KPO |\n| --- | --- | --- |\n| Force [1] | a\\|b [2] | not said |",
            "Force [1]\n  BPO: a|b [2]\n  KPO: not said",
        ),
    ],
)
def test_escapes_and_the_marks_of_labels_are_taken_out_and_nothing_else(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show_answer(answer(text))
    assert capsys.readouterr().out.partition("\n\nAnswered by")[0] == shown


def test_why_a_sentence_has_no_proof_stands_below_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    pigs = Sentence(text="Pigs fly.", citations=(), support="unsupported", doubt="it cites no passage")
    show_answer(answer("Pigs fly. [?]", sentences=(pigs,)))
    assert capsys.readouterr().out.startswith("Pigs fly. [?]\n[?] it cites no passage: “Pigs fly.”\n")
