"""A server on a real socket that plays a chat model byte by byte, with the faults that a test asks for."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Part = bytes | float | Callable[["Asked"], None]  # bytes to send, seconds to wait, or what to do meanwhile
Script = list[Part]


@dataclass
class Asked:
    """A request as it came, and its connection."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    connection: socket.socket
    left: threading.Event = field(default_factory=threading.Event)  # set when the other side has closed it
    at: float = field(default_factory=time.perf_counter)

    def wait_until_left(self, seconds: float = 10.0) -> None:
        """Waits until the other side has closed the connection. Raises `TimeoutError` where it does not."""
        self.connection.settimeout(seconds)
        if self.connection.recv(1):
            raise AssertionError("more came instead of the end")
        self.left.set()


def reply(
    body: bytes | dict[str, Any], status: str = "200 OK", content: str = "application/json", **headers: str
) -> bytes:
    """A whole response."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content}", f"Content-Length: {len(data)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def error(status: str, code: str = "", message: str = "no", **headers: str) -> Script:
    """An error as OpenAI sends it."""
    return [reply({"error": {"message": message, "type": "error", "code": code}}, status, **headers)]


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def event(
    text: str | None = None, finish: str | None = None, usage: tuple[int, int] | None = None, cached: int = 0
) -> bytes:
    """One event of a stream."""
    chunk: dict[str, Any] = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [],
    }
    if text is not None or finish:
        chunk["choices"] = [{"index": 0, "delta": {"content": text or ""}, "finish_reason": finish}]
    if usage:
        chunk["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
        chunk["usage"] |= {"prompt_tokens_details": {"cached_tokens": cached}} if cached else {}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def streamed(*texts: str, usage: tuple[int, int] | None = (100, 10), finish: str = "stop") -> Script:
    """A stream without faults."""
    counted = [event(usage=usage)] if usage else []
    return [STREAM, *map(event, texts), event(finish=finish), *counted, DONE]


def models(*names: str) -> Script:
    """What `/models` answers."""
    return [reply({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})]


class ModelServer:
    """Plays a script a request, in order; the last one again and again. Keeps what it was asked."""

    def __init__(self, scripts: list[Script]) -> None:
        self._scripts = scripts
        self.asked: list[Asked] = []
        self.came = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            if (asked := _read(connection)) is None:
                return
            script = self._scripts[min(len(self.asked), len(self._scripts) - 1)]
            self.asked.append(asked)
            self.came.release()
            try:
                for part in script:
                    if isinstance(part, bytes):
                        connection.sendall(part)
                    elif isinstance(part, float):
                        time.sleep(part)
                    else:
                        part(asked)
            except (BrokenPipeError, ConnectionResetError):  # it left with something of ours unread
                asked.left.set()
            except TimeoutError:  # it did not leave in time, which `left` tells
                pass


def _read(connection: socket.socket) -> Asked | None:
    file = connection.makefile("rb")
    first = file.readline().decode().split()
    if not first:
        return None
    headers = {}
    while line := file.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return Asked(first[1], headers, json.loads(body) if body else {}, connection)


@contextmanager
def model_server(*scripts: Script) -> Iterator[ModelServer]:
    """A server that plays these scripts, for as long as it is needed."""
    server = ModelServer(list(scripts))
    try:
        yield server
    finally:
        server.close()
