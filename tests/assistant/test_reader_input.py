"""What is retrieved is read, and put in the order of what answers best."""

from collections.abc import Callable

from assistant.chain import Assistant


def test_all_that_is_retrieved_is_read_and_stands_in_the_order_of_its_best_unit(assistant: Assistant) -> None:
    opened = assistant.opened()
    question = "What do employees of a KPO firm need?"
    reading, retrieved = opened.retrieve(question), opened.retriever.invoke(question)
    assert {one.start for one in reading.passages} == {one.metadata["start"] for one in retrieved}
    scores = [passage.score for passage in reading.passages]
    assert scores == [one.best for one in reading.readings] == sorted(scores, reverse=True)


def test_an_index_without_a_single_word_can_be_searched(assistant_over: Callable[..., Assistant]) -> None:
    reading = assistant_over(**{"a.md": "…"}).opened().retrieve("What is KPO?")
    assert [passage.text for passage in reading.passages] == ["…"]
