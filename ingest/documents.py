"""Which documents an index is made of: found below its paths, read anew, or taken as they were indexed."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SourceError
from ingest.formats.sandbox import Converter
from ingest.settings import IngestSettings
from ingest.snapshots import Pointer
from ingest.sources import (
    Source,
    at_root,
    files_below,
    find_others,
    is_under,
    original_digest,
    read_source,
    source_name,
)


@dataclass(frozen=True)
class Documents:
    """What an index is made of."""

    paths: list[Path]  # that it remembers, none of them but that of the uploads inside another
    read: list[tuple[Path, Source]]  # each source with the file that it came from, by name
    skipped: dict[Path, str]  # why documents could not be read; as they were indexed before they are in `read`
    others: list[Path]  # what lies beside them and is of no kind that is read


def known_paths(pointer: Pointer | None) -> list[Path]:
    """The paths that the index was given."""
    return [at_root(path) for path in pointer.paths] if pointer else []


def read_documents(
    settings: IngestSettings,
    before: Pointer | None,
    indexed: Mapping[Path, Source],
    paths: Sequence[Path],
    remove: Sequence[Path],
    at_hand: Mapping[Path, Source],
) -> Documents:
    """What the index is made of after this build (see `build`): `paths` read anew where they have changed, the
    others as they were `indexed`, by file; nothing is where what was indexed cannot be used.

    No two sources have the same name: that is what a passage says of where it stands. Raises `SourceError` where
    none can be read, a path is gone, or one is to be removed that the index does not know.
    """
    known = known_paths(before)
    remembered = _remembered(known, paths, remove, settings)
    again = [path.resolve() for path in paths]
    if not indexed or not (paths or remove):
        again = remembered
    elif settings.uploads in remembered and is_under(settings.uploads, again) and settings.uploads.exists():
        again.append(settings.uploads)  # which may be hidden in a folder that is read
    if gone := [path for path in sorted({*again} & {*known}) if not path.exists()]:
        names, options = ", ".join(map(str, gone)), " ".join(f"--remove {shlex.quote(str(path))}" for path in gone)
        raise SourceError(f"What was at {names} is gone. Put it back, or run: bpo-kpo ingest {options}")
    files = sorted({*files_below(again, settings.index), *at_hand})
    sources: dict[str, tuple[Path, Source]] = {}
    skipped: dict[Path, str] = {}
    with Converter() as converter:
        for file in files:
            try:
                source = at_hand.get(file) or _unchanged(indexed.get(file), file) or read_source(file, converter)
                sources.setdefault(source.name, (file, source))  # a second one is a link to the first
            except SourceError as error:
                skipped[file] = str(error)
    if files and len(skipped) == len(files):
        raise SourceError(next(iter(skipped.values())))
    read_or_removed = [*again, *(path.resolve() for path in remove)]
    for file, source in indexed.items():
        if is_under(file, remembered) and (file in skipped or not is_under(file, read_or_removed)):
            sources.setdefault(source.name, (file, source))
    index = settings.index.resolve()
    others = [other for path in again for other in find_others(path) if not other.is_relative_to(index)]
    return Documents(remembered, [sources[name] for name in sorted(sources)], skipped, others)


def _unchanged(indexed: Source | None, file: Path) -> Source | None:
    """A document as it was indexed, where its file is what it was."""
    if indexed and (indexed.name, indexed.original) == (source_name(file), original_digest(file)):
        return indexed
    return None


def _remembered(
    known: list[Path], paths: Sequence[Path], remove: Sequence[Path], settings: IngestSettings
) -> list[Path]:
    """The paths that the index knows after this build, without those that lie inside another.

    The folder of the uploads stays beside one around it: it may be hidden there.
    """
    at_first = [settings.corpus.resolve(), *([settings.uploads] if settings.uploads.exists() else [])]
    given = [path.resolve() for path in paths] or ([] if known else at_first)
    gone = {path.resolve() for path in remove}
    if unknown := gone - set(known):
        names = ", ".join(map(str, known)) or "nothing"
        raise SourceError(f"The index does not know {unknown.pop()}. It knows: {names}.")
    every = sorted({*known, *given} - gone)
    if not every:
        raise SourceError(
            f"Without {', '.join(map(str, sorted(gone)))} the index would be empty. "
            "Give another path to ingest in the same command, "
            f"or delete current.json and snapshots in {settings.index}."
        )
    return [
        path for path in every if path == settings.uploads or not any(other in path.parents for other in every)
    ]
