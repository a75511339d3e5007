"""Whatever stands in a document or its questions is indexed as it stands."""

import json

import pytest

from tests.ingest.library import Library
from tests.nasties import NASTIES

WRITTEN = {name: text.encode(errors="replace").decode() for name, text in NASTIES.items()}


@pytest.mark.slow
def test_documents_and_their_questions(library: Library) -> None:
    for name, text in WRITTEN.items():
        library.write(f"{name}.md", f"# Nasty\n\nFirst words.\n\n{text}\n\nLast words.\n")
        lines = ({"question": text, "evidence": evidence} for evidence in ([], ["First words."]))
        library.write(f"{name}.questions.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    assert library.build().skipped == ()
    index = library.index()
    for name, text in WRITTEN.items():
        source = next(source for source in index.sources.values() if source.name.endswith(f"/{name}.md"))
        assert source.text.replace("\n", "").count(text.replace("\r", "").replace("\n", "")) >= 1
        here = [passage for passage in index.passages if passage.source == source.name]
        assert here and all(source.text[p.start : p.end] == p.text for p in here)
    assert {question.question for question in index.questions.questions} >= {WRITTEN["SQL"], WRITTEN["HTML"]}
