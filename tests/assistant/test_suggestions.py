"""Questions to go on with: about the sections beside an answer, answered from there, never asked before."""

from collections.abc import Callable

import pytest

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.suggestions import Place, ideas_beside, suggestions
from ingest.sources import make_source
from ingest.text import Span
from tests import made

NAMES = ["Care", "Winter storage", "Noise", "What if it leaks?", "Colours", "3. Spare parts"]
PUMPS = "# Pumps\n\nPumps pump.\n\n" + "".join(
    f"## {name}\n\nThis is on number {n}.\n\n" for n, name in enumerate(NAMES)
)
CARE, STORAGE, NOISE, COLOURS, PARTS = (
    f"Tell me about “{name}”." for name in ("Care", "Winter storage", "Noise", "Colours", "Spare parts")
)


def answer(*sections: int) -> Answer:
    """An answer that cites the sections with these numbers; its nearest passage is in the third."""
    cited = tuple(
        made.citation(f"This is on number {section}.", PUMPS, number, source="pumps.md")
        for number, section in enumerate(sections, start=1)
    )
    nearest = made.passage("This is on number 2.", "", "pumps.md", PUMPS.index("This is on number 2."))
    return made.answer(answered=bool(sections), citations=cited, passages=(nearest,))


def suggested(
    given: Answer,
    *asked: str,
    answered_from: Callable[[str, Place], bool] = lambda question, place: True,
    more: str = "",
) -> list[str]:
    sources = {"pumps.md": make_source("pumps.md", PUMPS + more)}
    return list(suggestions(given, asked, sources, answered_from))


def test_an_answer_is_followed_by_questions_about_the_three_sections_that_stand_nearest() -> None:
    assert suggested(answer(1)) == [NOISE, CARE, "What if it leaks?"]
    assert suggested(answer(4))[0] == PARTS, "a heading loses its number"
    assert suggested(answer()) == [NOISE], "a refusal has one about the nearest passage"
    assert suggested(answer(*range(len(NAMES)))) == [CARE, STORAGE, NOISE], "a summary leaves more to ask"


def test_what_was_asked_before_is_not_suggested_however_it_was_written() -> None:
    assert suggested(answer(1), f" {NOISE.upper()} ", "what if it leaks") == [CARE, COLOURS, PARTS]
    assert CARE not in suggested(answer(1).model_copy(update={"standalone_question": CARE}))


def test_neither_is_a_section_of_which_nothing_is_said_or_that_does_not_answer() -> None:
    demo = "## Demo\n\n<!-- a form -->\n\n### Book it\n\n<!-- note: a button -->\n\n## More\n"
    assert suggested(answer(5), more=demo) == [COLOURS, "What if it leaks?", NOISE]
    on_noise = suggested(answer(1), answered_from=lambda question, _: question == NOISE)
    assert on_noise == [NOISE]
    tried: list[str] = []
    many = "".join(f"## More {n}\n\nIt is.\n\n" for n in range(9))
    none = suggested(answer(1), answered_from=lambda question, _: tried.append(question) or False, more=many)
    assert (none, len(tried)) == ([], 8), "and it gives up"


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
    text = f"# Pumps\n\nPumps have wear, noise, signs and price.\n\n{headings}\n\nIt is so.\n"
    at = text.index("It is so.")
    ideas = ideas_beside([("pumps.md", Span(at, at + 5))], {"pumps.md": make_source("pumps.md", text)})
    assert question in [idea.question for idea in ideas]


@pytest.mark.parametrize("asked", ["What drives BPO compared with KPO?", "What does Time Doctor cost?"])
def test_each_suggestion_is_answered_from_a_place_that_the_answer_does_not_cite(
    asked: str, assistant: Assistant
) -> None:
    answer = assistant.suggest(assistant.chain.invoke(asked))
    assert 1 <= len(answer.suggestions) <= (3 if answer.answered else 1)
    told = {(c.start, c.end) for c in answer.citations}
    for suggestion in answer.suggestions:
        following = assistant.chain.invoke(suggestion)
        assert following.answered and not {(c.start, c.end) for c in following.citations} <= told
