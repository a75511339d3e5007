"""Questions to go on with: answered by the documents, about something new, never asked before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.answers import Answer, Citation
from assistant.chain import Assistant, open_assistant
from assistant.settings import AssistantSettings
from assistant.suggestions import suggestions
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import IngestSettings

ASKED = ["What drives BPO compared with KPO?", "What are the six common benefits?", "What is KPO?"]
REFUSED = ["What does Time Doctor cost?", "When was KPO invented?"]


@pytest.mark.parametrize("question", ASKED)
def test_each_suggestion_is_answered_from_a_place_that_the_answer_does_not_cite(
    question: str, assistant: Assistant
) -> None:
    answer = assistant.suggest(assistant.chain.invoke(question))
    assert 1 <= len(answer.suggestions) <= 3
    told = {(c.start, c.end) for c in answer.citations}
    for suggestion in answer.suggestions:
        following = assistant.chain.invoke(suggestion)
        assert following.answered
        assert not {(c.start, c.end) for c in following.citations} <= told


@pytest.mark.parametrize("question", REFUSED)
def test_a_refusal_offers_one_question_that_is_answered(question: str, assistant: Assistant) -> None:
    answer = assistant.suggest(assistant.chain.invoke(question))
    (better,) = answer.suggestions
    assert assistant.chain.invoke(better).answered


def test_what_was_asked_before_is_not_suggested_again(assistant: Assistant) -> None:
    answer = assistant.chain.invoke(ASKED[0])
    first = assistant.suggest(answer).suggestions
    again = assistant.suggest(answer, asked=[f" {first[0].upper()} "]).suggestions
    assert first[0] not in again and len(again) >= 1


def test_only_suggestions_are_added(assistant: Assistant) -> None:
    answer = assistant.chain.invoke(ASKED[2])
    assert assistant.suggest(answer) == answer.model_copy(
        update={"suggestions": assistant.suggest(answer).suggestions}
    )


def test_a_document_without_questions_beside_it_suggests_its_headings(
    library: Callable[..., Path], tmp_path: Path, minilm: MiniLM
) -> None:
    text = (
        "# Pumps\n\n## Care\n\nOil the pump twice a year with thin oil.\n\n"
        "## Winter storage\n\nFor winter storage drain the pump and keep it dry.\n\n"
        "## Noise\n\nThe noise of a pump comes from worn bearings.\n"
    )
    settings = IngestSettings(index=tmp_path / "index", corpus=library(**{"pumps.md": text}))
    build(settings, embeddings=minilm)
    assistant = open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=minilm)
    answer: Answer = assistant.chain.invoke("How often is the pump oiled?")
    assert answer.answered
    suggestions = assistant.suggest(answer).suggestions
    assert suggestions and set(suggestions) <= {
        f"What is said about “{t}”?" for t in ("Pumps", "Winter storage", "Noise")
    }


def test_what_the_reader_refuses_or_answers_from_elsewhere_is_not_suggested(assistant: Assistant) -> None:
    opened = assistant._snapshots.current()
    answer, refused = (assistant.chain.invoke(question) for question in (ASKED[2], REFUSED[0]))
    elsewhere = answer.model_copy(
        update={"citations": (answer.citations[0].model_copy(update={"start": 0, "end": 1}),)}
    )
    asked: list[str] = []
    for reply in (refused, elsewhere):

        def cited_for(question: str, reply: Answer = reply) -> tuple[Citation, ...]:
            asked.append(question)
            return reply.citations

        assert suggestions(answer, (), opened.evidence, opened.index.sources, cited_for) == ()
    assert len(asked) == 16  # and it gives up after eight
