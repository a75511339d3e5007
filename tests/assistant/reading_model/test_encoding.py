"""Texts as the embedding model reads them: which tokens are whose, and which of them carry a subject."""

import numpy as np
import pytest

from assistant.reading_model import encoding
from assistant.reading_model.encoding import EncodedPassage, Encoder
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.index import CurrentIndex
from ingest.lexicon import Lexicon
from ingest.settings import IngestSettings
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, WEST, ByWord, Pair, passage

PAIR = Pair("alpha bravo", "kilo lima", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)


def rows(vectors: np.ndarray) -> list[tuple[float, ...]]:
    return [tuple(round(float(x), 4) for x in row) for row in vectors]


# --- a question or a claim


def test_a_text_has_a_vector_for_each_token_and_knows_which_carry_a_subject() -> None:
    read = PAIR.text("Alpha of bravo?")
    assert rows(read.vectors) == [EAST, NORTH, BETWEEN, WEST]
    assert read.content.tolist() == [True, False, True, False]
    assert (read.text, read.begins) == ("Alpha of bravo?", 0)


def test_its_terms_are_stems_each_once_and_misspelt_ones_corrected() -> None:
    assert PAIR.text("the alphas of bravo and Alpha").terms == ("alpha", "bravo")
    assert PAIR.text("bravvo").terms == ("bravo",)


def test_earlier_questions_stand_before_it_and_are_read_each_by_itself() -> None:
    read = PAIR.text("Kilo\nalpha kilo\nof bravo")
    assert rows(read.vectors) == [NORTH, EAST, NORTH, NORTH, BETWEEN]
    assert read.begins == 3
    assert read.text == "Kilo alpha kilo of bravo"
    assert read.terms == ("kilo", "alpha", "bravo")


# --- a passage

TEXT = "Alpha bravo.\n\nSome are:\n\n- kilo\n- lima kilo"


def test_each_unit_has_its_tokens_behind_those_of_the_heading() -> None:
    read = PAIR.passage(TEXT, "One > Lima")
    heading = 3  # One > Lima
    assert len(read.vectors) == heading + 3 + 3 + 1 + 1 + 1 + 2
    assert read.ranges.tolist() == [[3, 6], [6, 9], [10, 11], [12, 14]]  # a mark of an item is no part of it
    assert [unit.text for unit in read.units] == ["Alpha bravo.", "Some are:", "kilo", "lima kilo"]
    assert rows(read.vectors[slice(*read.ranges[0])]) == [EAST, BETWEEN, WEST]


def test_only_some_units_are_a_passage_of_their_own() -> None:
    read = PAIR.passage("alpha kilo\n\nof\n\nbravo", "Lima")
    kept = read.only([0, 2])
    assert kept.text == "alpha kilo bravo" and kept.section == "Lima"
    assert rows(kept.vectors) == [EAST, NORTH, BETWEEN]
    assert kept.ranges.tolist() == [[0, 2], [2, 3]]
    assert kept.content.tolist() == [True, True, True]
    assert kept.units == (read.units[0], read.units[2])
    assert rows(kept.means) == rows(read.means[[0, 2]])
    assert kept.unit_terms == ({"alpha", "kilo"}, {"bravo"})


# --- read once


def test_a_passage_is_read_once_with_its_heading_and_comes_as_often_as_it_is_asked_for() -> None:
    model = ByWord(alpha=EAST)
    encoder = Encoder(model, Lexicon.of(["alpha"]))
    one, other = passage("alpha", "A > B"), passage("alpha", "C")
    first = encoder.passages([one, other, one])
    assert model.read == ["A > B\nalpha", "C\nalpha"]
    assert encoder.passages([other, one]) == [first[1], first[0]]
    assert first[0] is first[2] and len(model.read) == 2


def test_only_the_last_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PASSAGES_KEPT", 2)
    model = ByWord()
    encoder = Encoder(model, Lexicon.of(["alpha"]))
    for text in "abac":
        encoder.passages([passage(text)])
    assert model.read == ["\na", "\nb", "\nc"]
    encoder.passages([passage("a"), passage("b"), passage("d")])
    assert model.read[3:] == ["\nb", "\nd"]


# --- with the real embedding model


@pytest.fixture(scope="module")
def article(ingest_settings: IngestSettings, minilm: MiniLM) -> list[tuple[EncodedPassage, list[tuple[int, int]]]]:
    """The passages of the article, each with the places of its tokens in its text."""
    index = CurrentIndex(ingest_settings).get()
    passages = list(index.passages)[:6]
    above = [f"{p.section}\n" for p in passages]
    tokens = minilm.embed_tokens([heading + p.text for heading, p in zip(above, passages, strict=True)])
    places = [
        [(s.start - len(heading), s.end - len(heading)) for s in one.spans]
        for heading, one in zip(above, tokens, strict=True)
    ]
    return list(zip(Encoder(minilm, index.lexicon).passages(passages), places, strict=True))


def test_the_tokens_of_a_unit_are_those_that_stand_in_it(
    article: list[tuple[EncodedPassage, list[tuple[int, int]]]],
) -> None:
    for read, places in article:
        assert read.units == units(read.text)
        for unit, (first, last) in zip(read.units, read.ranges.tolist(), strict=True):
            mine = places[first:last]
            written = {i for i in range(*unit.span) if read.text[i].isalnum()}
            assert written <= {i for start, end in mine for i in range(start, end)}
            assert all(unit.span.start <= start < end <= unit.span.end for start, end in mine)


def test_what_the_model_cuts_off_has_no_tokens(minilm: MiniLM) -> None:
    text = f"{' '.join(f'Clerk number {n} files papers.' for n in range(120))} The last one is Ondine."
    (read,) = Encoder(minilm, Lexicon.of([text])).passages([passage(text, "Long")])
    first, last = read.ranges[-1]
    assert first == last == len(read.vectors) < 256
    assert read.means[-1].tolist() == [0.0] * 384
    assert read.unit_terms[-1] == {"last", "ondin"}
