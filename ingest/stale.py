"""Whether an index is out of date: of other settings, another release, or documents that have changed since."""

from collections.abc import Sequence
from pathlib import Path

from ingest.errors import IndexProblem, SourceError
from ingest.lexicon import LEXICON_VERSION
from ingest.passages import SPLITTER_VERSION
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest
from ingest.sources import at_root, files_below, is_under, original_digests


def check_settings(manifest: Manifest, settings: IngestSettings) -> None:
    """Raises `IndexProblem` where the snapshot was not built with these settings, or cut by another release.

    Of another format it is already where its manifest is read.
    """
    if manifest.embeddings != settings.embeddings:
        raise IndexProblem(
            f"The index was built with {manifest.embeddings}, the settings say {settings.embeddings}. "
            "Run: bpo-kpo ingest"
        )
    if manifest.splitter != SPLITTER_VERSION:
        raise IndexProblem("The index was cut by another release. Run: bpo-kpo ingest")


def check_words(manifest: Manifest) -> None:
    """Raises `IndexProblem` where another release has read the words of the passages."""
    if manifest.lexicon != LEXICON_VERSION:
        raise IndexProblem("The index's words were read by another release. Run: bpo-kpo ingest")


def is_current(manifest: Manifest, paths: Sequence[Path], index: Path) -> bool:
    """Whether the documents below `paths` are those of the manifest, as they were indexed or could not be read,
    and their words were read by this release.
    """
    if manifest.lexicon != LEXICON_VERSION:
        return False
    known = {r.name: r.original for r in manifest.sources if is_under(at_root(r.path), paths)}
    try:
        return original_digests(files_below(paths, index)) == known | manifest.passed_over
    except SourceError:  # the build will say what is wrong
        return False
