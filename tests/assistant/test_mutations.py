"""Change a document, and the answers follow; take the evidence away, and the assistant refuses.

So no answer is written by hand or tied to the shipped text. Changes that do not touch each other stand in one
copy, so that only four indexes are built.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from assistant.answers import Answer
from assistant.chain import open_assistant
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import ROOT, IngestSettings

pytestmark = pytest.mark.slow

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"
FOREIGN = ROOT / "tests" / "data" / "cold-chain.md"  # without its questions: only the text counts


class Swap(NamedTuple):
    """A changed name or number, and a question whose answer it is."""

    old: str
    new: str
    question: str


class Deletion(NamedTuple):
    """A deleted sentence, the words that it answered with, and the question that only it answered."""

    old: str
    fact: str
    question: str
    new: str = ""


Change = TypeVar("Change", Swap, Deletion)

SWAPS = {
    ARTICLE: [
        Swap("Ericsson", "Halvorsen Marine", "Which large corporations use Time Doctor?"),
        Swap("Andy Nguyen", "Petra Lindqvist", "Who wrote the article?"),
        Swap("Accenture", "Brackwater Group", "What are the top BPO companies in the world?"),
        Swap("Tata Services", "Norrland Holdings", "What is the parent company of TIS Global?"),
        Swap("My SQL", "Postgres", "Which data management software should a KPO data analyst know?"),
        Swap("Vietnam", "Portugal", "Which countries are major BPO hubs?"),
        Swap("insight-driven", "research-driven", "What drives KPO?"),
        Swap("a set of rules", "a library of contracts", "What has BPO historically been based on?"),
        Swap("Technical data analyst", "Marine surveyor", "What are the common roles in the KPO sector?"),
        Swap("14-day", "30-day", "How long is the free trial of Time Doctor?"),
        Swap("minimal training", "six weeks of training", "How much training does a BPO employee need?"),
        Swap("two peas in a pod", "four peas in a pod", "What are BPO and KPO often considered to be?"),
    ],
    FOREIGN: [
        Swap("Ottilie Brandvold", "Marek Tolliver", "Who wrote this guide?"),
        Swap("Hollin & Marsh", "Dunmore & Pike", "Which carrier doubled its alarm delay?"),
        Swap("reefer", "frostbox", "What is a refrigerated container known as in the trade?"),
        Swap("48 to 120 hours", "30 to 200 hours", "How long does a good passive box hold its range?"),
        Swap("for one year", "for three years", "How long do food carriers keep temperature records?"),
        Swap("94 euros", "118 euros", "What did a refrigerated pallet cost on average in 2023?"),
        Swap("62 percent", "48 percent", "What percentage of the loads is in the chilled range?"),
        Swap("25 euros", "39 euros", "How much does a data logger cost?"),
        Swap("85 shops", "140 shops", "To how many shops does the dairy deliver?"),
        Swap("nine hours", "fourteen hours", "How long do the batteries of electric units last?"),
    ],
}
DELETIONS = {
    ARTICLE: [
        Deletion("Andy Nguyen", "Andy Nguyen", "Who wrote the article?"),
        Deletion(
            "And while you’re at it, why not sign up for the Time Doctor 14-day free trial to get started today?",
            "14-day",
            "How long is the free trial of Time Doctor?",
        ),
        Deletion(
            "- TIS Global (under the parent company – Tata Services).\n",
            "Tata",
            "What is the parent company of TIS?",
        ),
        Deletion(
            "On the other hand, KPO relies primarily on knowledge arbitrage.",
            "knowledge arbitrage",
            "What kind of arbitrage does KPO rely on?",
        ),
        Deletion(
            "BPO and KPO are often considered to be two peas in a pod.",
            "peas",
            "What are BPO and KPO often considered to be?",
        ),
        Deletion(
            "- Nearshore BPO: When a company outsources services to an outsourcing firm located in a nearby "
            "country.\n",
            "nearby country",
            "What is nearshore BPO?",
        ),
    ],
    FOREIGN: [
        Deletion(
            "A live tracker costs about 140 euros plus a monthly data fee.",
            "140",
            "How much does a live tracker cost?",
        ),
        Deletion(
            "Below 12 °C their skin turns grey, and no later warmth will bring the colour back.",
            "grey",
            "What happens to the skin of bananas in the cold?",
        ),
        Deletion(
            "We asked 212 carriers and shippers where their chains fail.", "212", "How many shippers were asked?"
        ),
    ],
}


def answered(
    changes: Mapping[Path, Sequence[Change]], folder: Path, minilm: MiniLM
) -> Iterator[tuple[Change, Answer]]:
    """Each change with what a copy of the document that has it, and all others, answers to its question."""
    for path, of_document in changes.items():
        text = path.read_text(encoding="utf-8")
        for change in of_document:
            assert change.old in text
            text = text.replace(change.old, change.new)
        (folder / path.name).write_text(text, encoding="utf-8")
        settings = IngestSettings(index=folder / path.stem)
        build(settings, [folder / path.name], embeddings=minilm)
        assistant = open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=minilm)
        for change in of_document:
            answer = assistant.chain.invoke(change.question)
            assert all(text[c.start : c.end] == c.quote for c in answer.citations)
            yield change, answer


# A trained model has learned from questions on the text as it was, and is not right every time: where one answer
# more or less would prove nothing, a share is asked for.


def test_a_changed_name_or_number_is_answered_as_it_now_stands_and_never_as_before(
    tmp_path: Path, minilm: MiniLM
) -> None:
    found = list(answered(SWAPS, tmp_path, minilm))
    assert [swap for swap, answer in found if swap.old in answer.text] == []
    assert sum(swap.new.casefold() in answer.text.casefold() for swap, answer in found) >= 0.8 * len(found)


def test_a_deleted_fact_is_never_stated_and_its_question_mostly_refused(tmp_path: Path, minilm: MiniLM) -> None:
    found = list(answered(DELETIONS, tmp_path, minilm))
    assert [one for one, answer in found if one.fact.casefold() in answer.text.casefold()] == []
    assert sum(not answer.answered for _, answer in found) >= 0.5 * len(found)
