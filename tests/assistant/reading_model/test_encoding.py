"""Texts as the embedding model reads them: which tokens are whose, and which of them carry a subject."""

import numpy as np

from assistant.reading_model.encoding import Encoder
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, WEST, ByWord, Pair, passage

PAIR = Pair("alpha bravo", "kilo", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)


def rows(vectors: np.ndarray) -> list[tuple[float, ...]]:
    return [tuple(round(float(x), 4) for x in row) for row in vectors]


def test_a_text_has_a_vector_for_each_token_and_knows_which_carry_a_subject() -> None:
    read = PAIR.text("Alpha of bravo?")
    assert rows(read.vectors) == [EAST, NORTH, BETWEEN, WEST]
    assert read.content.tolist() == [True, False, True, False]
    assert (read.text, read.begins) == ("Alpha of bravo?", 0)


def test_earlier_questions_stand_before_it_and_are_read_each_by_itself() -> None:
    read = PAIR.text("Kilo\nalpha kilo\nof bravo")
    assert rows(read.vectors) == [NORTH, EAST, NORTH, NORTH, BETWEEN]
    assert read.begins == 3
    assert read.text == "Kilo alpha kilo of bravo"
    assert read.terms == ("kilo", "alpha", "bravo")


def test_a_row_of_a_table_has_the_terms_of_its_head() -> None:
    text = "| Tier | Fee |\n| --- | --- |\n| Gold | 112 |\n\n- Gold is dear."
    (read,) = Encoder(ByWord(alpha=EAST), Lexicon.of([text])).passages([passage(text, "A")])
    assert read.unit_terms == ({"tier", "fee"}, {"gold", "112", "tier", "fee"}, {"gold", "dear"})


def test_a_passage_is_read_once_with_its_heading_and_comes_as_often_as_it_is_asked_for() -> None:
    model = ByWord(alpha=EAST)
    encoder = Encoder(model, Lexicon.of(["alpha"]))
    one, other = passage("alpha", "A > B"), passage("alpha", "C")
    first = encoder.passages([one, other, one])
    assert encoder.passages([other, one]) == [first[1], first[0]]
    assert model.read == ["A > B\nalpha", "C\nalpha"]


def test_the_tokens_of_a_unit_are_those_that_stand_in_it(minilm: MiniLM) -> None:
    text = "# Costs\n\nBPO is *cheap*. KPO’s is not!\n\n- Outsourcing, e.g. of payrolls.\n- 5 % of it."
    (read,) = Encoder(minilm, Lexicon.of([text])).passages([passage(text, "A")])
    (tokens,) = minilm.embed_tokens([f"A\n{text}"])
    places = [(span.start - 2, span.end - 2) for span in tokens.spans]
    assert read.units == units(text)
    for unit, (first, last) in zip(read.units, read.ranges.tolist(), strict=True):
        mine = places[first:last]
        written = {i for i in range(*unit.span) if text[i].isalnum()}
        assert written <= {i for start, end in mine for i in range(start, end)}
        assert all(unit.span.start <= start < end <= unit.span.end for start, end in mine)


def test_what_the_model_cuts_off_has_no_tokens(minilm: MiniLM) -> None:
    text = f"{' '.join(f'Clerk number {n} files papers.' for n in range(120))} The last one is Ondine."
    (read,) = Encoder(minilm, Lexicon.of([text])).passages([passage(text, "Long")])
    first, last = read.ranges[-1]
    assert first == last == len(read.vectors) < 256
    assert not read.means[-1].any()
    assert read.unit_terms[-1] == {"last", "ondin"}
