"""What the reading model is asked about a claim: the passages that it cites, each once, with their headings."""

from collections.abc import Sequence

from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.model import ReadingModel
from assistant.scorer import Scorer
from ingest.lexicon import Lexicon
from ingest.text import Span
from tests.assistant.reading_model.by_word import ByWord
from tests.made import passage


class Counting(ReadingModel):
    """Says of a claim how many tokens its evidence has."""

    def proves(self, claim: EncodedText, evidence: Sequence[EncodedPassage]) -> float:
        return float(sum(len(one.vectors) for one in evidence))


def test_a_claim_is_held_against_the_whole_of_each_passage_that_it_cites_and_its_heading() -> None:
    scorer = Scorer(Lexicon.of(["alpha kilo"]), ByWord(), Counting())
    once = passage("alpha kilo", "Costs"), Span(0, 1)
    elsewhere = passage("alpha kilo", "", start=50), Span(0, 1)
    tokens = [scorer.proves("alpha", proof) for proof in ([], [once], [once, once], [once, elsewhere])]
    assert tokens == [0, 3, 3, 5]
