"""What is left out of a document right beside what is quoted, or what comes nearest, is named in the answer."""

from dataclasses import replace

from assistant import prompts
from assistant.holes import with_holes_named
from assistant.readers import ReaderInput
from ingest.sources import make_source
from tests.assistant.readers.made import reading
from tests.made import answer, citation

PICTURE = "<!-- note: a picture -->"


def beside(quote: str, what: str, more: str = "") -> tuple[str, ...]:
    return (prompts.HOLE.format(beside=quote, what=what, more=more),)


def quoting(text: str, *quotes: str, name: str = "guide.md") -> tuple[str, ...]:
    """The notices on an answer from this document with these quotes."""
    cited = tuple(citation(quote, text, number, source=name) for number, quote in enumerate(quotes, start=1))
    return with_holes_named(
        answer(citations=cited), replace(reading(), sources={name: make_source(name, text)})
    ).notices


def refusing(made: ReaderInput, *notices: str) -> tuple[str, ...]:
    """The notices on a refusal."""
    return with_holes_named(answer(answered=False, notices=notices), made).notices


def test_a_quote_is_named_that_leads_up_to_what_is_left_out() -> None:
    way = "The way is on the map."
    assert quoting(f"{way} {PICTURE}\n", way) == beside(way, "a picture")
    assert quoting(f"{way}\n\n{PICTURE}\n", way) == (), "any picture of a page"
    assert quoting(f"{PICTURE} {way}\n", way) == (), "it leads up to nothing"
    assert quoting(f"{way} <!-- a comment -->\n", way) == ()
    assert quoting(f"{way} <!-- note: hidden text -->\n", way) == (), "no reader of the document misses it"


def test_so_is_one_that_announces_it_a_lost_list_in_words_of_its_own_and_several_holes_in_one_notice() -> None:
    text = f"The way is:\n\n{PICTURE}\n\nClose it. <!-- note: a formula -->\n"
    assert quoting(text, "The way is:") == beside("The way is:", "a picture")
    several = beside("The way is:", "a picture", prompts.MORE_HOLES.format(count=1))
    assert quoting(text, "The way is:", "Close it.") == several
    lost = (prompts.LOST_LIST.format(lead_in="The fees are:"),)
    assert quoting("The fees are:\n\n<!-- note: the list was lost. -->\n", "The fees are:") == lost


def test_of_a_picture_on_a_page_of_a_pdf_nobody_knows_where_it_stands() -> None:
    street = "Street: <!-- note: an empty field -->"
    text = f"# Rules\n\n## Page 1\n\n{street}\n\nThe fees are:\n\n{PICTURE}\n\n## Page 2\n"
    assert quoting(text, "The fees are:", name="rules.pdf") == ()
    assert quoting(text, "Street:", name="rules.pdf") == beside("Street:", "an empty field")
    assert refusing(nearest(text, "The fees are:", name="rules.pdf")) == ()


def nearest(text: str, unit: str, *, name: str = "guide.md", question: str = "") -> ReaderInput:
    """A reading of this document in which one unit is nearest to the question, which else has its words."""
    made = reading((unit, [-3.0]), question=question or unit)
    start = text.index(unit)
    passage = made.passages[0].model_copy(update={"source": name, "start": start, "end": start + len(unit)})
    return replace(made, passages=(passage,), sources={name: make_source(name, text)})


def test_a_refusal_names_what_is_left_out_beside_the_nearest_unit() -> None:
    def beside_far(text: str) -> tuple[str, ...]:
        return refusing(nearest(text, "It is far."))

    assert beside_far(f"Other.\n\nIt is far.\n\n{PICTURE}\n") == beside("It is far.", "a picture")
    in_a_sentence = "It is far. The way is <!-- note: a formula --> long. Other.\n"
    assert beside_far(in_a_sentence) == beside("It is far.", "a formula")
    assert beside_far(f"It is far.\n\n## Other\n\n{PICTURE}\n") == ()
    assert beside_far("<!-- note: a list was lost -->\n\nIt is far.\n") == (), "something before announces it"
    assert beside_far(f"It is far.\n\n```\n{PICTURE}\n```\n") == (), "code that shows what a note looks like"


def test_what_is_left_out_beside_a_unit_without_a_word_of_the_question_is_not_named() -> None:
    text = f"Cats are animals.\n\n{PICTURE}\n"
    animal, capital = (
        nearest(text, "Cats are animals.", question=question)
        for question in ("Which animal is it?", "What is the capital of France?")
    )
    assert refusing(animal) == beside("Cats are animals.", "a picture") and refusing(capital) == ()


def test_a_sentence_with_a_hole_that_is_like_the_question_is_named_itself() -> None:
    text = "It is far.\n\n## Loads\n\nA bridge bears <!-- note: a formula --> tons of load.\n"
    bridge, far = (nearest(text, "It is far.", question=q) for q in ("What load does a bridge bear?", "A load?"))
    assert refusing(bridge) == beside("A bridge bears … tons of load.", "a formula")
    assert refusing(far) == ()


def test_else_pages_of_its_document_that_could_not_be_read_are_named() -> None:
    text = (
        "# Rules\n\n## Page iv\n\nIt is far.\n\n## Page 1\n\n<!-- note: a page without text, perhaps a scan -->\n"
    )
    assert refusing(nearest(text, "It is far.", name="rules.pdf")) == (
        prompts.UNREAD_PAGES.format(pages="1", title="Rules"),
    )
    assert refusing(nearest(text, "It is far.")) == ()


def test_a_refusal_that_says_why_and_one_that_nobody_has_read_for_say_no_more() -> None:
    made = nearest(f"It is far.\n\n{PICTURE}\n", "It is far.")
    assert refusing(made, "It is not in English.") == ("It is not in English.",)
    assert refusing(replace(made, readings=())) == ()
