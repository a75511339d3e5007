"""The fixed sentences: what counts as a marker."""

from assistant import prompts


def test_a_marker_names_numbers_lists_and_ranges() -> None:
    def numbers(text: str) -> list[int]:
        return [n for marker in prompts.MARKER.finditer(text) for n in prompts.marker_numbers(marker)]

    assert numbers("[2] [4, 6] [7-9] 【11】") == [2, 4, 6, 7, 8, 9, 11]
    assert numbers("[2; 4] [6 and 7] [8 & 9] [1—3] [^5] [passage 6] [Passages 7, 8]") == [
        *(2, 4, 6, 7, 8, 9, 1, 2, 3, 5, 6, 7, 8)
    ]
    assert numbers("[9-7] [1-999999]") == [9, 7, 1, 999999]  # no range that could be meant
