"""Files become sources: names, titles, decoding, and what is refused."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.formats.sandbox import LARGEST, LONGEST
from ingest.sources import find_files, find_others, make_source, questions_file, read_source, shown_name
from ingest.titles import telling


def title(text: str) -> str:
    return make_source("folder/the-name.md", text).title


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("corpus/kettle.md", "corpus/kettle.md"),  # in the checkout
        ("/home/ann/tea.md", "tea.md"),
        ("/home/ann/kettle.md", "ann/kettle.md"),
        ("/srv/kettle.md", "srv/kettle.md"),
        (".index/documents/cup.md", "cup.md"),  # given in the window
        ("/kettle.md", "/kettle.md"),  # others end so
    ],
)
def test_people_see_as_much_of_a_name_as_tells_it_apart(name: str, shown: str) -> None:
    others = ["corpus/kettle.md", "/home/ann/kettle.md", "/srv/kettle.md", "/home/ann/black-tea.md", name]
    assert shown_name(name, others) == shown


# --- titles and front matter

TITLES = [
    ("---\ntitle: From the front matter\n---\n# A heading", "From the front matter"),
    ('---\ntitle: "Quoted: with  a colon"\nauthor: A\n---\n', "Quoted: with a colon"),
    ("---\ntitle: 1984\n---\n# A heading", "1984"),
    ("---\nauthor: A\n---\n\nText.\n\n# A heading #\n", "A heading"),
    ('+++\ntitle = "Dock"\ntags = ["a"]\n+++\n# A heading', "Dock"),
    ("+++\ntitle = broken\n+++\n# A heading", "A heading"),
    ("---\ntitle: The *Dock*\n---\n", "The Dock"),
    ("# #\ntext", "the-name"),
    ("# ![The weir](a.png) [by night](b.md) <a name='c'></a> ~~by day~~", "The weir by night"),
    ("# \\# 5 of List<T>, snake_case, 2 * 3 &amp; C*", "# 5 of List<T>, snake_case, 2 * 3 & C*"),
    ("```sh\n# connect first\n```\n\nGuide\n=====\n", "Guide"),
    # what a program made up
    ("---\ntitle: (anonymous)\n---\n# Table of contents\n\n# Barge rules", "Barge rules"),
    ("# Document1\n", "the-name"),
    ("---\ntitle: '{{ page.title }}'\n---\n# {% block title %}\n\n# Loom care", "Loom care"),
    # a comment
    ("#!/bin/sh\n\n# Deletes all\n\nrm -rf x", "the-name"),
    ("apt install foo\n# the second step\nreboot\n\n# Setting up", "Setting up"),
]
BROKEN = ["title: a: b", "title: [unclosed", "title: &a [*a, *a]", "\tTitle: tab", "[" * 500, "title: '\x00\x07'"]
TAGS = ["title: !!python/object/apply:os.system [exit]", 'a: !!int ""\ntitle:']


@pytest.mark.parametrize(("text", "expected"), TITLES)
def test_the_title_is_the_front_matters_else_the_first_headings_else_the_name(text: str, expected: str) -> None:
    assert title(text) == expected


MADE_UP = ["Normal.dotm", "PowerPoint-Präsentation", "Microsoft Office Word Document", "Folie 1"]


@pytest.mark.parametrize("words", [*MADE_UP, "Word documents", "The pub."])
def test_the_name_of_a_template_or_of_a_program_is_no_title_but_what_speaks_of_one_is(words: str) -> None:
    assert telling(words) == ("" if words in MADE_UP else words)


@pytest.mark.parametrize("front", [*BROKEN, *TAGS])
def test_broken_front_matter_is_no_title_and_no_fault(front: str) -> None:
    source = make_source("a.md", f"---\n{front}\n---\n# The heading\n")
    assert source.title == "The heading"
    assert source.text[source.body_start :] == "# The heading\n"


def test_a_yaml_bomb_costs_nothing() -> None:
    levels = "\n".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    began = time.process_time()
    assert title(f"---\na: &a [x,x,x,x,x,x,x,x,x]\n{levels}\ntitle: *i\n---\n# The heading") == "The heading"
    assert title("---\n" + "k: v\n" * 100_000 + "title: Too late\n---\n# The heading") == "The heading"
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("front", "body"),
    [
        ("---  \ntitle: A\n--- \t\n", "\nBody\n"),
        ("---\ntitle: A\n---", ""),
        ("", "---\ntitle: never closed\n"),
        ("", "---\n\nA paragraph between two rules.\n\n---\n\nAnother.\n"),
    ],
)
def test_the_body_begins_behind_closed_front_matter(front: str, body: str) -> None:
    source = make_source("a.md", front + body)
    assert source.text[: source.body_start] == front


# --- decoding


@given(st.text())
def test_offsets_count_code_points_and_line_ends_are_all_that_changes(text: str) -> None:
    assert make_source("a.md", text).text == text.replace("\r\n", "\n").replace("\r", "\n")


# --- what is refused


def test_what_cannot_be_read_is_named_in_one_line_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Caf\xe9\0")
    with pytest.raises(SourceError, match=r"a\.txt cannot be read \(it is no text\)\. Save it as UTF-8"):
        read_source(path)
    path.write_text("x" * (LONGEST + 1))
    with pytest.raises(SourceError, match=r"a\.txt has more than 20,000,000 characters\. Divide it"):
        read_source(path)
    os.truncate(path, LARGEST + 1)
    with pytest.raises(SourceError, match=r"a\.txt is larger than 100 MB\. Divide it"):
        read_source(path)
    with pytest.raises(SourceError, match=r"nowhere\.md cannot be read \(No such file or directory\)\. Check it"):
        read_source(tmp_path / "nowhere.md")


# --- finding files


def test_two_documents_of_one_stem_do_not_share_their_questions(tmp_path: Path) -> None:
    for name in ("a.md", "a.pdf", "b.pdf"):
        (tmp_path / name).touch()
    found = [questions_file(tmp_path / name).name for name in ("a.md", "a.pdf", "b.pdf")]
    assert found == ["a.questions.jsonl", "a.pdf.questions.jsonl", "b.questions.jsonl"]


def below(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def test_a_folder_gives_its_documents_in_order_and_what_is_not_read_apart(tmp_path: Path) -> None:
    below(tmp_path, "b.md", "a.TXT", "c.markdown", "sub/d.md", "a.questions.jsonl")
    below(tmp_path, ".hidden.md", ".hidden.png", ".git/e.md")
    below(tmp_path, "picture.png", "noext", "sub/old.xls")
    (tmp_path / "sub" / "linked").symlink_to(tmp_path)
    found, others = (
        [path.relative_to(tmp_path).as_posix() for path in find(tmp_path)] for find in (find_files, find_others)
    )
    assert found == ["a.TXT", "b.md", "c.markdown", "sub/d.md"]
    assert others == ["noext", "picture.png", "sub/linked", "sub/old.xls"]


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> object:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError, match=rf"{tmp_path} cannot be read \(Permission denied\)\. Check it"):
        list(find_files(tmp_path))
