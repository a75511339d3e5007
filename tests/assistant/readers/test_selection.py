"""Which units of the passages make up an answer, from logits made by hand."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.readers.selection import LONGEST, candidates, select
from assistant.units import units
from tests.assistant.readers.made import CALIBRATION, reading

THREE = "One is red. Two is blue. Three is green."
LIST = "Some are:\n\n- red\n- blue\n- green"
TABLE = "| Colour | Price |\n|---|---|\n| red | 3 |\n| blue | 5 |"
RED, BLUE, GREEN = "# Red", "# Blue", "# Green"


def selected(*passages: tuple[str, list[float]]) -> list[str]:
    """What is chosen of these parts of one document, with margins of 1, 0.7 in other parts, and 0.5 for rows."""
    return [c.unit.text for c in select(candidates(reading(*passages, together=True)), CALIBRATION)]


def test_every_unit_but_what_asks_is_a_candidate_best_first() -> None:
    asking = ("Why?\n\n**Really?**\n\nSo.", [3.0, 2.0, 0.5])
    found = candidates(reading(("# Red\n\nIt is.", [-1.0, 2.0]), asking))
    ranked = [(c.number, c.unit.text, c.score) for c in found]
    assert ranked == [(1, "It is.", 2.0), (2, "So.", 0.5), (1, "Red", -1.0)]


def test_the_best_is_chosen_and_those_that_are_not_too_far_below() -> None:
    assert selected((THREE, [1.0, -0.1, 0.0])) == ["One is red.", "Three is green."]
    assert selected(("It is.", [1.0]), ("So.", [0.2]), ("Too.", [0.4])) == ["It is.", "Too."]


def test_an_answer_stays_short_but_the_best_unit_is_as_long_as_it_is() -> None:
    long, half = f"Very{' long' * LONGEST}.", f"Half{' as' * (LONGEST // 2 - 1)}."
    assert selected((f"{long} Two.", [2.0, 1.0])) == [long]
    assert selected((f"{half} {half} Two more.", [2.0, 1.5, 1.0])) == [half] * 2


def test_where_most_headings_of_a_section_answer_all_come_in_the_order_of_the_text() -> None:
    assert selected((RED, [0.2]), (BLUE, [-3.0]), (GREEN, [1.0])) == ["Red", "Blue", "Green"]
    assert selected((RED, [-0.2]), (BLUE, [-3.0]), (GREEN, [1.0])) == ["Green"]
    # a sentence below one of them that answers a little better does not tell all of it
    three = (RED, [1.0]), (BLUE, [0.1]), (GREEN, [0.4])
    assert selected(*three, ("It is.", [1.05])) == ["Red", "Blue", "Green"]
    assert selected(*three, ("It is.", [1.2])) == ["It is."]


def test_an_item_comes_with_what_announces_its_list() -> None:
    assert selected((LIST, [-1.0, -1.0, 2.0, -5.0])) == ["Some are:", "blue"]
    assert selected((TABLE, [-1.0, 2.0, 1.4])) == ["Colour | Price", "red | 3"], "rows are more alike than items"
    assert selected((TABLE, [-1.0, 2.0, 1.6])) == ["Colour | Price", "red | 3", "blue | 5"]


def test_a_list_of_which_most_items_or_what_announces_it_answer_comes_whole() -> None:
    assert selected((LIST, [2.0, -1.0, -1.0, -5.0])) == ["Some are:", "red", "blue", "green"]
    assert selected((TABLE, [2.0, 1.0, -9.0])) == ["Colour | Price", "red | 3", "blue | 5"]
    assert selected((LIST, [-9.0, 2.0, 1.0, -2.5])) == ["Some are:", "red", "blue", "green"]
    firms = "Experts run some firms.\n\nThese are:\n\n- red\n- blue"
    assert selected((firms, [2.0, -9.0, -9.0, -9.0])) == ["Experts run some firms."], "it announces none"


# --- whatever the logits

texts = st.lists(st.sampled_from([THREE, LIST, TABLE, "# Red", "Why?", ""]), max_size=4)


@given(texts, st.data(), st.floats(0, 3))
def test_the_best_is_there_each_unit_once_and_a_list_stays_one(
    given: list[str], data: st.DataObject, margin: float
) -> None:
    logits = [data.draw(st.lists(st.floats(-3, 3), min_size=n, max_size=n)) for n in map(len, map(units, given))]
    ranked = candidates(reading(*zip(given, logits, strict=True)))
    margins = {"unit_margin": margin, "passage_margin": margin / 3, "row_margin": margin / 2}
    chosen = select(ranked, CALIBRATION.model_copy(update=margins))
    assert set(chosen) <= set(ranked)
    assert bool(chosen) is bool(ranked)
    assert len(set(chosen)) == len(chosen)
    if chosen and ranked[0].unit.kind != "heading" != chosen[0].unit.kind:
        assert ranked[0] in chosen and chosen[0].number == ranked[0].number
    for group in {c.group for c in chosen if c.group}:
        places = [i for i, c in enumerate(chosen) if c.group == group]
        starts = [chosen[i].start for i in places]
        assert places == list(range(places[0], places[-1] + 1)) and starts == sorted(starts)
