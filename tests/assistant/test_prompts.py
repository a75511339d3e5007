"""The fixed sentences: what counts as a marker, and what as a refusal."""

import pytest

from assistant import prompts


def test_a_marker_names_numbers_lists_and_ranges() -> None:
    def numbers(text: str) -> list[int]:
        return [n for marker in prompts.MARKER.finditer(text) for n in prompts.marker_numbers(marker)]

    assert numbers("[2] [4, 6] [7-9] 【11】") == [2, 4, 6, 7, 8, 9, 11]
    assert numbers("[2; 4] [6 and 7] [8 & 9] [1—3] [^5] [passage 6] [Passages 7, 8]") == [
        *(2, 4, 6, 7, 8, 9, 1, 2, 3, 5, 6, 7, 8)
    ]
    assert numbers("[9-7] [1-999999]") == [9, 7, 1, 999999]  # no range that could be meant


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("The article does not say.", True),
        ("Unfortunately, the passages don’t mention what Time Doctor costs.", True),
        ("These documents do not contain it.", True),
        ("The article does not say. Volume drives it.", True),  # so it begins
        ("The article says that it does not.", False),
        ("BPO does not say.", False),
        ("The company does not provide it.", False),
    ],
)
def test_a_refusal_in_words_of_its_own_begins_with_the_documents_that_do_not_say(text: str, refuses: bool) -> None:
    assert bool(prompts.REFUSES.match(text)) is refuses
