"""What the terminal makes of an answer's Markdown."""

import io

import pytest
from rich.console import Console

from assistant.answers import Sentence
from assistant.check import Checked
from tests.made import answer, citation, passage
from ui.terminal import show_answer, show_checked
from ui.wording import proof


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A \\[1\\] and b\\|c, 2 \\* 3, c:\\\\d [1]", "A [1] and b|c, 2 * 3, c:\\d [1]"),
        ("**BPO:** volume [1]\n**KPO**: insight [2]", "BPO: volume [1]\nKPO: insight [2]"),
        ("In Python 2**3 is 8 and 3**2 is 9 [1]", "In Python 2**3 is 8 and 3**2 is 9 [1]"),
        ("**BPO:** is **not** KPO", "BPO: is **not** KPO"),
        ("\\*\\*BPO:\\*\\* is said", "**BPO:** is said"),
        (
            "| | BPO | KPO |\n| --- | --- | --- |\n| Force [1] | a\\|b [2] | not said |",
            "Force [1]\n  BPO: a|b [2]\n  KPO: not said",
        ),
    ],
)
def test_escapes_and_the_marks_of_labels_are_taken_out_and_nothing_else(text: str, shown: str) -> None:
    out = io.StringIO()
    show_answer(Console(file=out, width=200), answer(text))
    assert out.getvalue().partition("\n\nAnswered by")[0] == shown


def test_why_a_sentence_has_no_proof_stands_below_the_answer() -> None:
    out = io.StringIO()
    pigs = Sentence(text="Pigs fly.", citations=(), support="unsupported", doubt="it cites no passage")
    show_answer(Console(file=out, width=200), answer("Pigs fly. [?]", sentences=(pigs,)))
    assert out.getvalue().startswith("Pigs fly. [?]\n[?] it cites no passage: “Pigs fly.”\n")


def test_the_places_nearest_to_a_refusal_have_the_names_of_their_files() -> None:
    near = (passage("Two cups.", source="/srv/tea.md"), passage("One cup.", source="/srv/cup.md"))
    out = io.StringIO()
    show_answer(Console(file=out, width=200), answer("No.", answered=False, passages=near))
    assert "  - A (tea.md:0-9)\n  - A (cup.md:0-8)\n" in out.getvalue()


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (None, "1 of 1 sentence quoted"),
        (0.75, "1 of 1 sentence quoted · likely the answer"),
        (0.74, "1 of 1 sentence quoted · perhaps the answer, the nearest there is"),
    ],
)
def test_how_sure_an_answer_is_stands_behind_what_was_checked(confidence: float | None, said: str) -> None:
    one = Sentence(text="Pigs run.", citations=(1,), support="quoted")
    assert proof(answer("Pigs run. [1]", sentences=(one,), confidence=confidence)) == said


def test_a_checked_text_shows_each_verdict_with_the_quote_and_how_many_there_are() -> None:
    quote = citation("Pigs\nrun.", start=3)
    proven = Checked(text="Pigs run.", verdict="quoted", marked=False, score=1.0, doubt="", citations=(quote,))
    doubted = {"text": "Pigs fly [x].", "verdict": "unsupported", "doubt": "the passage does not say that"}
    out = io.StringIO()
    show_checked(Console(file=out, width=200), [proven, proven.model_copy(update=doubted)])
    assert out.getvalue().splitlines() == [
        "quoted: Pigs run.",
        "    “Pigs run.”",
        "    a.md:3-12",
        "unsupported: Pigs fly [x].",
        "    the passage does not say that",
        "    “Pigs run.”",
        "    a.md:3-12",
        "",
        "1 quoted, 1 unsupported.",
    ]
