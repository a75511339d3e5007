"""A small index keeps its passages as the model reads them closely, so that no process reads them again."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from ingest.readings import Readings, heading_above

from ingest import readings
from ingest.build import build
from ingest.embeddings import MAX_TOKENS, MiniLM, TokenVectors, count_word_pieces
from ingest.errors import IndexProblem
from ingest.index import CurrentIndex
from ingest.passages import split
from ingest.sources import make_source
from tests.ingest.library import Library

TEXTS = ["Words\nKPO is insight-driven.", "Words\n", "Other words\nBPO is volume-driven."]


class Counting(MiniLM):
    """The model, with a note of what it read closely."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.read += texts
        return super().embed_tokens(texts)


def assert_as_read(found: TokenVectors | None, text: str, model: MiniLM) -> None:
    (fresh,) = model.embed_tokens([text])
    assert found and found.spans == fresh.spans
    assert np.allclose(found.vectors, fresh.vectors, atol=1e-3) and found.vectors.dtype == np.float32


def test_a_text_is_as_the_model_reads_it_but_for_16_bits(minilm: MiniLM) -> None:
    read = Readings.of(TEXTS, minilm, Readings())
    for text in TEXTS:
        assert_as_read(read.get(text), text, minilm)
    assert read.get("KPO is insight-driven.") is None
    assert Readings().get("") is None


def test_what_was_read_before_is_not_read_again() -> None:
    model = Counting()
    before = Readings.of(TEXTS[:2], model, Readings())
    after = Readings.of(TEXTS[::-1], model, before)
    assert model.read == TEXTS
    for text in TEXTS:
        assert_as_read(after.get(text), text, model)


def test_what_is_loaded_is_what_was_saved(minilm: MiniLM, tmp_path: Path) -> None:
    read = Readings.of(TEXTS, minilm, Readings())
    read.save(tmp_path)
    for text in TEXTS:
        assert_as_read(Readings.load(tmp_path).get(text), text, minilm)


def test_nothing_read_is_no_file(minilm: MiniLM, tmp_path: Path) -> None:
    Readings.of([], minilm, Readings()).save(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert Readings.load(tmp_path).get("Words") is None


# --- with the headings above


def test_a_passage_is_read_below_the_end_of_its_section_path() -> None:
    assert heading_above("Outsourcing > Kinds > Offshore") == "Outsourcing > Kinds > Offshore\n"
    assert heading_above("") == "\n"
    long = " > ".join(f"Heading {number}" for number in range(99))
    above = heading_above(long).removesuffix("\n")
    assert long.endswith(above) and above.endswith("Heading 98")
    assert 100 < len(above) < 200


def test_the_model_reads_a_passage_to_its_end_whatever_stands_above_it() -> None:
    above = "".join(f"{'#' * level} Heading {level} of a text with long headings\n\n" for level in range(1, 7))
    for passage in split(make_source("a.md", above + "The committee meets on Mondays and Fridays. " * 200)):
        assert count_word_pieces(heading_above(passage.section) + passage.text) <= MAX_TOKENS - 2  # its own marks


# --- beside an index


def test_a_build_reads_what_is_new(library: Library) -> None:
    model = Counting()
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.")
    build(library.settings, embeddings=model)
    assert model.read == ["A\n# A\n\nWords.", "B\n## B\n\nMore words."]
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.\n\n## C\n\nStill more.")
    build(library.settings, embeddings=model)
    assert model.read[2:] == ["C\n## C\n\nStill more."]
    index = library.index()
    for passage in index.passages:
        text = heading_above(passage.section) + passage.text
        assert_as_read(index.readings.get(text), text, model)


def test_a_larger_index_keeps_none(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.build.SMALL", 1)
    model = Counting()
    library.write("a.md", "# A\n\nWords.\n\n## B\n\nMore words.")
    build(library.settings, embeddings=model)
    assert model.read == [] and not len(library.index().readings.keys)


def without(*names: str) -> Callable[[Path], None]:
    """Damage: the file without some of its arrays."""

    def damage(file: Path) -> None:
        with np.load(file) as arrays:
            kept = {name: arrays[name] for name in arrays if name not in names}
        np.savez(file, **kept)

    return damage


def a_vector_too_few(file: Path) -> None:
    with np.load(file) as arrays:
        kept = dict(arrays)
    np.savez(file, **{**kept, "vectors": kept["vectors"][1:]})


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"garbage"), without("spans"), a_vector_too_few])
def test_damage_is_refused_in_one_line_and_a_build_mends_it(
    library: Library, damage: Callable[[Path], None]
) -> None:
    library.write("a.md", "# A\n\nWords.")
    build(library.settings, embeddings=MiniLM())
    damage(library.snapshot_folder() / readings._FILE)
    with pytest.raises(IndexProblem, match=r"^[^\n]* is damaged \([^\n]*\)\. Run: bpo-kpo ingest$"):
        CurrentIndex(library.settings).get()
    build(library.settings, embeddings=MiniLM())
    assert len(library.index().readings.keys) == 1
