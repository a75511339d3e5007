"""Two things that a question compares, and whose side a sentence is on: by names alone, whatever they are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sides import Names, compared, side_in, side_of
from assistant.units import units
from ingest.lexicon import Lexicon

OUTSOURCING = ["BPO is volume-driven.", "KPO is insight-driven.", "Both save costs in the US.", "So does OBS."]
LEASES = ["An operating lease is short.", "A finance lease is long.", "Leases are contracts."]
COOLING = ["Passive cooling is silent.", "Active cooling hums.", "A boat has docks."]


@pytest.mark.parametrize(
    ("question", "texts", "names"),
    [
        # two abbreviations that the texts have are compared wherever they stand
        ("What drives BPO compared with KPO?", OUTSOURCING, ("BPO", "KPO")),
        ("BPO vs OBS", OUTSOURCING, ("BPO", "OBS")),  # in the letters of the texts
        ("What makes BPO firms want KPO?", OUTSOURCING, None),  # it joins and compares nothing
        # else the words before and behind what joins them are
        ("operating lease vs finance lease", LEASES, ("operating lease", "finance lease")),
        ("What is the difference between passive and active cooling?", COOLING, ("passive", "active cooling")),
        ("What of passive and active cooling?", COOLING, None),  # it asks for no difference
        ("Cheap and cheap?", ["It is cheap."], None),  # nothing tells one from the other
    ],
)
def test_two_things_are_compared_if_texts_have_both(question: str, texts: list[str], names: Names | None) -> None:
    assert compared(question, texts) == names


KINDS, LEASED = ("BPO", "KPO"), ("operating lease", "finance lease")


def test_a_sentence_is_on_the_side_of_the_thing_it_is_about() -> None:
    assert side_of("Both BPO and KPO save costs.", [], KINDS) is None
    assert side_of("Unlike BPO, KPO relies on judgment.", [], KINDS) == "KPO"
    assert side_of("Since KPO is a subset of BPO, most KPO services come under it.", [], KINDS) == "KPO"
    assert side_of("The operating one is short.", [], LEASED) == "operating lease"
    assert side_of("Every lease is a contract.", [], LEASED) is None, "what two names share tells nothing"


def test_one_that_names_none_is_on_the_side_of_the_first_around_it_that_names_any() -> None:
    said = "Financial manager."
    assert side_of(said, ["Common KPO roles are:", "BPO"], KINDS) == "KPO"
    assert side_of(said, ["Nothing of it.", "7 differences > BPO"], KINDS) == "BPO"
    assert side_of(said, ["BPO and KPO", "BPO"], KINDS) is None, "also where it names both"


# --- whatever is asked

WORDS = ["What", "is", "BPO", "kpo", "lease", "finance", "operating", "than", "vs", "?", ","]
questions = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=9).map(" ".join)


@given(questions, st.lists(questions, max_size=3))
def test_two_things_are_two_names_in_the_texts_each_on_its_own_side(question: str, texts: list[str]) -> None:
    names = compared(question, texts)
    if names:
        assert all(names) and names[0].casefold() != names[1].casefold()
        assert {side_of(name, [], names) for name in names} == set(names)


@pytest.mark.parametrize("part", ["BPO ", "x vs ", "a"])
def test_a_question_of_the_longest_length_is_read_at_once(part: str) -> None:
    started = time.process_time()
    question = (part * 4_000)[:4_000]
    compared(question, [*OUTSOURCING, question])
    side_of(question, [question], ("BPO", "KPO"))
    assert time.process_time() - started < 2


def test_a_thing_is_known_under_its_long_name_but_not_where_another_is_only_held_against_it() -> None:
    lexicon = Lexicon.of(["Business Process Outsourcing", "BPO", "KPO"])
    told = units("Business process outsourcing is cheap. It is common. KPO is dear. It is harder than BPO.")
    sides = [side_in(told, at, "", KINDS, lexicon.terms) for at in range(4)]
    assert sides == ["BPO", "BPO", "KPO", "KPO"]
    assert side_in(told, 1, "", KINDS) is None
