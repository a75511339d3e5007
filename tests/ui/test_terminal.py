"""What the terminal makes of an answer's Markdown."""

import io

import pytest
from rich.console import Console

from assistant.answers import Answer, Sentence
from ui.terminal import show_answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A \\[1\\] and b\\|c, 2 \\* 3, c:\\\\d [1]", "A [1] and b|c, 2 * 3, c:\\d [1]"),
        ("a\\b stays", "a\\b stays"),  # a backslash before a letter is one
        ("**BPO:** volume [1]\n**KPO**: insight [2]", "BPO: volume [1]\nKPO: insight [2]"),
        ("- **BPO:** volume\n2. **KPO:** insight", "- BPO: volume\n2. KPO: insight"),
        ("In Python 2**3 is 8 and 3**2 is 9 [1]", "In Python 2**3 is 8 and 3**2 is 9 [1]"),
        ("**BPO:** is **not** KPO", "BPO: is **not** KPO"),
        ("\\*\\*BPO:\\*\\* is said", "**BPO:** is said"),
    ],
)
def test_escapes_and_the_marks_of_labels_are_taken_out_and_nothing_else(text: str, shown: str) -> None:
    out = io.StringIO()
    answer = Answer(question="q", standalone_question="q", answered=True, text=text, model="m")
    show_answer(Console(file=out, width=200), answer)
    assert out.getvalue().partition("\n\nAnswered by")[0] == shown


def test_why_a_sentence_has_no_proof_stands_below_the_answer() -> None:
    out = io.StringIO()
    pigs = Sentence(text="Pigs fly.", citations=(), support="unsupported", doubt="it cites no passage")
    text = "Pigs fly. [?]"
    answer = Answer(question="q", standalone_question="q", answered=True, text=text, sentences=(pigs,), model="m")
    show_answer(Console(file=out, width=200), answer)
    assert out.getvalue().startswith("Pigs fly. [?]\n[?] it cites no passage: “Pigs fly.”\n")
