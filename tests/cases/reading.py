"""Documents as `bpo-kpo read --json` prints them."""

import json
from pathlib import Path
from typing import Any

from tests.ui.command import bpo_kpo


def read_as_json(*files: Path) -> list[dict[str, Any]]:
    """One entry a document; all of them are converted by one process."""
    documents = json.loads(bpo_kpo("read", "--json", *map(str, files)).stdout)["documents"]
    assert isinstance(documents, list)
    return documents


def texts_of(files: list[Path]) -> list[str]:
    """What each document was read as; nothing where it could not be read."""
    return [document["text"] for document in read_as_json(*files)]
