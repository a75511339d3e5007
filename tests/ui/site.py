"""Web processes behind the documented nginx, and two of them over one Chroma server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from ingest.settings import ROOT
from tests.ingest.chroma_server import chroma_server
from tests.ui.command import bpo_kpo, free_port, window

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
BEHIND_NGINX = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None or not sys.platform.startswith("linux"),
        reason="no nginx on this machine (Debian, Ubuntu: apt install nginx-light)",
    ),
]


class Site(NamedTuple):
    """What stands behind one address: web processes, by their addresses."""

    address: str
    webs: dict[str, subprocess.Popen[str]]


@contextmanager
def nginx(folder: Path, windows: Sequence[str], *, tls: bool = False, under: bool = False) -> Iterator[str]:
    """The address of nginx with the example of docs/servers.md, its addresses exchanged.

    It may listen over TLS, with the certificate `bpo.pem` that is left in the folder, and `under` the path /bpo/.
    """
    page = (ROOT / "docs" / "servers.md").read_text(encoding="utf-8")
    example, with_tls, with_path = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    own = f"127.0.0.1:{free_port()}"
    first, second = (re.sub(r"^http://|/$", "", one) for one in (windows[0], windows[-1]))
    exchanged = {"127.0.0.1:7860": first, "127.0.0.1:7861": second, "listen 80;": f"listen {own};"}
    if tls:
        _certificate(folder)
        own_tls = with_tls.replace("listen 443", f"listen {own}")
        exchanged["    listen 80;\n"] = re.sub(r"/etc/ssl/\w+", str(folder), own_tls)
        del exchanged["listen 80;"]
    if under:
        (plain,) = re.findall(r" +location / {\n.*\n.*\n", example)
        exchanged[plain] = with_path
    for before, after in exchanged.items():
        assert before in example
        example = example.replace(before, after)
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    http = f"access_log off; client_body_buffer_size 10m; client_body_temp_path {folder}/body; {paths}"
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ {http}\n{example}}}\n",
        encoding="utf-8",
    )
    command = [str(NGINX), "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    subprocess.run(command, check=True, timeout=30)  # it comes back when it listens
    try:
        yield f"{'https' if tls else 'http'}://{own}/{'bpo/' if under else ''}"
    finally:
        subprocess.run([*command, "-s", "stop"], check=True, timeout=30)


def _certificate(folder: Path) -> None:
    """One for this machine, which signs itself, and its key."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    named = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", folder / "bpo.key", "-out", folder / "bpo.pem")
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *named, *files], check=True, capture_output=True, timeout=30
    )


@contextmanager
def two_processes(folder: Path, corpus: Path) -> Iterator[Site]:
    """All of it, with its files in an empty folder, over the documents of another."""
    with chroma_server(folder / "chroma") as chroma, ExitStack() as stack:
        places = {"XDG_CACHE_HOME": str(folder / "cache"), "BPO_KPO_CORPUS": str(corpus)}
        environment = {"CHROMA_URL": chroma.url, "BPO_KPO_MODEL": "extractive", **places}
        assert not bpo_kpo("ingest", **environment).returncode
        with ThreadPoolExecutor() as both:  # each takes seconds to start
            webs = dict(both.map(lambda _: stack.enter_context(window(**environment)), range(2)))
        yield Site(stack.enter_context(nginx(folder, list(webs))), webs)
