"""What the reading model is asked of the passages of an index: whether they answer, and whether they prove."""

import pytest

from assistant.answers import RetrievedPassage
from assistant.evidence import Evidence
from assistant.reading_model.joint import ASKED, TOLD
from assistant.reading_model.model import ReadingModel
from assistant.verdicts import Proof
from ingest.lexicon import Lexicon
from ingest.text import Span
from tests.assistant.reading_model.by_word import EAST, NORTH, ByWord
from tests.assistant.reading_model.noting import Noting


def cited(text: str, start: int = 0, section: str = "") -> Proof:
    passage = RetrievedPassage(
        source="a.md", section=section, text=text, start=start, end=start + len(text), score=1.0
    )
    return [(passage, Span(0, 1))]


@pytest.fixture
def network() -> Noting:
    return Noting()


@pytest.fixture
def embedder() -> ByWord:
    return ByWord(alpha=EAST, kilo=NORTH)


@pytest.fixture
def evidence(network: Noting, embedder: ByWord) -> Evidence:
    return Evidence(Lexicon.of(["alpha kilo"]), embedder, ReadingModel(network))


def test_a_claim_is_held_against_the_whole_of_a_passage_that_it_cites_and_its_heading(
    evidence: Evidence, network: Noting
) -> None:
    assert evidence.proves("alpha", cited("alpha kilo lima", section="Costs")) == 4
    assert network.asked[0].types.tolist() == [0, ASKED, *[TOLD] * 4]


def test_two_spans_of_one_passage_are_one_and_two_passages_are_two(evidence: Evidence) -> None:
    once, elsewhere = cited("alpha kilo"), cited("alpha kilo", start=99)
    assert evidence.proves("alpha", [*once, *once]) == 2
    assert evidence.proves("alpha", [*once, *elsewhere]) == 4
    assert evidence.proves("alpha", []) == 0
