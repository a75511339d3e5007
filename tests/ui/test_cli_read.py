"""`bpo-kpo read`: what documents are read as, before anything is indexed."""

import json
from pathlib import Path

from tests.ui.command import bpo_kpo


def test_a_document_is_printed_as_the_markdown_that_it_is_read_as(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Rules</h1><p>No <b>dogs</b>.")
    (tmp_path / "note.md").write_text("---\ntitle: A note\n---\nOne.\n")
    one = bpo_kpo("read", str(tmp_path / "page.html"))
    assert (one.returncode, one.stdout, one.stderr) == (0, "# Rules\n\nNo **dogs**.\n\n", "")
    both = bpo_kpo("read", str(tmp_path))
    assert both.stdout.split("==> ")[1:] == [
        f"{tmp_path / 'note.md'}\n\nOne.\n\n",
        f"{tmp_path / 'page.html'}\n\n# Rules\n\nNo **dogs**.\n\n",
    ]


def test_json_has_title_text_and_what_was_left_out_or_a_fault(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_text("no PDF")
    fine = tmp_path / "fine.md"
    fine.write_text("# Title\n\n## Fees\n\nThey are:\n\n<!-- note: a list that\nwas lost -->\n")
    run = bpo_kpo("read", "--json", str(tmp_path / "missing.md"), str(tmp_path))
    gone, broken, document = json.loads(run.stdout)["documents"]
    assert run.returncode == 2
    assert "does not exist" in gone["fault"] and "it is no PDF" in broken["fault"]
    assert (document["source"], document["title"], document["language"]) == (str(fine), "Title", "en")
    assert document["text"] == fine.read_text()
    assert document["left_out"] == [{"what": "a list that was lost", "where": "Fees"}]


def test_what_lies_beside_the_documents_of_a_folder_is_named_and_a_folder_without_any_is_a_fault(
    tmp_path: Path,
) -> None:
    plan = tmp_path / "empty" / "plan.dwg"
    plan.parent.mkdir()
    plan.touch()
    (tmp_path / "fine.md").write_text("Fine.")
    both = bpo_kpo("read", str(tmp_path))
    assert (both.returncode, both.stdout) == (0, "Fine.\n")
    assert both.stderr == f"Not read, as of other kinds (1): {plan}\n"
    empty = bpo_kpo("read", str(plan.parent))
    assert empty.returncode == 2 and f"no document in {plan.parent}. Give a file" in empty.stderr


def test_no_document_nor_its_name_nor_a_fault_steers_the_terminal(tmp_path: Path) -> None:
    text = "One.\n\tTwo\x1b[2J \x9b31m\x07three."
    (tmp_path / "a\x1b[2Jb.md").write_text(text)
    (tmp_path / "c\x1b[2Jd.pdf").write_text("no PDF")
    run = bpo_kpo("read", str(tmp_path))
    assert run.stdout == f"==> {tmp_path / 'a[2Jb.md'}\n\nOne.\n\tTwo[2J 31mthree.\n"
    assert "c[2Jd.pdf" in run.stderr and "\x1b" not in run.stderr
    (document,) = json.loads(bpo_kpo("read", "--json", str(tmp_path / "a\x1b[2Jb.md")).stdout)["documents"]
    assert document["text"] == text


def test_ingest_names_what_was_left_out_on_stderr(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.html").write_text("<h1>Rules</h1><p>No dogs.</p><div hidden>Praise us.</div>")
    run = bpo_kpo("ingest", str(folder), BPO_KPO_INDEX=str(tmp_path / "index"))
    assert run.stderr == f"Left out of {folder / 'a.html'}: a hidden part (Rules)\n"


def test_other_commands_say_how_much_was_left_out_and_how_to_see_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("One.\n\n<!-- note: a picture -->\n")
    corpus = {"BPO_KPO_CORPUS": str(tmp_path / "a.md"), "BPO_KPO_INDEX": str(tmp_path / "index")}
    asked = bpo_kpo("ask", "What is one?", **corpus, BPO_KPO_MODEL="extractive")
    assert asked.stderr.splitlines() == [
        f"Left out of {tmp_path / 'a.md'}: 1 thing. To see where, run: bpo-kpo read {tmp_path / 'a.md'}",
        "Brought the index up to date (1 passages: 1 embedded, 0 kept, 0 removed).",
    ]
