"""A Chroma server of its own for a test, on loopback, that can be stopped and started again."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


class ChromaServer:
    """`chroma run` over a folder, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [Path(sys.executable).with_name("chroma"), "run", "--path", self._folder]
        place = ["--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen([*command, *place], stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False)
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("chroma run does not answer")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """A running server."""
    server = ChromaServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
