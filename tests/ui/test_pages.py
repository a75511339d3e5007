"""A citation in a PDF names its page, and leads to it."""

from pathlib import Path
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answers import Answer, RetrievedPassage
from assistant.citations import cite
from assistant.exports import answer_markdown
from tests import made
from tests.ingest.formats.samples import pdf
from tests.ingest.library import Library
from ui.terminal import show_answer
from ui.web.originals import originals
from ui.web.render import answer_html

SAID = "Boats leave at noon."


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """With a PDF of three pages, the first of which are i and ii."""
    library = Library(tmp_path)
    pages = ([(700, 11, text)] for text in ("Rules of the quay.", SAID, "Dogs pay half."))
    (library.corpus / "quay rules.pdf").write_bytes(pdf(*pages, labels="0 << /S /r >> 2 << /S /D >>"))
    library.write("notes.md", "A secret.")
    library.build()
    return library


@pytest.fixture
def answer(library: Library) -> Answer:
    passages = [RetrievedPassage.of(passage) for passage in library.index().passages if SAID in passage.text]
    cited = cite(f"{SAID} [1]", passages)
    return made.answer(cited.text, sentences=cited.sentences, citations=cited.citations)


def test_it_is_named_as_printed_in_answer_terminal_window_and_export(
    answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    (citation,) = answer.citations
    assert citation.page == "ii"
    place = f"quay rules.pdf:{citation.start}-{citation.end}, p. ii"
    show_answer(answer)
    assert place in capsys.readouterr().out
    assert place in answer_markdown(answer)
    assert ">p. ii</a>" in answer_html(answer, "t")


def test_the_window_opens_the_pdf_at_the_page_that_viewers_count(library: Library, answer: Answer) -> None:
    link = answer_html(answer, "t").partition('class="file" href="')[2].partition('"')[0].replace("&amp;", "&")
    app = FastAPI()
    app.include_router(originals(library.index, lambda _: True))
    http = TestClient(app, follow_redirects=False)
    target = urljoin(f"/{link}", http.get(f"/{link}").headers["location"])
    assert target.endswith("#page=2")
    shown = http.get(target)
    assert shown.content == (library.corpus / "quay rules.pdf").read_bytes()
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == (
        "application/pdf",
        "nosniff",
    )
    (library.corpus / "quay rules.pdf").write_bytes(pdf([(700, 11, "Another.")]))
    assert http.get(target).status_code == 404  # no longer what was indexed


def test_no_file_but_the_pdfs_of_the_index_is_served(library: Library) -> None:
    (library.corpus / "new.pdf").write_bytes(pdf([(700, 11, "Not indexed.")]))
    app = FastAPI()
    app.include_router(originals(library.index, lambda _: True))
    notes = next(name for name in library.index().sources if name.endswith("notes.md"))
    for source in (notes, str(library.corpus / "new.pdf"), "/etc/passwd", "../quay rules.pdf", ""):
        assert TestClient(app).get("/pdf", params={"source": source}).status_code == 404, source
