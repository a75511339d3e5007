"""Amounts, names and negations: what a sentence may not add to its evidence."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.literals import names, negates, unknown_amounts, unknown_names, unknown_numbers, without


def test_a_name_has_to_stand_there_in_any_case_plural_and_in_parts() -> None:
    assert names("Firms like Genpact answer calls, as KPO and iGate do.") == ["Genpact", "KPO", "iGate"]
    assert names("Genpact answers calls.") == [], "a capital at the start makes no name"
    assert without(["KPOs", "Anglo-Dutch"], "A KPO of Dutch and Anglo firms") == []
    assert without(["Anglo-Dutch"], "Dutch firms") == ["Anglo-Dutch"]


def test_an_amount_has_to_stand_there_with_its_unit_if_it_is_not_only_denied() -> None:
    assert unknown_amounts("It grew by five percent to $5.", "It grew by 5 % to $ 5.") == []
    assert unknown_amounts("It costs 1.000 dollars.", "1,000 dollars") == ["1.000"]
    assert unknown_amounts("It takes half, or a third.", "It takes its third part.") == ["half", "third"]
    assert unknown_amounts("The trial takes 14 days, not 30 or a 20-day one.", "It takes 14 days.") == ["20"]
    assert unknown_amounts("It takes not only 30 days.", "It takes 14 days.") == ["30"]


def test_a_not_or_a_word_like_it_negates() -> None:
    assert negates("It isn’t, it can't and it won't.")
    assert negates("Not only is it so, but it hardly ever fails.")
    assert not negates("Not only a few firms do.")
    assert not negates("It is a knot, a note and notable.")


WORDS = ["KPO", "Genpact", "Anglo-Dutch", "the", "firms", "7", "seven", "5 %", "$5", "not", "half", "."]
said = st.lists(st.sampled_from(WORDS) | st.text("aKé ,’-%$", max_size=5), max_size=8).map(" ".join)


@given(said, said, said)
def test_a_text_has_all_names_and_amounts_of_its_parts(before: str, claim: str, after: str) -> None:
    told = f"{before} . {claim} . {after}"
    assert without(names(claim), told) == []
    assert unknown_amounts(claim, told) == []


# --- in another language


def test_numbers_of_another_language_may_have_its_marks_and_be_words_there() -> None:
    told = "Since 2005 it costs $1,200.50, 40% less; there are seven differences."
    assert unknown_numbers("Es kostet 1.200,50 Euro, 40 Prozent weniger.", told) == []
    assert unknown_numbers("Es gibt 8 Unterschiede seit 2031.", told) == ["2031", "8"]


def test_names_of_another_language_may_be_spelt_and_end_in_its_way() -> None:
    told = "KPO and BPO of India are dear."
    assert unknown_names("Selon Deloitte, le KPO de l'Inde est cher.", told, False) == ["Deloitte"]
    assert unknown_names("BPO'nun ve KPOnun", told, False) == []
    assert unknown_names("根据Deloitte的报告，KPO由洞察力驱动。", told, False) == ["Deloitte"]
    german = "Laut Deloitte und McKinsey ist die Belegschaft einer KPO-Firma klein."
    assert unknown_names(german, told, True) == ["McKinsey"], "its nouns have no second capital"
