"""How well a unit answers: by meaning, by words, by side, and by the indexed questions that quote it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from assistant.evidence import Candidate, Evidence
from assistant.kinds import Kind
from assistant.question import analyse
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.index import CurrentIndex
from ingest.passages import Passage
from ingest.questions import QuestionIndex
from ingest.settings import IngestSettings


@dataclass(frozen=True)
class Reading:
    """Evidence over an index, with all of its passages."""

    evidence: Evidence
    passages: list[Passage]

    def rank(self, question: str) -> list[Candidate]:
        return self.evidence.rank(analyse(question), self.passages)

    def scores(self, question: str) -> dict[str, float]:
        return {candidate.unit.text: candidate.score for candidate in self.rank(question)}

    def asked_for(self, question: str) -> dict[str, float]:
        """The units that the most alike indexed question quotes."""
        return {c.unit.text: c.asked_for for c in self.rank(question) if c.asked_for}

    def margin(self, question: str) -> float | None:
        best = self.rank(question)[0]
        return self.evidence.signals(analyse(question), best, self.passages[best.number - 1]).margin


def read(settings: IngestSettings, minilm: MiniLM) -> Reading:
    index = CurrentIndex(settings).get()
    return Reading(Evidence(index.lexicon, minilm, index.questions), index.passages)


@pytest.fixture
def reading_of(index_of: Callable[..., IngestSettings], minilm: MiniLM) -> Callable[..., Reading]:
    return lambda **documents: read(index_of(**documents), minilm)


def line(question: str, *evidence: str) -> str:
    return json.dumps({"question": question, "evidence": evidence}) + "\n"


FARE, KIDS = "A day ticket costs 12 euros.", "Children under six sail free."
CARRIES, BUILT = "The Ondine carries 340 people.", "She was built in 1987 at a yard in Gdansk."
BIKES = "You may bring:\n\n- bicycles\n- small dogs"
FERRIES = f"# Ferries\n\n## Fares\n\n{FARE} {KIDS}\n\n## Vessels\n\n{CARRIES} {BUILT}\n\n## Luggage\n\n{BIKES}\n"
ASKED = (
    line("What do I pay to cross?", FARE)
    + line("Do kids ride for nothing?", KIDS)
    + line("How old is the ship?", BUILT)
    + line("Can I take my pet along?", BIKES)
    + line("Who is the captain?")
    + line("Is there a bar on board?")
)


@pytest.fixture
def ferries(reading_of: Callable[..., Reading]) -> Reading:
    return reading_of(**{"ferries.md": FERRIES, "ferries.questions.jsonl": ASKED})


@pytest.fixture
def without(reading_of: Callable[..., Reading]) -> Reading:
    """The same document with no questions beside it."""
    return reading_of(**{"ferries.md": FERRIES})


# --- indexed questions


def test_an_indexed_question_lifts_the_unit_that_it_quotes(ferries: Reading, minilm: MiniLM) -> None:
    question = "What is the age of the ship?"
    none = Reading(Evidence(ferries.evidence._lexicon, minilm, QuestionIndex()), ferries.passages)
    assert ferries.scores(question)[BUILT] > none.scores(question)[BUILT] + 0.3
    assert ferries.rank(question)[0].unit.text == BUILT


def test_a_unit_that_no_question_quotes_scores_as_without_questions(ferries: Reading, minilm: MiniLM) -> None:
    plain = Reading(Evidence(ferries.evidence._lexicon, minilm, QuestionIndex()), ferries.passages)
    for question in ("What is the age of the ship?", "How many people sail on her?"):
        with_them, without_them = ferries.scores(question), plain.scores(question)
        assert with_them.keys() == without_them.keys()
        for text in ("Fares", "Vessels", CARRIES, "bicycles"):
            assert with_them[text] == pytest.approx(without_them[text], abs=1e-5)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What must I pay for the crossing?", FARE),
        ("What is the age of the ship?", BUILT),
        ("May my pet come along?", BIKES),  # the list, and not each of its items
    ],
)
def test_asked_for_is_what_the_most_alike_question_quotes_and_nothing_else(
    question: str, quoted: str, ferries: Reading
) -> None:
    asked_for = ferries.asked_for(question)
    assert list(asked_for) == [quoted]
    assert 0.5 < asked_for[quoted] <= 1


def test_a_question_that_is_indexed_is_wholly_like_itself(ferries: Reading) -> None:
    assert ferries.asked_for("How old is the ship?") == {BUILT: pytest.approx(1, abs=0.01)}
    assert ferries.asked_for("how old is the SHIP?") == {BUILT: pytest.approx(1, abs=0.01)}


def test_a_question_with_two_quotes_asks_for_both(reading_of: Callable[..., Reading]) -> None:
    both = line("What should families know?", FARE, KIDS)
    reading = reading_of(**{"ferries.md": FERRIES, "ferries.questions.jsonl": both})
    assert set(reading.asked_for("What do families have to know?")) == {FARE, KIDS}


def test_questions_of_one_document_lift_nothing_in_another(reading_of: Callable[..., Reading]) -> None:
    other = {"a.md": "Buses are blue.", "a.questions.jsonl": line("What colour is a bus?", "Buses are blue.")}
    reading = reading_of(**{**other, "b.md": "Buses are blue."})
    asked_for = [c.asked_for for c in sorted(reading.rank("Which colour has a bus?"), key=lambda c: c.number)]
    assert [p.source.rpartition("/")[2] for p in reading.passages] == ["a.md", "b.md"]
    assert asked_for[0] > 0.5
    assert asked_for[1] == 0


def test_without_questions_there_is_nothing_that_depends_on_any(without: Reading) -> None:
    for question in ("How old is the ship?", "Who is the captain?", "?", ""):
        assert without.asked_for(question) == {}
        assert without.margin(question) is None


# --- how sure


def test_the_margin_tells_questions_with_an_answer_from_those_without(ferries: Reading) -> None:
    for question in ("What must I pay for the crossing?", "What is the age of the ship?", "Are kids free?"):
        margin = ferries.margin(question)
        assert margin is not None and margin > 0.1
    for question in ("Who captains the ship?", "Is there a bar?"):
        margin = ferries.margin(question)
        assert margin is not None and margin < 0


@pytest.mark.parametrize("questions", [line("What do I pay?", FARE), line("Is there a bar?")])
def test_there_is_no_margin_where_all_questions_are_answered_or_none(
    questions: str, reading_of: Callable[..., Reading]
) -> None:
    reading = reading_of(**{"ferries.md": FERRIES, "ferries.questions.jsonl": questions})
    assert reading.margin("What do I pay?") is None


def test_the_other_signals_of_a_unit(without: Reading) -> None:
    question = analyse("What does a day ticket for Capri cost at NATO?")
    (fare,) = [c for c in without.rank("ticket") if c.unit.text == FARE]
    signals = without.evidence.signals(question, fare, without.passages[fare.number - 1])
    assert signals.strange == 2  # Capri, NATO
    assert 0.5 < signals.reverse < 1
    assert 0.2 < signals.words < 0.8  # day, ticket and cost are there, Capri and NATO are not

    same = without.evidence.signals(analyse(FARE), fare, without.passages[fare.number - 1])
    assert same.strange == 0
    assert same.words == pytest.approx(1)
    assert signals.reverse < same.reverse <= 1 + 1e-5


def test_a_question_of_the_texts_own_words_names_nothing_strange(without: Reading) -> None:
    question = analyse("Was the Ondine built in Gdansk?")
    best = without.rank(question.text)[0]
    assert without.evidence.signals(question, best, without.passages[best.number - 1]).strange == 0


# --- sides and kinds


def test_a_unit_about_the_other_side_loses_to_the_same_words_about_the_one_asked_for(
    reading_of: Callable[..., Reading],
) -> None:
    text = "# Work\n\n## BPO\n\nBPO is driven by volume.\n\n## KPO\n\nKPO is driven by insight.\n"
    reading = reading_of(**{"a.md": text})
    bpo, kpo = "BPO is driven by volume.", "KPO is driven by insight."
    for question, own, other in (("What drives BPO?", bpo, kpo), ("What drives KPO?", kpo, bpo)):
        ranked = [c for c in reading.rank(question) if c.unit.text in (own, other)]
        assert [c.unit.text for c in ranked] == [own, other]
        assert ranked[0].score - ranked[1].score > 0.25
        assert [c.side for c in ranked] == [*analyse(question).sides, *analyse(other).sides]
    both = reading.scores("What drives BPO and KPO?")
    assert abs(both[bpo] - both[kpo]) < 0.25


@pytest.mark.parametrize(
    ("kind", "text", "gain"),
    [
        ("example", "Firms such as Wipro hire clerks.", 0.3),
        ("expansion", "Business Process Outsourcing is old work.", 0.5),
        ("definition", "BPO is a kind of work.", 0.2),
    ],
)
def test_a_unit_that_is_what_is_asked_for_gains_and_no_other_does(
    kind: Kind, text: str, gain: float, reading_of: Callable[..., Reading]
) -> None:
    reading = reading_of(**{"a.md": f"# A\n\n{text} Clerks use BPO.\n"})
    question = replace(analyse("BPO"), kind="open")
    plain = {c.unit.text: c.score for c in reading.evidence.rank(question, reading.passages)}
    asked = {c.unit.text: c.score for c in reading.evidence.rank(replace(question, kind=kind), reading.passages)}
    gained = {unit: asked[unit] - plain[unit] for unit in plain}
    assert gained == pytest.approx({"A": 0, text: gain, "Clerks use BPO.": 0})


def test_a_unit_that_only_repeats_the_question_adds_nothing(without: Reading) -> None:
    adds = {c.unit.text: c.adds for c in without.rank("Fares of vessels?")}
    assert not adds["Fares"] and not adds["Vessels"]
    assert adds[FARE] and adds[CARRIES]


def test_a_count_is_of_what_the_question_asks_the_number_of(without: Reading) -> None:
    counts = {c.unit.text: c.counts for c in without.rank("How many people fit on the Ondine?")}
    assert counts[CARRIES]
    assert not counts[FARE] and not counts[KIDS]


# --- which tokens are a unit's


def test_the_tokens_of_a_unit_are_those_that_stand_in_it(ingest_settings: IngestSettings, minilm: MiniLM) -> None:
    reading = read(ingest_settings, minilm)
    for passage in reading.passages:
        (prepared,) = reading.evidence._prepare([passage])
        heading = passage.section.rsplit(" > ", 1)[-1] + "\n"
        (tokens,) = minilm.embed_tokens([heading + passage.text])
        assert prepared.units == units(passage.text)
        for unit, (first, last) in zip(prepared.units, prepared.ranges.tolist(), strict=True):
            mine = [(s.start - len(heading), s.end - len(heading)) for s in tokens.spans[first:last]]
            written = {i for i in range(unit.span.start, unit.span.end) if passage.text[i].isalnum()}
            assert written <= {i for start, end in mine for i in range(start, end)}
            assert all(unit.span.start <= start < end <= unit.span.end for start, end in mine)


def test_every_unit_comes_once_with_the_number_of_its_passage(
    ingest_settings: IngestSettings, minilm: MiniLM
) -> None:
    reading = read(ingest_settings, minilm)
    ranked = reading.rank("What drives KPO?")
    expected = [(n, unit) for n, passage in enumerate(reading.passages, 1) for unit in units(passage.text)]
    assert sorted((c.number, c.unit.span, c.unit.kind) for c in ranked) == sorted(
        (n, unit.span, unit.kind) for n, unit in expected
    )
    scores = [candidate.score for candidate in ranked]
    assert scores == sorted(scores, reverse=True)


def test_a_passage_that_the_model_cuts_off_is_ranked_all_the_same(without: Reading) -> None:
    words = " ".join(f"Clerk number {n} files papers." for n in range(120))
    text = f"{words} The last one is Ondine."
    passage = Passage("long.md", "Long", 0, len(text), text)
    question = analyse("Who is Ondine?")
    for passages in ([passage], [passage, *without.passages], [*without.passages, passage]):
        ranked = without.evidence.rank(question, passages)
        assert len(ranked) == sum(len(units(p.text)) for p in passages)
        behind = next(c for c in ranked if c.unit.text == "The last one is Ondine.")
        signals = without.evidence.signals(question, behind, passage)
        assert signals.reverse == 0
        assert 0 < behind.score <= 0.2 + 1e-9  # only its words count


@pytest.mark.parametrize("question", ["", "?", "the of and", "\u200b", "知识流程外包"])
def test_a_question_without_a_subject_ranks_everything(question: str, ferries: Reading) -> None:
    assert len(ferries.rank(question)) == sum(len(units(p.text)) for p in ferries.passages)
    best = ferries.rank(question)[0]
    assert ferries.evidence.signals(analyse(question), best, ferries.passages[best.number - 1]).words == 0


def test_no_passages_have_no_units(ferries: Reading) -> None:
    assert ferries.evidence.rank(analyse("How old is the ship?"), []) == []


# --- always the same


def keyed(ranked: list[Candidate], passages: list[Passage]) -> dict[tuple[str, int, int, str], float]:
    return {
        (passages[c.number - 1].source, passages[c.number - 1].start, c.unit.span.start, c.unit.kind): c.score
        for c in ranked
    }


def test_a_ranking_is_the_same_each_time_whatever_was_asked_before(
    ingest_settings: IngestSettings, minilm: MiniLM
) -> None:
    fresh, used = read(ingest_settings, minilm), read(ingest_settings, minilm)
    for question in ("How many benefits are there?", "?", "Which roles are common in KPO?"):
        used.evidence.rank(analyse(question), used.passages[3:])
    expected = fresh.rank("What drives KPO?")
    assert used.rank("What drives KPO?") == expected
    assert used.rank("What drives KPO?") == expected


def test_scores_do_not_depend_on_the_order_or_the_company_of_passages(
    ingest_settings: IngestSettings, minilm: MiniLM
) -> None:
    reading = read(ingest_settings, minilm)
    question = analyse("What drives BPO compared with KPO?")
    whole = keyed(reading.evidence.rank(question, reading.passages), reading.passages)
    for passages in (reading.passages[::-1], reading.passages[5:9]):
        other = keyed(reading.evidence.rank(question, passages), passages)
        assert other == pytest.approx({key: whole[key] for key in other}, abs=1e-5)


def test_more_passages_than_are_kept_in_memory_are_ranked_all_the_same(
    ferries: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ferries.rank("How old is the ship?")
    monkeypatch.setattr("assistant.evidence._KEPT", 1)
    assert ferries.rank("How old is the ship?") == expected
    assert len(ferries.evidence._prepared) == 1
    assert ferries.rank("How old is the ship?") == expected
