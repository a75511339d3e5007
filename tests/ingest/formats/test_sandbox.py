"""The process that converts: it answers, it is bounded, and it is started anew behind a document that broke it."""

import time
import zipfile
import zlib
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.formats import sandbox
from ingest.formats.sandbox import Converter
from tests.ingest.formats.samples import docx, pdf

pytestmark = pytest.mark.slow


def test_one_process_converts_one_document_after_another(tmp_path: Path) -> None:
    (tmp_path / "ä page.html").write_text("<h1>Größe</h1>")
    (tmp_path / "b.docx").write_bytes(docx(("", "Words.")))
    (tmp_path / "c.pdf").write_bytes(pdf([(700, 12, "Page.")]))
    with Converter() as process:
        assert process.convert(tmp_path / "ä page.html") == "# Größe\n"
        started = process._process
        assert process.convert(tmp_path / "b.docx") == "Words.\n"
        assert process.convert(tmp_path / "c.pdf") == "## Page 1\n\nPage.\n"
        assert process._process is started
    assert started and started.returncode is not None


def test_what_is_nested_too_deeply_is_refused_and_the_next_goes_on(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text("<div>" * 20_000)
    (tmp_path / "fine.html").write_text("<p>Fine.")
    began = time.monotonic()
    with Converter() as process:
        with pytest.raises(SourceError, match=r"deep\.html cannot be read \(it is nested too deeply\)"):
            process.convert(tmp_path / "deep.html")
        assert process.convert(tmp_path / "fine.html") == "Fine.\n"
    assert time.monotonic() - began < 30


def test_bombs_are_refused_within_bounded_time_and_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(docx(("", "x")))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros", b"\0" * 201_000_000)
    laughs = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    lol = tmp_path / "lol.docx"
    with zipfile.ZipFile(lol, "w") as archive:
        for name in ("_rels/.rels", "word/document.xml"):
            archive.writestr(name, f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{laughs}]><x>&i;</x>')
    began = time.monotonic()
    with Converter() as process:
        for path, why in ((bomb, "it is too large when unpacked"), (lol, "it is")):
            with pytest.raises(SourceError, match=rf"{path.name} cannot be read \({why}"):
                process.convert(path)
    assert time.monotonic() - began < 30


def test_what_takes_too_long_is_ended_the_next_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = zlib.compress(b"BT /F 12 Tf 72 700 Td (x) Tj ET\n" * 1_000_000)
    slow = pdf([(700, 12, "x")]).replace(b"/Length ", b"/Filter /FlateDecode /Length ")
    slow = slow[: slow.index(b"stream\n") + 7] + zeros + slow[slow.index(b"\nendstream") :]
    (tmp_path / "slow.pdf").write_bytes(slow)
    (tmp_path / "fine.html").write_text("<p>Fine.")
    monkeypatch.setattr(sandbox, "SECONDS", 1.0)
    with Converter() as process:
        with pytest.raises(SourceError, match=r"slow\.pdf cannot be read \(it takes longer than 1 s\)"):
            process.convert(tmp_path / "slow.pdf")
        monkeypatch.setattr(sandbox, "SECONDS", 60.0)
        assert process.convert(tmp_path / "fine.html") == "Fine.\n"
