"""What `bpo-kpo read` prints: what documents are read as, and what is left out of them."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.formats.sandbox import Converter
from ingest.notes import left_out, remarks_on
from ingest.sources import SUFFIXES, Source, find_files, find_others, from_root, read_source
from ui.control_characters import one_line, without_controls


def read(paths: Sequence[Path], as_json: bool) -> bool:
    """Prints what the documents at `paths` are read as; whether all of them could be.

    What lies beside them in folders and is no document is named on stderr, as when it is indexed.
    Front matter is not printed; offsets of citations count it.
    """
    others: list[Path] = []
    found = list(_read(paths, others))
    if as_json:
        documents = [_as_json(name, document) for name, document in found]
        print(json.dumps({"documents": documents}, ensure_ascii=False, indent=2))
    else:
        for name, document in found:
            if isinstance(document, SourceError):
                print(without_controls(f"bpo-kpo: {document}"), file=sys.stderr)
            else:
                shown = [*([f"==> {name}\n"] if len(found) > 1 else []), _text(document)]
                print(without_controls("\n".join(shown)))
    for line in remarks_on((), others):
        print(one_line(line), file=sys.stderr)
    return not any(isinstance(document, SourceError) for _, document in found)


def _read(paths: Sequence[Path], others: list[Path]) -> Iterator[tuple[str, Source | SourceError]]:
    """Each document, or why it cannot be read; what else lies in a folder is added to `others`."""
    with Converter() as converter:
        for path in paths:
            try:
                files = list(find_files(path.resolve()))
                others += find_others(path.resolve())
            except SourceError as error:
                yield str(path), error
                continue
            if not files:
                mend = f"Give a file or folder with {', '.join(SUFFIXES)} documents."
                yield str(path), SourceError(f"There is no document in {path}. {mend}")
            for file in files:
                try:
                    source = read_source(file, converter)
                    yield source.name, source
                except SourceError as error:
                    yield from_root(file), error


def _as_json(name: str, document: Source | SourceError) -> dict[str, Any]:
    if isinstance(document, SourceError):
        return {"source": name, "title": "", "language": "", "text": "", "left_out": [], "fault": str(document)}
    return {
        "source": name,
        "title": document.title,
        "language": document.language,
        "text": _text(document),
        "left_out": [one._asdict() for one in left_out(document)],
    }


def _text(document: Source) -> str:
    return document.text[document.body_start :]
