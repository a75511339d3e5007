"""Change the article, and the answers follow; take the evidence away, and the assistant refuses.

So no answer is written by hand or tied to the shipped text. Several changes that do not touch each other stand
in one mutated copy, so that only a few indexes are built.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock

from assistant.answers import Answer
from assistant.chain import Assistant, open_assistant
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.embeddings import MiniLM
from ingest.settings import ROOT, IngestSettings

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"
FOREIGN = ROOT / "tests" / "data" / "cold-chain.md"  # without its questions: only the text counts

Edits = tuple[tuple[str, str], ...]


class Swap(NamedTuple):
    """A changed name or number: what the answer says now (any of `new`), and what it said before."""

    question: str
    edits: Edits
    new: tuple[str, ...]
    old: tuple[str, ...]


class Deletion(NamedTuple):
    """A deleted sentence, the question that only it answered, and the words that it answered with."""

    question: str
    edits: Edits
    fact: str


def swap(old: str, new: str, question: str) -> Swap:
    return Swap(question, ((old, new),), (new,), (old,))


def delete(sentence: str, fact: str, question: str) -> Deletion:
    assert fact in sentence
    return Deletion(question, ((sentence, ""),), fact)


NAMES_AND_NUMBERS = [
    swap("Ericsson", "Halvorsen Marine", "Which large corporations use Time Doctor?"),
    swap("Verizon", "Calderon Mobile", "What big companies track their employees' time with Time Doctor?"),
    swap("Thrive Market", "Oakhurst Pantry", "Which small business uses Time Doctor?"),
    swap("Andy Nguyen", "Petra Lindqvist", "Who wrote the article?"),
    swap("Accenture", "Brackwater Group", "What are the top BPO companies in the world?"),
    swap("Tata Services", "Norrland Holdings", "What is the parent company of TIS Global?"),
    swap("Sutherland Global Services", "Ashgrove Analytics", "Which companies choose KPO for its expertise?"),
    swap("My SQL", "Postgres", "Which data management software should a KPO data analyst know?"),
    swap("Google Analytics", "Plausible Insights", "Which tools does a data analyst hired through KPO have?"),
    swap("Vietnam", "Portugal", "Which countries are major BPO hubs?"),
    swap("the US or the UK", "Norway or Denmark", "Compared to which countries are living expenses lower?"),
    swap(
        "Indian accounting firm", "Danish accounting firm", "What if I choose a reputable accounting firm abroad?"
    ),
    swap("corporate lawyer", "patent attorney", "Whom do businesses hire through KPO for their legal issues?"),
    swap("insight-driven", "research-driven", "What drives KPO?"),
    swap("cost arbitrage", "tariff arbitrage", "What is the service scope of BPO mostly based on?"),
    swap("nearby country", "neighbouring continent", "What is nearshore BPO?"),
    swap("a set of rules", "a library of contracts", "What has BPO historically been based on?"),
    swap("Technical data analyst", "Marine surveyor", "What are the common roles in the KPO sector?"),
    swap("Virtual captives", "Shadow captives", "Which KPO service model is a hybrid one?"),
    swap("14-day", "30-day", "How long is the free trial of Time Doctor?"),
    swap("three major types", "four major types", "Into how many major types can the BPO sector be divided?"),
    swap(
        "several years of experience", "twelve years of experience", "How experienced is the example call center?"
    ),
    swap("minimal training", "six weeks of training", "How much training does a BPO employee need?"),
    swap("two peas in a pod", "four peas in a pod", "What are BPO and KPO often considered to be?"),
]

MORE_NAMES_AND_NUMBERS = [
    swap("Time Doctor", "Clock Warden", "Which employee time tracking software does the article recommend?"),
    swap("Genpact", "Quillfeather", "Name some top BPO companies."),
    swap("Boston Analytics", "Lisbon Metrics", "Which companies often choose the KPO industry?"),
    swap("Oracle", "Snowflake", "What software must a KPO data analyst be well versed with?"),
    swap("Malaysia", "Uruguay", "Where can I look for vendors in offshore outsourcing?"),
    swap("volume-driven", "price-driven", "What drives BPO?"),
    swap("knowledge arbitrage", "talent arbitrage", "What kind of arbitrage does KPO rely on?"),
    swap("located overseas", "located on another continent", "What is offshore BPO?"),
    swap("rely on judgment", "rely on intuition", "What do KPO processes rely on?"),
    swap("Creative Design", "Patent Drafting", "What are some common KPO services?"),
    swap("supply chain", "marine insurance", "In which niches may I need a KPO provider's proven expertise?"),
    swap("massive teams", "teams of 500 agents", "How large are the teams that handle large call volumes?"),
    swap("a smaller team of", "a team of eight", "How many domain specialists does a business have for KPO?"),
    swap(
        "a fraction of the cost", "one third of the cost", "At what share of the cost do I get the best resources?"
    ),
    Swap(
        "How many common benefits of BPO and KPO are there?",
        (
            ("### 6. Access to advanced, innovative technology\n\n", ""),
            ("6 common benefits", "5 common benefits"),
            ("six common benefits", "five common benefits"),
        ),
        ("Five", "5 common benefits"),
        ("Six", "6 common benefits"),
    ),
    Swap(
        "How many key differences between BPO and KPO are there?",
        (
            ("### 3. Nature of service provided\n\n", ""),
            ("7 key differences", "6 key differences"),
            ("seven key aspects", "six key aspects"),
        ),
        ("Six", "6 key differences"),
        ("Seven", "7 key differences"),
    ),
    Swap(
        "How many major types of BPO are there?",
        (
            ("three major types", "two major types"),
            (
                "- Nearshore BPO: When a company outsources services to an outsourcing firm located in a nearby "
                "country.\n",
                "",
            ),
        ),
        ("Two",),
        ("Three",),
    ),
]

DELETED = [
    delete(
        "And while you’re at it, why not sign up for the Time Doctor 14-day free trial to get started today?",
        "14-day",
        "How long is the free trial of Time Doctor?",
    ),
    delete("Andy Nguyen", "Andy Nguyen", "Who wrote the article?"),
    delete(
        "For example, a KPO data analyst should be well versed with data management software like My SQL, Oracle, "
        "etc., and have a track record of dealing with large chunks of data for past clients.",
        "Oracle",
        "Which data management software should a KPO data analyst know?",
    ),
    delete(
        "For example, if you hire a data analyst through KPO, they’ll have accessible technologies like Google "
        "Analytics, Microsoft Power BI, etc.",
        "Power BI",
        "Which tools does a data analyst hired through KPO have?",
    ),
    delete(
        "- TIS Global (under the parent company – Tata Services).\n", "Tata", "What is the parent company of TIS?"
    ),
    delete(
        "Since BPO is volume-driven, its service scope is mostly based on cost arbitrage.",
        "cost arbitrage",
        "What is the service scope of BPO mostly based on?",
    ),
    delete(
        "On the other hand, KPO relies primarily on knowledge arbitrage.",
        "knowledge arbitrage",
        "What kind of arbitrage does KPO rely on?",
    ),
    delete(
        "BPO and KPO are often considered to be two peas in a pod.",
        "peas",
        "What are BPO and KPO often considered to be?",
    ),
    delete(
        "For instance, if you outsource your accounting and payroll processing tasks, your managers will have "
        "more capacity to focus on the project pipelines.",
        "project pipelines",
        "What can managers focus on when payroll is outsourced?",
    ),
]

MORE_DELETED = [
    delete(
        "Time Doctor is a powerful employee time tracking and productivity management software that is used by "
        "large corporations like Ericsson and Verizon and small business owners like Thrive Market.",
        "Ericsson",
        "Which large corporations use Time Doctor?",
    ),
    delete(
        "Moreover, in the case of offshore outsourcing, companies can look out for vendors in major BPO hubs like "
        "India, Malaysia, Vietnam, or the Philippines.",
        "Malaysia",
        "Which countries are major BPO hubs?",
    ),
    delete(
        "These countries offer attractive tax benefits to outsourcers and have lower living expenses (salary "
        "ranges) when compared to the US or the UK.",
        "tax benefits",
        "Are there tax benefits to offshore outsourcing?",
    ),
    delete(
        "- Nearshore BPO: When a company outsources services to an outsourcing firm located in a nearby "
        "country.\n",
        "nearby country",
        "What is nearshore BPO?",
    ),
    delete(
        "- Virtual captives: A hybrid outsourcing model where a third-party vendor sets up and manages a captive "
        "center on the company’s behalf.\n",
        "hybrid",
        "What are virtual captives?",
    ),
    delete(
        "- Third-party KPO vendors: Independent KPO companies or freelancers that handle tasks on a project or "
        "time basis.\n",
        "project or time",
        "On what basis do third-party KPO vendors handle tasks?",
    ),
    delete(
        "For instance, you can start out by outsourcing on a smaller budget with limited tasks.",
        "smaller budget",
        "With what budget can I start out with outsourcing?",
    ),
    delete(
        "Not to mention, some technologies may have a bit of a learning curve and require extensive training.",
        "learning curve",
        "Which technologies have a learning curve?",
    ),
    delete(
        "For example, in customer support outsourcing, you’ll pre-define your expectations to your service "
        "provider before making a deal with them.",
        "expectations",
        "What do I have to pre-define before I make a deal with a service provider?",
    ),
    delete(
        "- You’ll also save on infrastructure and daily operational costs since the outsourced team will likely "
        "work remotely or from another location.\n",
        "remotely",
        "Where will the outsourced team likely work?",
    ),
]

FOREIGN_NAMES_AND_NUMBERS = [
    swap("Ottilie Brandvold", "Marek Tolliver", "Who wrote this guide?"),
    swap("Hollin & Marsh", "Dunmore & Pike", "Which carrier doubled its alarm delay?"),
    swap("reefer", "frostbox", "What is a refrigerated container known as in the trade?"),
    swap("62 percent", "48 percent", "What percentage of the loads is in the chilled range?"),
    swap("48 to 120 hours", "30 to 200 hours", "How long does a good passive box hold its range?"),
    swap("25 euros", "39 euros", "How much does a data logger cost?"),
    swap("for one year", "for three years", "How long do food carriers keep temperature records?"),
    swap("94 euros", "118 euros", "What did a refrigerated pallet cost on average in 2023?"),
    swap("85 shops", "140 shops", "To how many shops does the dairy deliver?"),
    swap("nine hours", "fourteen hours", "How long do the batteries of electric units last?"),
]

FOREIGN_DELETED = [
    delete(
        "A live tracker costs about 140 euros plus a monthly data fee.",
        "140",
        "How much does a live tracker cost?",
    ),
    delete(
        "Strip curtains cut that loss by half.", "by half", "By how much do strip curtains cut the loss of cold?"
    ),
    delete(
        "If the diesel runs out or a plug is pulled at the port, a full reefer warms by roughly 1 °C every three "
        "hours.",
        "every three hours",
        "How fast does a full reefer warm up when the diesel runs out?",
    ),
    delete(
        "Below 12 °C their skin turns grey, and no later warmth will bring the colour back.",
        "grey",
        "What happens to the skin of bananas in the cold?",
    ),
    delete("We asked 212 carriers and shippers where their chains fail.", "212", "How many shippers were asked?"),
    delete(
        "The changes cost 18,000 euros, while the new trucks would have cost 400,000.",
        "18,000",
        "How much did the changes at the dairy cost?",
    ),
]

SWAPPED = {
    "article": (ARTICLE, NAMES_AND_NUMBERS),
    "article again": (ARTICLE, MORE_NAMES_AND_NUMBERS),
    "foreign": (FOREIGN, FOREIGN_NAMES_AND_NUMBERS),
}
SHORTENED = {
    "article shortened": (ARTICLE, DELETED),
    "article shortened again": (ARTICLE, MORE_DELETED),
    "foreign shortened": (FOREIGN, FOREIGN_DELETED),
}
COPIES: dict[str, tuple[Path, Sequence[Swap | Deletion]]] = {**SWAPPED, **SHORTENED}


def mutated(path: Path, mutations: Sequence[Swap | Deletion]) -> str:
    text = path.read_text(encoding="utf-8")
    for mutation in mutations:
        for old, new in mutation.edits:
            assert old in text, old
            text = text.replace(old, new)
    return text


class Copy(NamedTuple):
    """A mutated document and the assistant over it."""

    text: str
    assistant: Assistant

    def ask(self, question: str) -> Answer:
        return self.assistant.chain.invoke(question)


def index_copy(name: str, folder: Path, minilm: MiniLM) -> IngestSettings:
    """The index of a mutated copy, below `folder`."""
    path, mutations = COPIES[name]
    copy = folder / name.replace(" ", "-") / path.name
    settings = IngestSettings(index=copy.parent / "index")
    if not copy.parent.exists():
        copy.parent.mkdir()
        copy.write_text(mutated(path, mutations), encoding="utf-8")
        build(settings, [copy], embeddings=minilm)
    return settings


@pytest.fixture(scope="session")
def copy_named(shared_folder: Path, minilm: MiniLM) -> Callable[[str], Copy]:
    """The mutated copies by name, each indexed when it is first asked for, by one worker for all."""
    folder = shared_folder / "mutated"

    @functools.cache
    def make(name: str) -> Copy:
        folder.mkdir(exist_ok=True)
        with FileLock(folder / "lock"):
            settings = index_copy(name, folder, minilm)
        assistant = open_assistant(AssistantSettings(model="extractive", ingest=settings), embeddings=minilm)
        return Copy(mutated(*COPIES[name]), assistant)

    return make


# What a trained model does of each kind, as a share: it has learned from questions on the text as it was, and a
# threshold that is right for all documents is not right for every question.
FOLLOWED, REFUSED = 0.8, 0.5


def shares(copies: dict[str, Any], holds: Callable[[Copy, Any], bool], named: Callable[[str], Copy]) -> float:
    """The share of mutations of which something holds; those of which it does not are printed."""
    held = {
        (name, mutation.question): holds(named(name), mutation)
        for name, (_, mutations) in copies.items()
        for mutation in mutations
    }
    print(*(" ".join(key) for key, good in held.items() if not good), sep="\n")
    return sum(held.values()) / len(held)


def test_changed_names_and_numbers_are_answered_as_they_now_stand(copy_named: Callable[[str], Copy]) -> None:
    def follows(copy: Copy, mutation: Swap) -> bool:
        answer = copy.ask(mutation.question)
        assert all(copy.text[c.start : c.end] == c.quote for c in answer.citations)
        return any(new.casefold() in answer.text.casefold() for new in mutation.new)

    assert shares(SWAPPED, follows, copy_named) >= FOLLOWED


@pytest.mark.parametrize("name", SWAPPED)
def test_what_a_name_or_number_was_before_is_never_said(name: str, copy_named: Callable[[str], Copy]) -> None:
    copy = copy_named(name)
    for mutation in SWAPPED[name][1]:
        said = copy.ask(mutation.question).text
        assert not [old for old in mutation.old if old in said and old not in copy.text]


@pytest.mark.parametrize("name", SHORTENED)
def test_a_deleted_fact_is_never_stated(name: str, copy_named: Callable[[str], Copy]) -> None:
    copy = copy_named(name)
    for mutation in SHORTENED[name][1]:
        assert mutation.fact.casefold() not in copy.ask(mutation.question).text.casefold()


def test_questions_that_only_a_deleted_sentence_answered_are_refused(copy_named: Callable[[str], Copy]) -> None:
    assert shares(SHORTENED, lambda copy, one: not copy.ask(one.question).answered, copy_named) >= REFUSED


def test_there_are_mutations_enough_and_each_has_its_own_question() -> None:
    def count(path: Path) -> int:
        return sum(len(mutations) for document, mutations in COPIES.values() if document == path)

    assert count(ARTICLE) >= 40
    assert count(FOREIGN) >= 8
    for _, mutations in COPIES.values():
        assert len({mutation.question for mutation in mutations}) == len(mutations)
