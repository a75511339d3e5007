"""Two things that a question compares, and whose side a sentence is on: by names alone, whatever they are."""

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
        ("What makes BPO firms want KPO?", OUTSOURCING, None),  # it joins and compares nothing
        # else the words before and behind what joins them are, abbreviations as the texts write them
        ("OBS, which one is it, bpo or kpo?", OUTSOURCING, ("BPO", "KPO")),
        ("operating lease vs finance lease", LEASES, ("operating lease", "finance lease")),
        ("What is the difference between passive and active cooling?", COOLING, ("passive", "active cooling")),
        ("What of passive and active cooling?", COOLING, None),  # it asks for no difference
    ],
)
def test_two_things_are_compared_if_texts_have_both(question: str, texts: list[str], names: Names | None) -> None:
    assert compared(question, texts) == names


KINDS, LEASED = ("BPO", "KPO"), ("operating lease", "finance lease")


def test_a_sentence_is_on_the_side_of_the_thing_it_is_about_or_that_what_is_around_it_names() -> None:
    assert side_of("Both BPO and KPO save costs.", [], KINDS) is None
    assert side_of("Unlike BPO, KPO relies on judgment.", [], KINDS) == "KPO"
    assert side_of("Since KPO is a subset of BPO, most KPO services come under it.", [], KINDS) == "KPO"
    assert side_of("The operating one is short.", [], LEASED) == "operating lease"
    assert side_of("Every lease is a contract.", [], LEASED) is None, "what two names share tells nothing"
    assert side_of("Financial manager.", ["Common KPO roles are:", "BPO"], KINDS) == "KPO"
    assert side_of("Financial manager.", ["BPO and KPO", "BPO"], KINDS) is None


def test_a_thing_is_known_under_its_long_name_but_not_where_another_is_only_held_against_it() -> None:
    lexicon = Lexicon.of(["Business Process Outsourcing", "BPO", "KPO"])
    told = units("Business process outsourcing is cheap. It is common. KPO is dear. It is harder than BPO.")
    assert [side_in(told, at, "", KINDS, lexicon.terms) for at in range(4)] == ["BPO", "BPO", "KPO", "KPO"]


WORDS = ["What", "is", "BPO", "kpo", "lease", "finance", "operating", "than", "vs", "?", ","]
questions = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=9).map(" ".join)


@given(questions, st.lists(questions, max_size=3))
def test_two_things_are_two_names_in_the_texts_each_on_its_own_side(question: str, texts: list[str]) -> None:
    names = compared(question, texts)
    if names:
        assert all(names) and names[0].casefold() != names[1].casefold()
        assert {side_of(name, [], names) for name in names} == set(names)
