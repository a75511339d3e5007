"""A server on a real socket that plays a chat model byte by byte, with the faults that a test asks for."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

Part = bytes | float | Callable[["Asked"], None]  # bytes to send, seconds to wait, or what to do meanwhile
Script = list[Part]


@dataclass
class Asked:
    """A request as it came, and its connection."""

    path: str
    headers: Message
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
    chunk: dict[str, Any] = {"object": "chat.completion.chunk", "model": "m", "choices": []}
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


class ModelServer(ThreadingTCPServer):
    """Plays a script a request, in order; the last one again and again. Keeps what it was asked."""

    daemon_threads = True

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(("127.0.0.1", 0), _Playing)
        self.scripts = scripts
        self.asked: list[Asked] = []
        self.came = threading.Semaphore(0)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Playing(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = Asked(self.path, self.headers, json.loads(body or b"{}"), self.connection)
        script = self.server.scripts[min(len(self.server.asked), len(self.server.scripts) - 1)]
        self.server.asked.append(asked)
        self.server.came.release()
        try:
            for part in script:
                if isinstance(part, bytes):
                    self.wfile.write(part)
                elif isinstance(part, float):
                    time.sleep(part)
                else:
                    part(asked)
        except (BrokenPipeError, ConnectionResetError):  # it left with something of ours unread
            asked.left.set()
        except TimeoutError:  # it did not leave in time, which `left` tells
            pass

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def model_server(*scripts: Script) -> Iterator[ModelServer]:
    """A server that plays these scripts, for as long as it is needed."""
    with ModelServer(list(scripts)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
