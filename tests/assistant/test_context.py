"""What a chat model is given to read: short documents whole, else whole sections of the best passages."""

from collections.abc import Callable

from assistant.chain import Assistant
from assistant.context import best_sections, whole_documents
from assistant.retriever import OUTLINE_TOKENS
from ingest.text import count_tokens

STEADY = "The firm grows in steady steps. " * 60
LONG = "# Firms\n" + "".join(f"\n## Part {n}\n\n{STEADY}It sells bricks of kind {n}.\n" for n in range(9))


def test_every_passage_comes_in_order_or_none_where_all_are_too_long(assistant: Assistant) -> None:
    index = assistant.index()
    tokens = int(index.tokens.sum())
    assert whole_documents(index, tokens - 1) == ()
    whole = whole_documents(index, tokens)
    assert [(one.source, one.start, one.text) for one in whole] == [
        (one.source, one.start, one.text) for one in index.passages
    ]


def test_the_section_of_the_best_passage_comes_first_and_whole(assistant_over: Callable[..., Assistant]) -> None:
    opened = assistant_over(**{"a.md": LONG}).opened()
    question = "Who sells bricks of kind 7?"
    best = opened.reading(question).passages
    given = best_sections(question, best, opened.retriever, most=1_500)
    first = [one for one in given if one.section == given[0].section]
    assert given[0].section == best[0].section == "Part 7"
    assert first == list(given[: len(first)]) and "kind 7" in first[-1].text
    assert first[0].text.startswith("## Part 7") and len(first) > 1, "from its heading on, in order"
    assert sum(count_tokens(one.text) for one in given) <= 1_500 + OUTLINE_TOKENS
    assert len(given) == len({(one.source, one.start) for one in given}), "none twice"
