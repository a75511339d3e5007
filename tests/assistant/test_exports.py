"""A conversation to keep: Markdown, and a bundle whose quotes can be looked up again."""

import re
from typing import Any

from markdown_it import MarkdownIt

from assistant.answers import Answer, Sentence
from assistant.exports import bundle, conversation_markdown, read_bundle, verify
from ingest.sources import Source, make_source
from tests import made

TEXT = "# Pumps\n\nOil the pump twice a year. Drain it in winter.\n"
OIL = "Oil the pump twice a year."


def answer(**changes: Any) -> Answer:
    cited = (made.citation(OIL, TEXT, section="Pumps"),)
    fields = {"text": "Twice a year. [1]", "citations": cited, "question": "How often?"}
    return made.answer(**{**fields, **changes})


def sources(text: str) -> dict[str, Source]:
    return {"a.md": make_source("a.md", text)}


def test_a_conversation_is_questions_answers_and_quotes_with_their_places() -> None:
    refused = made.answer("The article does not say.", question="And\nwhy?", answered=False)
    assert conversation_markdown([answer(notices=("Careful.",)), refused]) == (
        "## How often?\n\nTwice a year. [1]\n\n> Careful.\n\n"
        "- [1] Pumps: “Oil the pump twice a year.” (a.md:9-35)\n"
        "\n## And why?\n\nThe article does not say.\n"
    )


def test_nothing_in_it_is_active_where_it_is_opened() -> None:
    text = (
        "- <img src=x onerror=alert(1)> \\<b> \\\\<i>x</i>\n- [a](javascript:x) ![b](https://evil.example) "
        "<https://evil.example> ![c][d]\n\n[d]: https://evil.example\n"
    )
    one = answer(text=f"{text} [1]", question=text, notices=(text,))
    citation = one.citations[0].model_copy(update={"quote": text, "section": text, "source": text})
    written = conversation_markdown([one.model_copy(update={"citations": (citation,)})])
    shown = MarkdownIt("commonmark", {"html": True}).render(written)
    assert not re.search(r"<(?:img|b|i|a)\b|href|src=(?!x)", shown)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_a_quote_stands_or_has_moved_or_is_gone_and_a_changed_document_is_named() -> None:
    def found(now: str) -> tuple[str, tuple[str, ...]]:
        kept = read_bundle(bundle([answer()], sources(TEXT)).model_dump_json())
        checked = verify(kept, sources(now))
        return checked.quotes[0].state, checked.changed

    assert found(TEXT) == ("stands", ())
    assert found(TEXT + "More.") == ("stands", ("a.md",))
    assert found("# Pumps and more\n\n**oil  the pump** twice a year.") == ("moved", ("a.md",))
    assert found(TEXT.replace("twice", "once")) == ("gone", ("a.md",))


def test_an_answer_that_does_not_say_what_it_quotes_is_named() -> None:
    def rewritten(text: str) -> tuple[str, ...]:
        quoted = Sentence(text=OIL, citations=(1,), support="quoted")
        return verify(bundle([answer(text=text, sentences=(quoted,))], {}), sources(TEXT)).rewritten

    assert rewritten(f"{OIL} [1]") == ()
    assert rewritten("Oil the pump once a year. [1]") == ("How often?",)
    assert rewritten(f"{OIL} [1] Never drain it. [1]") == ("How often?",)
