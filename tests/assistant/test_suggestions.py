"""Questions to go on with: about the sections beside an answer, answered from there, never asked before."""

from collections.abc import Callable

import pytest

from assistant.answers import Answer, Citation
from assistant.chain import Assistant
from assistant.suggestions import Place, ideas_beside, suggestions
from ingest.sources import Source, make_source
from ingest.text import Span
from tests import made

NAMES = ["Care", "Winter storage", "Noise", "What if it leaks?", "Colours", "3. Spare parts"]
PUMPS = "# Pumps\n\nPumps pump.\n\n" + "".join(
    f"## {name}\n\nThis is on number {n}.\n\n" for n, name in enumerate(NAMES)
)
SOURCES = {"pumps.md": make_source("pumps.md", PUMPS)}


def about(name: str) -> str:
    return name if name.endswith("?") else f"Tell me about “{name}”."


def cites(*numbers: int) -> tuple[Citation, ...]:
    """Citations of the sections with these numbers."""
    quotes = [f"This is on number {number}." for number in numbers]
    return tuple(made.citation(quote, PUMPS, n, source="pumps.md") for n, quote in enumerate(quotes, start=1))


def answer(*numbers: int, near: int | None = None) -> Answer:
    """An answer from these sections, or with none of them a refusal whose nearest passage is in another."""
    (place,) = cites(near if near is not None else 0)
    nearest = made.passage(place.quote, "", place.source, place.start)
    return made.answer(answered=bool(numbers), citations=cites(*numbers), passages=(nearest,))


def suggested(
    given: Answer,
    asked: tuple[str, ...] = (),
    answered_from: Callable[[str, Place], bool] = lambda question, place: True,
    sources: dict[str, Source] = SOURCES,
) -> list[str]:
    return list(suggestions(given, asked, sources, answered_from))


# --- which sections


def test_an_answer_is_followed_by_questions_about_the_three_sections_that_stand_nearest() -> None:
    assert suggested(answer(1)) == [about("Noise"), about("Care"), "What if it leaks?"]
    assert suggested(answer(4))[0] == about("Spare parts"), "a heading loses its number"
    assert suggested(answer(near=2)) == [about("Noise")], "a refusal has one about the nearest passage"


def test_after_a_summary_of_every_section_more_of_these_is_suggested() -> None:
    assert suggested(answer(*range(len(NAMES)))) == [about("Care"), about("Winter storage"), about("Noise")]


def test_neither_is_what_was_asked_before_however_it_was_written() -> None:
    asked = (f" {about('Noise').upper()} ", "what if it leaks")
    assert suggested(answer(1), asked) == [about("Care"), about("Colours"), about("Spare parts")]
    itself = answer(1).model_copy(update={"standalone_question": about("Care")})
    assert about("Care") not in suggested(itself)


def test_a_section_of_which_nothing_is_said_is_not_suggested() -> None:
    demo = "## Demo\n\n<!-- a form -->\n\n### Book it\n\n<!-- note: a button -->\n\n## More\n"
    more = {"pumps.md": make_source("pumps.md", PUMPS + demo)}
    assert suggested(answer(5), sources=more) == [about("Colours"), "What if it leaks?", about("Noise")]
    every = answer(*range(len(NAMES)))
    assert suggested(every, sources=more) == suggested(every), "nor is a summary thought to leave it out"


# --- in plain words


@pytest.mark.parametrize(
    ("headings", "question"),
    [
        ("## Is it loud?", "Is it loud?"),
        ("## How to drain the pump", "Tell me how to drain the pump."),
        ("## 6 Signs of wear", "What are the 6 signs of wear?"),
        ("## Degree of noise", "What is the degree of noise?"),
        ("## How hand and foot pumps differ\n\n### Price", "How do hand and foot pumps differ in price?"),
    ],
)
def test_a_heading_becomes_a_question_in_plain_words(headings: str, question: str) -> None:
    text = f"# Pumps\n\nThe way to Ada Pumps has wear, noise, signs, price and ways.\n\n{headings}\n\nIt is so.\n"
    source = make_source("pumps.md", text)
    at = text.index("It is so.")
    ideas = ideas_beside([("pumps.md", Span(at, at + 5))], {"pumps.md": source})
    assert question in [idea.question for idea in ideas]


# --- each is put to the reader first


def test_what_its_section_does_not_answer_is_not_suggested() -> None:
    on_noise = suggested(answer(1), answered_from=lambda _, place: PUMPS.startswith("## Noise", place[1].start))
    assert on_noise == [about("Noise")]
    tried: list[str] = []
    many = {"pumps.md": make_source("pumps.md", PUMPS + "".join(f"## More {n}\n\nIt is.\n\n" for n in range(9)))}
    none = suggested(answer(1), answered_from=lambda question, _: tried.append(question) or False, sources=many)
    assert (none, len(tried)) == ([], 8), "and it gives up"


# --- over the article


def test_each_suggestion_is_answered_from_a_place_that_the_answer_does_not_cite(assistant: Assistant) -> None:
    answer = assistant.suggest(assistant.chain.invoke("What drives BPO compared with KPO?"))
    assert 1 <= len(answer.suggestions) <= 3
    told = {(c.start, c.end) for c in answer.citations}
    for suggestion in answer.suggestions:
        following = assistant.chain.invoke(suggestion)
        assert following.answered
        assert not {(c.start, c.end) for c in following.citations} <= told


def test_a_refusal_offers_one_question_that_is_answered(assistant: Assistant) -> None:
    answer = assistant.suggest(assistant.chain.invoke("What does Time Doctor cost?"))
    (better,) = answer.suggestions
    assert assistant.chain.invoke(better).answered
