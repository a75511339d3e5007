"""Is the index up to date with its documents? Where it is not, or there is none, it is built."""

from collections.abc import Sequence
from pathlib import Path

from ingest.build import BuildReport, Progress, build
from ingest.documents import known_paths
from ingest.errors import SourceError
from ingest.index import check_settings, open_store
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest
from ingest.sources import at_root, files_below, is_under, original_digests


def ensure_index(settings: IngestSettings, progress: Progress | None = None) -> BuildReport | None:
    """Builds a missing index, and refreshes one whose sources have changed; says what was done, if anything.

    A remembered path that has gone is left as it was indexed, and so is what cannot be read any more. Raises
    `IndexProblem` where the index was built with other settings.
    """
    store = open_store(settings)
    pointer = store.read_pointer()
    if pointer is None:
        return build(settings, progress=progress)
    manifest = store.read_manifest(pointer.snapshot)
    check_settings(manifest, settings)
    present = [path for path in known_paths(pointer) if path.exists()]
    if _is_up_to_date(manifest, present, settings.index):
        return None
    try:
        return build(settings, present, progress=progress)
    except SourceError as error:  # what is indexed answers all the same
        return BuildReport(manifest.passages, 0, manifest.passages, 0, (str(error),))


def _is_up_to_date(manifest: Manifest, paths: Sequence[Path], index: Path) -> bool:
    """Whether the documents below `paths` are those of the manifest, as they were indexed or could not be read."""
    known = {r.name: r.original for r in manifest.sources if is_under(at_root(r.path), paths)}
    try:
        return original_digests(files_below(paths, index)) == known | manifest.passed_over
    except SourceError:  # the build will say what is wrong
        return False
