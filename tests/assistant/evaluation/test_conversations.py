"""Conversations with a chat model, whose replies were written by hand: what becomes of them, turn by turn."""

import pytest

from assistant.chain import Assistant
from assistant.evaluation.results import Row, read_rows
from assistant.evaluation.run import run
from assistant.evaluation.summary import summarise
from assistant.prompts import BY_AMOUNTS
from assistant.settings import AssistantSettings
from tests.benchmarks.conversations import ITEMS, MODEL, written_replies

# A third of the conversations, so that it is quick; all of them have the same figures.
SOME = [item for item in ITEMS if int(item.id.split("-")[1]) % 3 == 1]

pytestmark = [pytest.mark.xdist_group("conversations"), pytest.mark.slow]  # which are had once


@pytest.fixture(scope="module")
def rows(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("conversations")
    settings = AssistantSettings(model=MODEL, ingest=assistant._settings.ingest)
    run(SOME, Assistant(settings, written_replies(), assistant._snapshots), folder)
    return list(read_rows(folder))


def test_there_are_forty_conversations_of_two_to_five_turns() -> None:
    turns = [(item.id.rpartition("-")[0], len(item.history) + 1) for item in ITEMS]
    assert len({conversation for conversation, _ in turns}) == 40
    assert {number for _, number in turns} == {2, 3, 4, 5}


def test_what_is_said_is_said_with_its_proof_and_what_is_not_said_is_refused(rows: list[Row]) -> None:
    figures = {name: figure.value for name, figure in summarise(rows).items()}
    assert figures["failures"] == figures["over_refusal"] == figures["uncited_sentences"] == 0
    assert figures["refusal"] == figures["fact_recall"] == figures["citation_validity"] == 1
    assert (figures["gold_citation_precision"] or 0) >= 0.9  # 0.94
    assert (figures["gold_citation_recall"] or 0) >= 0.9  # 0.93


def test_hardly_a_sentence_is_marked_as_unproven(rows: list[Row]) -> None:
    sentences = [sentence for row in rows if row.answer for sentence in row.answer.sentences]
    marked = [sentence.text for sentence in sentences if sentence.support == "unsupported"]
    assert len(marked) / len(sentences) <= 0.02, marked


def test_another_language_is_looked_up_by_its_amounts_and_says_so(rows: list[Row]) -> None:
    for row in rows:
        asked_for = "language" in row.question.tags and "English" not in row.question.question
        assert row.answer and (BY_AMOUNTS in row.answer.notices) is asked_for, row.id
