"""What is retrieved is read, with the headings below it, and put in the order of what answers best."""

from collections.abc import Callable

from assistant.answers import RetrievedPassage
from assistant.chain import Assistant
from assistant.reading_model.outline import OUTLINE_TOKENS
from assistant.snapshot import Snapshot
from ingest.sources import Source
from ingest.text import count_tokens

Over = Callable[..., Assistant]


def place_of(passage: RetrievedPassage) -> tuple[str, int, int]:
    return passage.source, passage.start, passage.end


def headings(snapshot: Snapshot, question: str) -> list[RetrievedPassage]:
    """Of what is read those that are not whole passages."""
    whole = [(one.source, one.start, one.end) for one in snapshot.index.passages]
    return [one for one in snapshot.retrieve(question).passages if place_of(one) not in whole]


def test_all_that_is_retrieved_is_read_and_then_all_headings_of_a_section(
    assistant: Assistant, article: Source
) -> None:
    question = "What are the six common benefits?"
    opened = assistant.opened()
    reading, outline = opened.retrieve(question), headings(opened, question)
    passages = reading.passages[: len(reading.passages) - len(outline)]
    assert list(map(place_of, reading.passages)) == list(map(place_of, [*passages, *outline]))
    found = [one.metadata for one in opened.retriever.invoke(question)]
    assert set(map(place_of, passages)) == {(one["source"], one["start"], one["end"]) for one in found}
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert [passage.score for passage in reading.passages] == [one.best for one in reading.readings]
    assert sum(count_tokens(one.text) for one in outline) <= OUTLINE_TOKENS
    every = [line for line in article.text.splitlines() if line.startswith("### ")]
    for below in (every[:7], every[7:]):
        assert [one.text for one in outline if one.text in below] in ([], below)


def test_the_headings_are_those_of_the_section_in_its_own_document(assistant_over: Over) -> None:
    long = " ".join(["The firm has clerks."] * 40)  # fills a passage
    perks = f"# A\n\n## Perks\n\nPerks: {long}\n\nMore perks: {long}\n\n### Cheap\n\nIt is.\n\n### Quick\n\nIt is."
    slow = f"# B\n\n## Perks\n\nUnicorns.\n\n### Slow\n\n{long}"
    opened = assistant_over(**{"a.md": perks, "b.md": slow}).opened()
    below = [heading.text for heading in headings(opened, "What are the perks?")]
    assert below[:2] == ["### Cheap", "### Quick"] and "### Slow" not in below
    assert "### Slow" not in [heading.text for heading in headings(opened, "Unicorns?")], "one makes no list"


def test_a_heading_with_nothing_below_it_is_a_passage_and_comes_once(assistant_over: Over) -> None:
    opened = assistant_over(**{"a.md": "# A\n\n## Perks\n\nThere are perks.\n\n### Cheap\n\n### Quick"}).opened()
    passages = opened.retrieve("What are the perks?").passages
    assert [passage.text for passage in passages].count("### Cheap") == 1
    assert len(set(map(place_of, passages))) == len(passages)
