"""A conversation to keep: Markdown, and a bundle whose quotes can be looked up again."""

import hashlib
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from assistant.answers import Answer, Sentence
from assistant.exports import bundle, conversation_markdown, read_bundle, verify
from ingest.errors import UserError
from ingest.sources import Source, make_source
from tests import made

TEXT = "# Pumps\n\nOil the pump twice a year. Drain it in winter.\n"
OIL = "Oil the pump twice a year."


def answer(**changes: Any) -> Answer:
    cited = (made.citation(OIL, TEXT, section="Pumps"),)
    fields = {"text": "Twice a year. [1]", "citations": cited, "question": "How often?"}
    return made.answer(**{**fields, **changes})


def sources(text: str, name: str = "a.md") -> dict[str, Source]:
    return {name: make_source(name, text)}


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


def test_a_bundle_holds_the_answers_and_the_hashes_of_what_they_cite() -> None:
    kept = bundle([answer()], {**sources(TEXT), **sources("# Other", "b.md")})
    assert kept.answers == (answer(),)
    (hashed,) = kept.sources
    assert (hashed.name, hashed.sha256) == ("a.md", hashlib.sha256(TEXT.encode()).hexdigest())
    assert read_bundle(kept.model_dump_json()) == kept


def test_a_quote_stands_or_has_moved_elsewhere_or_is_gone() -> None:
    def state(text: str) -> str:
        (checked,) = verify(bundle([answer()], sources(TEXT)), sources(text)).quotes
        return checked.state

    assert state(TEXT + "More.") == "stands"
    assert state("# Pumps and more\n\n" + OIL) == "moved"
    assert state(TEXT.replace(OIL, "**oil  the pump** twice a year.")) == "moved"
    assert state(TEXT.replace("twice", "once")) == "gone"


def test_a_document_whose_text_is_another_now_is_named() -> None:
    kept = bundle([answer()], sources(TEXT))
    assert verify(kept, sources(TEXT)).changed == ()
    assert verify(kept, sources(TEXT + "More.")).changed == verify(kept, {}).changed == ("a.md",)


def test_an_answer_that_does_not_say_what_it_quotes_is_named() -> None:
    quoted = Sentence(text=OIL, citations=(1,), support="quoted")
    free = Sentence(text="Twice a year, then.", citations=(1,), support="supported")

    def rewritten(text: str, *sentences: Sentence) -> tuple[str, ...]:
        return verify(bundle([answer(text=text, sentences=sentences)], {}), sources(TEXT)).rewritten

    assert rewritten(f"{OIL} [1]", quoted) == ()
    assert rewritten("Twice a year, then. [1]", free) == ()
    assert rewritten("Oil the pump once a year. [1]", quoted) == ("How often?",)

    assert rewritten(f"{OIL} [1] Never drain it. [1]", quoted) == ("How often?",)


@pytest.mark.parametrize("text", ["", "[1]", '{"format": 2, "answers": [], "sources": []}', '{"answers": 3}'])
def test_what_is_no_bundle_is_one_line(text: str) -> None:
    with pytest.raises(UserError, match=r"no evidence bundle \(.*\)\. Export one anew\."):
        read_bundle(text)
