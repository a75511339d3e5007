"""Whatever stands in a document or its questions is indexed as it stands, in bounded time."""

import json
import time

import pytest

from tests.ingest.library import Library
from tests.nasties import NASTIES, grown

SECONDS = 20.0

each = pytest.mark.parametrize("text", NASTIES.values(), ids=NASTIES.keys())


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("library"))


@each
@pytest.mark.parametrize("length", [None, 100_000])
def test_a_document(text: str, length: int | None, library: Library) -> None:
    written = (grown(text, length) if length else text).encode(errors="replace").decode()
    library.write("plain.md", "# Plain\n\nPlain words.\n")
    library.write("nasty.md", f"# Nasty\n\nFirst words.\n\n{written}\n\nLast words.\n")
    began = time.monotonic()
    library.build()
    assert time.monotonic() - began < SECONDS
    index = library.index()
    for passage in index.passages:
        assert index.sources[passage.source].text[passage.start : passage.end] == passage.text
    assert any("Plain words." in passage.text for passage in index.passages)


@each
def test_its_questions(text: str, library: Library) -> None:
    library.write("plain.md", "# Plain\n\nPlain words.\n")
    written = text.encode(errors="replace").decode()
    lines = ({"question": written, "evidence": evidence} for evidence in ([], ["Plain words."]))
    library.write("plain.questions.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    library.build()
    assert library.index().passages
