"""What is left out of a document right beside what is quoted, or what comes nearest, is named in the answer."""

from dataclasses import replace

import pytest

from assistant import prompts
from assistant.holes import with_holes_named
from ingest.sources import make_source
from tests.assistant.readers.made import reading
from tests.made import answer, citation

PICTURE = "<!-- note: a picture -->"


def beside(quote: str, what: str, more: str = "") -> tuple[str, ...]:
    return (prompts.HOLE.format(beside=quote, what=what, more=more),)


def quoting(text: str, *quotes: str, name: str = "guide.md") -> tuple[str, ...]:
    """The notices on an answer from this document with these quotes."""
    cited = tuple(citation(quote, text, number, source=name) for number, quote in enumerate(quotes, start=1))
    read = replace(reading(), sources={name: make_source(name, text)})
    return with_holes_named(answer(citations=cited), read).notices


def refusing(text: str, nearest: str, question: str = "", name: str = "guide.md") -> tuple[str, ...]:
    """The notices on a refusal of a question, which else has the words of the unit that is nearest to it."""
    made = reading((nearest, [-3.0]), question=question or nearest)
    start = text.index(nearest)
    found = made.passages[0].model_copy(update={"source": name, "start": start, "end": start + len(nearest)})
    read = replace(made, passages=(found,), sources={name: make_source(name, text)})
    return with_holes_named(answer(answered=False), read).notices


@pytest.mark.parametrize(
    ("text", "quote", "what"),
    [
        (f"The way is on the map. {PICTURE}\n", "The way is on the map.", "a picture"),
        (f"The way is:\n\n{PICTURE}\n", "The way is:", "a picture"),
        (f"The way is on the map.\n\n{PICTURE}\n", "The way is on the map.", ""),
        (f"{PICTURE} The way is on the map.\n", "The way is on the map.", ""),
        ("The way is far. <!-- note: hidden text -->\n", "The way is far.", ""),
    ],
    ids=["behind it", "announced", "of another paragraph", "before it", "hidden by the document"],
)
def test_a_quote_is_named_that_leads_up_to_what_is_left_out(text: str, quote: str, what: str) -> None:
    assert quoting(text, quote) == (beside(quote, what) if what else ())


def test_a_lost_list_has_words_of_its_own_and_several_holes_one_notice() -> None:
    lost = (prompts.LOST_LIST.format(lead_in="The fees are:"),)
    assert quoting("The fees are:\n\n<!-- note: the list was lost. -->\n", "The fees are:") == lost
    text = f"The way is:\n\n{PICTURE}\n\nClose it. <!-- note: a formula -->\n"
    several = beside("The way is:", "a picture", prompts.MORE_HOLES.format(count=1))
    assert quoting(text, "The way is:", "Close it.") == several


@pytest.mark.parametrize(
    ("text", "question", "what"),
    [
        (f"Other.\n\nIt is far.\n\n{PICTURE}\n", "", "a picture"),
        ("It is far. The way is <!-- note: a formula --> long. Other.\n", "", "a formula"),
        (f"It is far.\n\n## Other\n\n{PICTURE}\n", "", ""),
        (f"It is far.\n\n```\n{PICTURE}\n```\n", "", ""),
        (f"It is far.\n\n{PICTURE}\n", "What is the capital of France?", ""),
    ],
    ids=["beside it", "in a sentence", "below another heading", "shown as code", "no word of the question"],
)
def test_a_refusal_names_what_is_missing_beside_the_nearest_unit(text: str, question: str, what: str) -> None:
    assert refusing(text, "It is far.", question) == (beside("It is far.", what) if what else ())


def test_a_sentence_with_a_hole_that_is_like_the_question_is_named_itself() -> None:
    text = "It is far.\n\n## Loads\n\nA bridge bears <!-- note: a formula --> tons of load.\n"
    named = beside("A bridge bears … tons of load.", "a formula")
    assert refusing(text, "It is far.", "What load does a bridge bear?") == named


def test_of_a_pdf_pictures_stand_nowhere_and_pages_that_could_not_be_read_are_named() -> None:
    unread_page = "<!-- note: a page without text -->"
    text = f"# Rules\n\n## Page 1\n\nThe fees are:\n\n{PICTURE}\n\n## Page 2\n\n{unread_page}\n"
    unread = (prompts.UNREAD_PAGES.format(pages="2", title="Rules"),)
    assert quoting(text, "The fees are:", name="rules.pdf") == ()
    assert refusing(text, "The fees are:", name="rules.pdf") == unread
