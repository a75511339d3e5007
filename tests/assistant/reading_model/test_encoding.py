"""Texts as the embedding model reads them: which tokens are whose, and which of them carry a subject."""

import numpy as np
import pytest

from assistant.reading_model.encoding import Encoder
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, WEST, Pair
from tests.made import passage

PAIR = Pair("alpha bravo", "kilo", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)


def test_earlier_questions_stand_before_it_and_are_read_each_by_itself() -> None:
    read = PAIR.text("Kilo\nalpha kilo\nof bravo?")
    assert read.vectors == pytest.approx(np.array([NORTH, EAST, NORTH, NORTH, BETWEEN, WEST]))
    assert read.content.tolist() == [True, True, True, False, True, False]
    assert (read.begins, read.text) == (3, "Kilo alpha kilo of bravo?")
    assert read.terms == ("kilo", "alpha", "bravo")


def test_a_row_of_a_table_has_the_terms_of_its_head() -> None:
    read = PAIR.passage("| Tier | Fee |\n| --- | --- |\n| Gold | 112 |\n\n- Gold is dear.")
    assert read.unit_terms == ({"tier", "fee"}, {"gold", "112", "tier", "fee"}, {"gold", "dear"})


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
