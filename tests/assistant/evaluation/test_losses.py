"""Which stage lost a question: a hand-made example of each, on a document of three passages."""

import pytest

from assistant.answers import Answer, Citation, RetrievedPassage
from assistant.evaluation.losses import STAGES, losses, lost_at
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.scoring import score
from ingest.sources import make_source
from tests.assistant.evaluation import by_hand
from tests.assistant.evaluation.by_hand import ANSWERED, REFUSED, RIGHT

HIVES, SWARM, QUEEN = "A hive has ten frames.", "Bees swarm in May.", "The old queen leaves."
TEXT = f"# Bees\n\n{HIVES} {SWARM} {QUEEN}\n"
SOURCES = {"bees.md": make_source("bees.md", TEXT)}
CORPUS = Corpus(SOURCES)
FRAMES = QuestionItem(
    id="q", question="How many frames?", answerable=True, facts=(("ten",),), evidence=(HIVES,), forbidden=("wax",)
)
PRICE = QuestionItem(id="p", question="What does a hive cost?", answerable=False)


def passage(text: str) -> RetrievedPassage:
    start = TEXT.index(text)
    end = start + len(text)
    return RetrievedPassage(source="bees.md", section="Bees", text=text, start=start, end=end, score=1.0)


def an_answer(text: str, *, cited: str = "", retrieved: tuple[str, ...] = (HIVES, SWARM)) -> Answer:
    """An answer, or with an empty text a refusal."""
    at = TEXT.index(cited)
    citation = Citation(number=1, source="bees.md", section="Bees", quote=cited, start=at, end=at + len(cited))
    return Answer(
        question="?",
        standalone_question="?",
        answered=bool(text),
        text=text or "The article does not say.",
        citations=(citation,) if cited else (),
        passages=tuple(map(passage, retrieved)),
        model="m",
    )


def stage(item: QuestionItem, answer: Answer | None) -> str | None:
    return lost_at(item, answer, score(item, answer, CORPUS), CORPUS)


HELLO = QuestionItem(id="h", question="Hello!", answerable=None)
SWARMING = FRAMES.model_copy(update={"facts": (("may",), ("queen leaves",)), "evidence": (f"{SWARM} {QUEEN}",)})
WINTER = FRAMES.model_copy(update={"evidence": ("Bees sleep in winter.",)})
EXAMPLES = [
    ("failed", FRAMES, None),
    ("failed", PRICE, None),
    ("not in the corpus", WINTER, an_answer("")),
    ("not in the corpus", WINTER, an_answer("Bees swarm in May. [1]", cited=SWARM)),
    ("split across passages", SWARMING, an_answer("Bees swarm in May. [1]", cited=SWARM)),
    ("split across passages", SWARMING, an_answer("")),
    ("not retrieved", FRAMES, an_answer("Bees swarm in May. [1]", cited=SWARM, retrieved=(SWARM,))),
    ("not retrieved", FRAMES, an_answer("", retrieved=(SWARM,))),
    ("retrieved but not used", FRAMES, an_answer("Bees swarm in May. [1]", cited=SWARM)),
    ("retrieved but not used", FRAMES, an_answer("A hive has frames. [1]", cited=HIVES)),
    ("used but miscited", FRAMES, an_answer("It has ten. [1]", cited=SWARM)),
    ("used but miscited", FRAMES, an_answer("It has ten.")),
    ("said what it must not", FRAMES, an_answer("It has ten, of wax. [1]", cited=HIVES)),
    ("wrong refusal", FRAMES, an_answer("")),
    ("greeting not returned", HELLO, an_answer("")),
    ("greeting not returned", HELLO, an_answer("Bees swarm in May. [1]", cited=SWARM)),
    ("missing refusal", PRICE, an_answer("A hive has ten frames. [1]", cited=HIVES)),
]


@pytest.mark.parametrize(("lost", "item", "answer"), EXAMPLES)
def test_a_loss_has_the_stage_that_caused_it(lost: str, item: QuestionItem, answer: Answer | None) -> None:
    assert stage(item, answer) == lost


def test_every_stage_has_its_example() -> None:
    assert {lost for lost, _, _ in EXAMPLES} == set(STAGES)


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        (FRAMES, an_answer("A hive has ten frames. [1]", cited=HIVES)),
        (FRAMES, an_answer("It has ten. [1]", cited="hive has ten frames. Bees")),  # most of the evidence
        (WINTER, an_answer("It has ten. [1]", cited=SWARM)),  # right; where it should point cannot be told
        (PRICE, an_answer("")),
        (HELLO, an_answer("Hello. Ask me about bees.")),
    ],
)
def test_nothing_is_lost_by_a_right_answer_or_a_right_refusal(item: QuestionItem, answer: Answer) -> None:
    assert stage(item, answer) is None


def test_losses_are_counted_whole_and_listed_up_to_a_number() -> None:
    found = losses([REFUSED, ANSWERED, ANSWERED, RIGHT, ANSWERED], by_hand.CORPUS, most=2)
    assert found.counts == {"wrong refusal": 1, "missing refusal": 3}
    assert (found.total, found.shown) == (4, 2)
    assert [len(found.listed[stage]) for stage in found.counts] == [1, 1]
    assert found.listed["wrong refusal"][0].facts == [(("ten", "10"), False)]
