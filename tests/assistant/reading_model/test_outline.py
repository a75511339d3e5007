"""The headings below a section, read together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading_model.outline import Outline, is_heading, outlines
from assistant.reading_model.units import units
from ingest.passages import Passage


def passage(text: str, section: str = "", source: str = "a.md") -> Passage:
    return Passage(source, section, 0, len(text), text)


def heading(name: str, above: str = "Perks", source: str = "a.md") -> Passage:
    """A heading that is a passage of its own; its section ends with itself."""
    return passage(f"### {name}", f"{above} > {name}", source)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("### Cheap", True),
        ("### Cheap\n", True),
        ("### Cheap\n\nIt is.", False),
        ("Cheap", False),
        ("", False),
    ],
)
def test_a_bare_heading_has_nothing_below_it(text: str, bare: bool) -> None:
    assert is_heading(passage(text)) is bare


def test_the_headings_of_one_section_are_read_as_one_outline() -> None:
    (outline,) = outlines([heading("Cheap"), heading("Quick")])
    assert outline == Outline("a.md", "Perks", "### Cheap\n### Quick", (0, 1))
    assert [(unit.kind, unit.text) for unit in units(outline.text)] == [("heading", "Cheap"), ("heading", "Quick")]
    assert outline.start < 0  # it stands nowhere


def test_one_heading_alone_is_no_outline_and_neither_is_a_passage_with_text() -> None:
    assert outlines([heading("Cheap"), passage("### Quick\n\nYes.", "Perks > Quick")]) == []
    assert outlines([]) == []


def test_headings_of_two_sections_or_two_documents_do_not_mix() -> None:
    others = [heading("Slow", "Costs"), heading("Dear", "Costs"), heading("Cheap", source="b.md")]
    found = outlines([heading("Cheap"), others[0], heading("Quick"), *others[1:]])
    assert [(one.source, one.section, one.members) for one in found] == [
        ("a.md", "Perks", (0, 2)),
        ("a.md", "Costs", (1, 3)),
    ]


some = st.lists(
    st.builds(heading, st.sampled_from("xyz"), st.sampled_from(["A", "B > C"]), st.sampled_from(["a.md", "b.md"]))
    | st.just(passage("It is.", "A")),
    max_size=9,
)


@given(some)
def test_each_heading_is_a_member_of_one_outline_at_most_and_each_member_a_unit_of_it(
    given: list[Passage],
) -> None:
    found = outlines(given)
    members = [i for one in found for i in one.members]
    assert len(members) == len(set(members))
    for one in found:
        assert len(one.members) > 1
        assert [unit.text for unit in units(one.text)] == [given[i].text.lstrip("# ") for i in one.members]
