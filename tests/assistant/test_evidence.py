"""What the reading model is asked about a claim: the passages that it cites, each once, with their headings."""

from collections.abc import Sequence

import pytest

from assistant.answers import RetrievedPassage
from assistant.evidence import Evidence
from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.model import ReadingModel
from assistant.verdicts import Proof
from ingest.lexicon import Lexicon
from ingest.text import Span
from tests.assistant.reading_model.by_word import ByWord


class Counting(ReadingModel):
    """Says of a claim how many tokens its evidence has."""

    def proves(self, claim: EncodedText, evidence: Sequence[EncodedPassage]) -> float:
        return float(sum(len(one.vectors) for one in evidence))


def cited(text: str, start: int = 0, section: str = "") -> Proof:
    passage = RetrievedPassage(
        source="a.md", section=section, text=text, start=start, end=start + len(text), score=1.0
    )
    return [(passage, Span(0, 1))]


ONCE, ELSEWHERE = cited("alpha kilo"), cited("alpha kilo", start=99)


@pytest.mark.parametrize(
    ("proof", "tokens"),
    [
        (cited("alpha kilo lima", section="Costs"), 4),
        ([*ONCE, *ONCE], 2),
        ([*ONCE, *ELSEWHERE], 4),
        ([], 0),
    ],
)
def test_a_claim_is_held_against_the_whole_of_each_passage_that_it_cites_and_its_heading(
    proof: Proof, tokens: int
) -> None:
    evidence = Evidence(Lexicon.of(["alpha kilo"]), ByWord(), Counting())
    assert evidence.proves("alpha", proof) == tokens
