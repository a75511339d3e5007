"""Which units of the passages make up an answer, from logits made by hand."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.selection import LONGEST, candidates, select
from assistant.units import units
from tests.assistant.readers.made import reading

THREE = "One is red. Two is blue. Three is green."
LIST = "Some are:\n\n- red\n- blue\n- green"
TABLE = "| Colour | Price |\n|---|---|\n| red | 3 |\n| blue | 5 |"


def selected(*passages: tuple[str, list[float]], unit_margin: float = 1.0, together: bool = False) -> list[str]:
    return [c.unit.text for c in select(candidates(reading(*passages, together=together)), unit_margin, 0.5)]


# --- candidates


def test_every_unit_is_a_candidate_with_the_number_of_its_passage_best_first() -> None:
    found = candidates(reading(("# Red\n\nIt is.", [-1.0, 2.0]), ("Blue.", [0.5])))
    assert [(c.number, c.unit.text, c.score) for c in found] == [
        (1, "It is.", 2.0),
        (2, "Blue.", 0.5),
        (1, "Red", -1),
    ]
    asking = candidates(reading(("Why?\n\n**Really?**\n\nSo it is.", [3.0, 2.0, 1.0])))
    assert [c.unit.text for c in asking] == ["So it is."], "what asks is no answer"


# --- sentences


def test_the_best_is_chosen_and_those_that_are_not_too_far_below() -> None:
    assert selected((THREE, [1.0, -0.1, 0.0])) == ["One is red.", "Three is green."]
    assert selected((THREE, [1.0, -0.1, 0.0]), unit_margin=0.5) == ["One is red."]


def test_an_answer_stays_short_but_the_best_unit_is_as_long_as_it_is() -> None:
    long, half = " ".join(["word"] * (LONGEST + 1)), " ".join(["word"] * (LONGEST // 2))
    assert selected((f"{long.title()}. Two.", [2.0, 1.0])) == [f"{long.title()}."]
    assert selected((f"{half.title()}. {half.title()}. Two more.", [2.0, 1.5, 1.0])) == [f"{half.title()}."] * 2


# --- headings


RED, BLUE, GREEN = "# Red", "# Blue", "# Green"


def test_where_most_headings_of_a_section_answer_all_come_in_the_order_of_the_text() -> None:
    assert selected((RED, [0.2]), (BLUE, [-3.0]), (GREEN, [1.0]), together=True) == ["Red", "Blue", "Green"]
    assert selected((RED, [-0.2]), (BLUE, [-3.0]), (GREEN, [1.0]), together=True) == ["Green"]


def test_several_headings_answer_as_well_as_most_of_them_do() -> None:
    three = (RED, [1.0]), (BLUE, [0.1]), (GREEN, [0.4])
    assert selected(*three, ("It is.", [0.3]), together=True) == ["Red", "Blue", "Green"]
    assert selected(*three, ("It is.", [0.5]), together=True) == ["It is."]


def test_an_item_comes_with_what_announces_its_list() -> None:
    assert selected((LIST, [-1.0, -1.0, 2.0, -5.0])) == ["Some are:", "blue"]
    assert selected((TABLE, [-1.0, 2.0, 1.4])) == ["Colour | Price", "red | 3"], "rows are more alike than items"
    assert selected((TABLE, [-1.0, 2.0, 1.6])) == ["Colour | Price", "red | 3", "blue | 5"]
    assert selected((TABLE, [2.0, 1.0, -9.0])) == ["Colour | Price", "red | 3", "blue | 5"], (
        "its head asks for all"
    )


def test_a_list_of_which_most_items_or_what_announces_it_answer_comes_whole() -> None:
    assert selected((LIST, [2.0, -1.0, -1.0, -5.0])) == ["Some are:", "red", "blue", "green"]
    assert selected((LIST, [-9.0, 2.0, 1.0, -2.5])) == ["Some are:", "red", "blue", "green"]
    assert selected((LIST, [-9.0, 2.0, 0.9, -2.5])) == ["Some are:", "red"]


def test_a_sentence_that_is_only_read_with_what_announces_a_list_does_not_bring_it() -> None:
    firms = "Experts run some firms.\n\nThese are:\n\n- red\n- blue"
    assert selected((firms, [2.0, -9.0, -9.0, -9.0])) == ["Experts run some firms."]
    assert selected((firms, [-9.0, 2.0, -9.0, -9.0])) == ["Experts run some firms.", "These are:", "red", "blue"]
    assert selected((firms, [-9.0, -9.0, 2.0, -9.0])) == ["Experts run some firms.", "These are:", "red"]


# --- whatever the logits

texts = st.lists(st.sampled_from([THREE, LIST, TABLE, "# Red", "Why?", ""]), max_size=4)


@given(texts, st.data(), st.floats(0, 3))
def test_the_best_is_there_each_unit_once_and_a_list_stays_one(
    given: list[str], data: st.DataObject, unit_margin: float
) -> None:
    logits = [data.draw(st.lists(st.floats(-3, 3), min_size=n, max_size=n)) for n in map(len, map(units, given))]
    ranked = candidates(reading(*zip(given, logits, strict=True)))
    chosen = select(ranked, unit_margin, unit_margin / 2)
    assert set(chosen) <= set(ranked)
    assert bool(chosen) is bool(ranked)
    assert len(set(chosen)) == len(chosen)
    if ranked and ranked[0].unit.kind != "heading":
        assert ranked[0] in chosen and chosen[0].number == ranked[0].number
    for group in {c.group for c in chosen if c.group}:
        places = [i for i, c in enumerate(chosen) if c.group == group]
        starts = [chosen[i].start for i in places]
        assert places == list(range(places[0], places[-1] + 1)) and starts == sorted(starts)
