"""Two web processes behind the documented nginx, over one Chroma server: `python -m tests.ui.site` serves them.

Then `WINDOW=http://127.0.0.1:PORT/ pytest -n0 tests/ui/test_browser.py tests/ui/test_browser_evaluate.py` looks at
them in a browser, and `python tests/benchmarks/load.py 50 60 http://127.0.0.1:PORT/` lets many people ask there.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from ingest.settings import ROOT
from tests.ingest.chroma_server import ChromaServer, chroma_server

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
COMMAND = Path(sys.executable).with_name("bpo-kpo")


class Web:
    """A web process, which can be killed."""

    def __init__(self, port: int, environment: dict[str, str]) -> None:
        self.port, self.environment = port, environment
        self.start()

    def start(self) -> None:
        command = [COMMAND, "chat", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout and "http://" in self.process.stdout.readline()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Site:
    """What stands behind one address."""

    def __init__(self, address: str, webs: list[Web], chroma: ChromaServer) -> None:
        self.address, self.webs, self.chroma = address, webs, chroma

    def ask(self, person: str, question: str = "What drives BPO?") -> str:
        """The last event of an answer to a person at this address of the machine."""
        transport = httpx.HTTPTransport(local_address=person, trust_env=False)
        with httpx.Client(base_url=f"{self.address}gradio_api/call/", transport=transport, timeout=30) as http:
            event = http.post("ask", json={"data": [question, []]}).json()["event_id"]
            return http.get(f"ask/{event}").text


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def nginx(folder: Path, port: int, windows: list[int]) -> Iterator[None]:
    """nginx with the example of docs/servers.md, its ports exchanged."""
    page = (ROOT / "docs" / "servers.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    for before, after in (("listen 80;", f"listen 127.0.0.1:{port};"), ("7860", windows[0]), ("7861", windows[1])):
        assert before in example
        example = example.replace(before, str(after))
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    http = f"access_log off; client_body_buffer_size 10m; client_body_temp_path {folder}/body; {paths}"
    whole = (
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ {http}\n{example}}}\n"
    )
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    process = subprocess.Popen([str(NGINX), "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def two_processes(folder: Path) -> Iterator[Site]:
    """All of it, with its files in an empty folder."""
    port, *windows = free_ports(3)
    with chroma_server(folder / "chroma") as chroma, ExitStack() as stack:
        environment = {**os.environ, "CHROMA_URL": chroma.url, "BPO_KPO_MODEL": "extractive"}
        environment["XDG_CACHE_HOME"] = str(folder / "cache")
        subprocess.run([COMMAND, "ingest"], env=environment, check=True, capture_output=True, timeout=120)
        webs = []
        for window in windows:
            webs.append(Web(window, environment))
            stack.callback(webs[-1].kill)
        stack.enter_context(nginx(folder, port, windows))
        address = f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield Site(address, webs, chroma)


def main() -> None:
    """Serves until it is terminated; says where on its first line."""
    with tempfile.TemporaryDirectory() as folder, two_processes(Path(folder)) as site:
        print(site.address, flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
