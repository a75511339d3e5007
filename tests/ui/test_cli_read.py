"""`bpo-kpo read`: what documents are read as, before anything is indexed."""

import json
from pathlib import Path

from tests.ui.command import bpo_kpo


def test_a_document_is_printed_as_the_markdown_that_it_is_read_as(tmp_path: Path) -> None:
    plan, page = tmp_path / "plan.dwg", tmp_path / "page.html"
    plan.touch()
    page.write_text("<h1>Rules</h1><p>No <b>dogs</b>.")
    one = bpo_kpo("read", str(page))
    assert (one.returncode, one.stdout, one.stderr) == (0, "# Rules\n\nNo **dogs**.\n\n", "")
    (tmp_path / "note.md").write_text("---\ntitle: A note\n---\nOne.\n")
    both = bpo_kpo("read", str(tmp_path))
    assert both.stdout == f"==> {tmp_path / 'note.md'}\n\nOne.\n\n==> {page}\n\n{one.stdout}"
    assert both.stderr == f"Not read, as of other kinds (1): {plan}\n"


def test_json_has_title_text_and_what_was_left_out_or_a_fault(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_text("no PDF")
    (tmp_path / "empty").mkdir()
    fine = tmp_path / "fine.md"
    fine.write_text("# Title\n\n## Fees\n\nThey are:\n\n<!-- note: a list that\nwas lost -->\n")
    run = bpo_kpo("read", "--json", *(str(tmp_path / name) for name in ("missing.md", "empty", ".")))
    missing, empty, broken, document = json.loads(run.stdout)["documents"]
    assert run.returncode == 2
    for one, fault in ((missing, "does not exist"), (empty, "no document in"), (broken, "it is no PDF")):
        assert fault in one["fault"]
    assert (document["source"], document["title"], document["language"]) == (str(fine), "Title", "en")
    assert document["text"] == fine.read_text()
    assert document["left_out"] == [{"what": "a list that was lost", "where": "Fees"}]


def test_no_document_nor_its_name_nor_a_fault_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2Jb.md").write_text("One.\n\tTwo\x1b[2J \x9b31m\x07three.")
    (tmp_path / "c\x1b[2Jd.pdf").write_text("no PDF")
    run = bpo_kpo("read", str(tmp_path))
    assert run.stdout == f"==> {tmp_path / 'a[2Jb.md'}\n\nOne.\n\tTwo[2J 31mthree.\n"
    assert "c[2Jd.pdf" in run.stderr and "\x1b" not in run.stderr
