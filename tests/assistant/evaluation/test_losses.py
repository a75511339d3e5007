"""What an answer scores, and which stage lost a question: a hand-made example of each."""

import pytest

from assistant.answers import Answer
from assistant.evaluation.losses import STAGES, lost_at
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.scoring import score
from tests.assistant.evaluation.by_hand import (
    ANSWERABLE,
    CORPUS,
    FRAMES,
    GREETING,
    QUEEN,
    SWARM,
    UNANSWERABLE,
    a_row,
    an_answer,
    changed,
)

HIVE = changed(ANSWERABLE, facts=(("ten",),), forbidden=("wax",))
SWARMING = changed(HIVE, facts=(("may",), ("queen leaves",)), evidence=(f"{SWARM} {QUEEN}",))
WINTER = changed(HIVE, evidence=("Bees sleep in winter.",))
TWO = (FRAMES, SWARM)  # passages

LOST = [
    ("failed", HIVE, None),
    ("not in the corpus", WINTER, an_answer(SWARM)),
    ("split across passages", SWARMING, an_answer(SWARM, retrieved=TWO)),
    ("not retrieved", HIVE, an_answer(SWARM, retrieved=(SWARM,))),
    ("retrieved but not used", HIVE, an_answer(SWARM)),
    ("used but miscited", HIVE, an_answer("It has ten.", cited=SWARM)),
    ("said what it must not", HIVE, an_answer("It has ten, of wax.", cited=FRAMES)),
    ("wrong refusal", HIVE, an_answer("")),
    ("greeting not returned", GREETING, an_answer("")),
    ("missing refusal", UNANSWERABLE, an_answer(FRAMES)),
    (None, HIVE, an_answer(FRAMES)),
    (None, HIVE, an_answer("It has ten.", cited="hive has ten frames. Bees")),  # most of the evidence
    (None, WINTER, an_answer("It has ten.", cited=SWARM)),  # right; where it should point cannot be told
    (None, UNANSWERABLE, an_answer("")),
    (None, GREETING, an_answer("Hello. Ask me about bees.", cited="")),
]


@pytest.mark.parametrize(("stage", "item", "answer"), LOST)
def test_a_loss_has_the_stage_that_caused_it_and_nothing_is_lost_by_what_is_right(
    stage: str | None, item: QuestionItem, answer: Answer | None
) -> None:
    assert lost_at(a_row(item, answer), CORPUS) == stage
    assert {stage for stage, _, _ in LOST} == {*STAGES, None}


def test_a_failed_question_has_the_worst_of_all_that_it_could_be_measured_by() -> None:
    scores = score(ANSWERABLE, None, CORPUS)
    assert {name: value for name, value in scores.items() if value is not None} == {
        **dict.fromkeys(("evidence_recall", "evidence_recall_at_3", "success_at_1", "mrr"), 0.0),
        **dict.fromkeys(("fact_recall", "gold_citation_recall"), 0.0),
        "over_refusal": 1.0,
        "truthfulness": -1.0,
    }


def test_recall_at_3_and_success_look_at_the_first_passages_only() -> None:
    scores = score(HIVE, an_answer(FRAMES, retrieved=(SWARM, QUEEN, "Bees", FRAMES)), CORPUS)
    assert (scores["evidence_recall"], scores["evidence_recall_at_3"]) == (1.0, 0.0)
    assert (scores["mrr"], scores["success_at_1"]) == (1 / 4, 0.0)
