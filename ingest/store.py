"""Where an index is kept: in a folder, or on a Chroma server (see `server`).

Both keep snapshots and a pointer to the current one; `folder` is where the files of a snapshot can be read.
"""

import contextlib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import snapshots
from ingest.chroma import FOLDER_ROWS, add_passages, chroma_errors, folder_client, open_client
from ingest.server import ServerStore
from ingest.settings import IngestSettings
from ingest.snapshots import Contents, Manifest, Pointer

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

_PASSAGES = "passages"


class FolderStore:
    """An index in a folder of this machine."""

    rows_at_once = FOLDER_ROWS

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)

    def read_pointer(self) -> Pointer | None:
        """The pointer; `None` where there is no index yet."""
        return snapshots.read_pointer(self.folder)

    def read_manifest(self, snapshot: str) -> Manifest:
        """The manifest of a snapshot, whose files are in `folder` from then on."""
        return snapshots.read_manifest(self.folder, snapshot)

    def damaged_files(self, snapshot: str) -> list[str]:
        """The files of a snapshot that are not as they were written, but for Chroma's."""
        return snapshots.damaged_files(self.folder, snapshot)

    def new_snapshot(self) -> AbstractContextManager[str]:
        """The name of a new snapshot, held against clearing while the block runs."""
        return snapshots.new_snapshot(self.folder)

    def write(self, name: str, contents: Contents) -> None:
        """Writes all of a new snapshot."""
        with (
            self.errors(),
            contextlib.closing(folder_client(snapshots.chroma_folder(self.folder, name))) as client,
        ):
            add_passages(client, _PASSAGES, contents.passages, contents.vectors, self.rows_at_once)
        snapshots.write_snapshot(self.folder, name, contents)

    def publish(self, pointer: Pointer, expected: Pointer | None) -> bool:
        """Makes `pointer` the current one, if `expected` still is; says whether it did."""
        return snapshots.publish(self.folder, pointer, expected)

    def clear_old(self) -> None:
        """Deletes the snapshots that nobody needs any more."""
        snapshots.clear_old(self.folder)

    def collection(self, snapshot: str, owner: object) -> "Collection":
        """The passages of a snapshot, open until `owner` ends."""
        client = open_client(snapshots.chroma_folder(self.folder, snapshot), owner)
        return client.get_collection(_PASSAGES, embedding_function=None)

    def errors(self) -> AbstractContextManager[None]:
        """Chroma's errors in the block as one line that says what to do."""
        return chroma_errors(self.folder)


Store = FolderStore | ServerStore


def open_store(settings: IngestSettings) -> Store:
    """Where these settings keep the index; nothing is opened yet."""
    return ServerStore(settings) if settings.chroma_url else FolderStore(settings.index)
