"""A question is asked of some documents only: nothing of the others is seen. Two that contradict each other."""

from collections.abc import Callable

import pytest

from assistant.answers import Answer, Ask
from assistant.chain import Assistant
from assistant.settings import AssistantSettings
from assistant.within import documents_named
from ingest.errors import QuestionError
from ingest.snapshots import SourceRecord
from tests.fakes import scripted

LEEDS = """# Staff handbook of Leeds

## Leave

Every clerk has 25 days of paid leave a year. Leave is approved by the head of the branch.

## Sick days

Who is sick calls the office before nine.

## Meeting rooms

The meeting rooms of the office are:

- The oak room
- The elm room
"""
YORK = LEEDS.replace("Leeds", "York").replace("25 days", "31 days").replace("nine", "ten").replace("elm", "ash")
HOW_MUCH = "How many days of paid leave does a clerk have?"


@pytest.fixture
def both(assistant_over: Callable[..., Assistant]) -> Assistant:
    return assistant_over(**{"leeds.md": LEEDS, "york.md": YORK, "zz-empty.md": "<!-- nothing yet -->\n"})


def asked(assistant: Assistant, *within: str, question: str = HOW_MUCH) -> Answer:
    answer: Answer = assistant.chain.invoke(Ask(question=question, within=within))
    return answer


def documents_of(answer: Answer) -> set[str]:
    return {one.source.rpartition("/")[2] for one in (*answer.citations, *answer.passages)}


def test_answer_refusal_summary_suggestions_and_items_are_of_the_document_asked(both: Assistant) -> None:
    answer = asked(both, "york")
    assert "31 days" in answer.text and "25 days" not in answer.text
    assert documents_of(asked(both)) == documents_of(asked(both, "leeds", "york")) == {"leeds.md", "york.md"}
    refusal = asked(both, "york", question="Who painted the ceiling of the Sistine Chapel?")
    assert refusal.text == "The article does not say."  # there is one
    summary = asked(both, "york", question="Summarize this document")
    following = both.suggest(answer, within=("york",)).suggestions
    told = [answer, refusal, summary, *(asked(both, "york", question=one) for one in following)]
    assert following and [documents_of(one) for one in told] == [{"york.md"}] * len(told)
    assert "Leeds" not in asked(both, "york", question="Who are you?").text
    rooms = ("Which meeting rooms are there?",)
    item = Ask(question="What is the second one?", history=rooms, within=("york",))
    assert both.chain.invoke(item).standalone_question == "What is The ash room?"


def test_a_chat_model_is_given_nothing_of_the_others(both: Assistant) -> None:
    model = scripted(["Every clerk has 31 days. [1]"])
    for whole in (6_000, 0):  # the whole documents, or the best sections
        settings = AssistantSettings(ingest=both._settings.ingest, whole=whole)
        answer = asked(Assistant(settings, model, both._snapshots), "york")
        sent = "".join(str(message.content) for message in model.sent.pop())
        assert "31 days" in sent and "25 days" not in sent and "Leeds" not in sent
        assert documents_of(answer) == {"york.md"}


def test_a_document_that_is_not_there_is_named_with_those_that_are(both: Assistant) -> None:
    message = (
        r"^There is no document “Paris”\. Name one of these: “Staff handbook of Leeds” \(leeds\.md\), "
        r"“Staff handbook of York” \(york\.md\), “zz-empty” \(zz-empty\.md\)\.$"
    )
    with pytest.raises(QuestionError, match=message):
        asked(both, "york", "Paris")
    with pytest.raises(QuestionError, match=r"^There is no text in zz-empty\.md\. Ask of another document\.$"):
        asked(both, "zz-empty")


def test_a_document_is_known_by_its_title_its_file_or_words_of_them() -> None:
    older, newer, fees = "docs/leave-2023.md", "docs/leave.md", "notes/Fees (draft).pdf"
    titles = {older: "Rules of leave", newer: "Rules of leave, as of 2024", fees: "What it costs"}
    sources = [SourceRecord(name=name, title=title, path=name, digest="") for name, title in titles.items()]
    assert documents_named(["Rules of leave"], sources) == [older], "its whole title"
    assert documents_named([newer], sources) == documents_named(["leave"], sources) == [newer]
    assert documents_named(["Fees draft"], sources) == [fees]
    assert documents_named(["rules"], sources) == documents_named(["docs"], sources) == [older, newer]
    for name in (" - ", "ees", "leave 2025"):
        with pytest.raises(QuestionError, match=r"^There is no document “"):
            documents_named(["leave", name], sources)


def test_the_exact_name_of_a_file_is_of_that_file_alone() -> None:
    """As the window says it, also where only punctuation tells two apart, or there is nothing else."""
    names = ["docs/leave-2023.md", "docs/leave_2023.md", "docs/--.md"]
    sources = [SourceRecord(name=name, title="Rules of leave", path=name, digest="") for name in names]
    assert [documents_named([name], sources) for name in names] == [[name] for name in names]
