"""What was left out of a document is named once, with its place, when it is read in."""

from pathlib import Path

from ingest.notes import LeftOut, left_out, left_out_in_words, remarks_on
from ingest.sources import make_source
from tests.ingest.library import Library

TEXT = """# Guide

## Fees

<!-- note: a picture --> <!-- a comment --> ![](ornament.png)

## Map

The way is <!-- note: a formula --> long. ![Map](a.png)

```
![Map](a.png) <!-- note: a video -->
```
"""


def test_a_note_or_a_picture_is_something_left_out_below_its_headings_but_not_an_ornament_or_code() -> None:
    found = left_out(make_source("guide.md", TEXT))
    assert found == [LeftOut("a picture", "Fees"), LeftOut("a formula", "Map"), LeftOut("a picture", "Map")]
    assert left_out_in_words(found) == "a picture (Fees, Map); a formula (Map)"


def test_documents_in_other_languages_and_files_of_other_kinds_have_a_line_each() -> None:
    others = [Path(name) for name in ("a.png", "b.png", "c.xls", "d.zip", "e.zip")]
    regeln = make_source("regeln.md", "Nicht genommene Tage verfallen am 31. März.")
    assert remarks_on([make_source("guide.md", TEXT), regeln], others) == (
        "Not in English, so only a chat model reads it (1): regeln.md (de)",
        "Not read, as of other kinds (5): a.png, b.png, c.xls and 2 more",
    )


def test_a_build_names_it_once(library: Library) -> None:
    library.write("guide.md", TEXT)
    library.write("a.png", "")
    first = library.build()
    ((name, found),) = first.left_out.items()
    assert name.endswith("guide.md") and len(found) == 3 and first.remarks[0].endswith("a.png")
    library.write("b.md", "B.")
    assert library.build().left_out == {}
