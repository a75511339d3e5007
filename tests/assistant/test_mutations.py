"""Change a document, and the answers follow; take the evidence away, and the assistant refuses.

So no answer is written by hand or tied to a shipped text. All changes to a document stand in one mutated copy,
which is why none of them touches another.
"""

from collections.abc import Callable

from assistant.chain import Assistant
from assistant.units import units
from ingest.settings import ROOT

ARTICLE = ROOT / "corpus" / "bpo-vs-kpo.md"
FOREIGN = ROOT / "tests" / "data" / "cold-chain.md"

# What a document says, what a copy says in its place, and a question that is answered with it.
CHANGED = {
    ARTICLE: [
        ("Ericsson", "Halvorsen Marine", "Which large corporations use Time Doctor?"),
        ("14-day", "30-day", "How long is the free trial of Time Doctor?"),
        ("Andy Nguyen", "Petra Lindqvist", "Who wrote the article?"),
        ("Accenture", "Brackwater Group", "What are the top BPO companies in the world?"),
        ("Vietnam", "Portugal", "Which countries are major BPO hubs?"),
        ("corporate lawyer", "patent attorney", "Whom do businesses hire through KPO for their legal issues?"),
        ("insight-driven", "research-driven", "What drives KPO?"),
        ("volume-driven", "price-driven", "What drives BPO?"),
        ("cost arbitrage", "tariff arbitrage", "What is the service scope of BPO mostly based on?"),
        ("knowledge arbitrage", "talent arbitrage", "What kind of arbitrage does KPO rely on?"),
        ("a set of rules", "a library of contracts", "What has BPO historically been based on?"),
        ("Creative Design", "Patent Drafting", "What are some common KPO services?"),
        ("Virtual captives", "Shadow captives", "Which KPO service model is a hybrid one?"),
        ("supply chain", "marine insurance", "In which niches may I need a KPO provider's proven expertise?"),
        ("several years", "twelve years", "How experienced is the example call center?"),
        ("6 common benefits", "8 common benefits", "How many common benefits of BPO and KPO are there?"),
    ],
    FOREIGN: [
        ("Ottilie Brandvold", "Marek Tolliver", "Who wrote this guide?"),
        ("Hollin & Marsh", "Dunmore & Pike", "Which carrier doubled its alarm delay?"),
        ("reefer", "frostbox", "What is a refrigerated container known as in the trade?"),
        ("62 percent", "48 percent", "What percentage of the loads is in the chilled range?"),
        ("48 to 120 hours", "30 to 200 hours", "How long does a good passive box hold its range?"),
        ("for one year", "for three years", "How long do food carriers keep temperature records?"),
        ("94 euros", "118 euros", "What did a refrigerated pallet cost on average in 2023?"),
        ("nine hours", "fourteen hours", "How long do the batteries of electric units last?"),
    ],
}

# A fact, and a question that only its sentence answers: that is what a copy lacks.
DELETED = {
    ARTICLE: [
        ("Andy Nguyen", "Who wrote the article?"),
        ("14-day", "How long is the free trial of Time Doctor?"),
        ("Ericsson", "Which large corporations use Time Doctor?"),
        ("Tata", "What is the parent company of TIS?"),
        ("cost arbitrage", "What is the service scope of BPO mostly based on?"),
        ("peas", "What are BPO and KPO often considered to be?"),
        ("Malaysia", "Which countries are major BPO hubs?"),
        ("nearby country", "What is nearshore BPO?"),
        ("hybrid", "What are virtual captives?"),
        ("smaller budget", "With what budget can I start out with outsourcing?"),
    ],
    FOREIGN: [
        ("140", "How much does a live tracker cost?"),
        ("by half", "By how much do strip curtains cut the loss of cold?"),
        ("every three hours", "How fast does a full reefer warm up when the diesel runs out?"),
        ("grey", "What happens to the skin of bananas in the cold?"),
        ("18,000", "How much did the changes at the dairy cost?"),
    ],
}

# What a trained model does of each kind, as a share: it has learned from questions on the text as it was, and a
# threshold that is right for all documents is not right for every question.
FOLLOWED, REFUSED = 0.75, 0.5


def without(text: str, fact: str) -> str:
    """The text without the sentence, or the line of a list, that states a fact, wherever it is stated."""
    assert fact in text
    for unit in reversed([unit for unit in units(text) if fact in unit.text]):
        start = text.rindex("\n", 0, unit.span.start) if unit.kind == "item" else unit.span.start
        text = text[:start] + text[unit.span.end :].lstrip(" ")
    return text


def share(held: dict[str, bool]) -> float:
    """The share of questions of which something holds; the others are printed."""
    print(*(question for question, holds in held.items() if not holds), sep="\n")
    return sum(held.values()) / len(held)


def test_changed_names_and_numbers_are_answered_as_they_now_stand_and_never_as_before(
    assistant_over: Callable[..., Assistant],
) -> None:
    followed = {}
    for document, changes in CHANGED.items():
        copy = document.read_text(encoding="utf-8")
        for before, now, _ in changes:
            assert before in copy
            copy = copy.replace(before, now)
        chain = assistant_over(**{document.name: copy}).chain
        for before, now, question in changes:
            answer = chain.invoke({"question": question, "within": [document.name]})
            assert before not in answer.text
            assert all(copy[c.start : c.end] == c.quote for c in answer.citations)
            followed[question] = now.casefold() in answer.text.casefold()
    assert share(followed) >= FOLLOWED


def test_a_deleted_fact_is_never_stated_and_most_questions_for_it_are_refused(
    assistant_over: Callable[..., Assistant],
) -> None:
    refused = {}
    for document, facts in DELETED.items():
        copy = document.read_text(encoding="utf-8")
        for fact, _ in facts:
            copy = without(copy, fact)
        chain = assistant_over(**{document.name: copy}).chain
        for fact, question in facts:
            answer = chain.invoke({"question": question, "within": [document.name]})
            assert fact.casefold() not in answer.text.casefold()
            refused[question] = not answer.answered
    assert share(refused) >= REFUSED
