"""A window without a browser: what a program sends to its endpoint, what an open page sends to its listeners."""

import asyncio
import functools
import json
import re
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from ui.web.jobs import Job, Jobs


def call(address: str, *data: object, person: str | None = None) -> tuple[str, Any]:
    """The last event of `ask` by plain HTTP, and what came with it; asked from this address of the machine."""
    transport = httpx.HTTPTransport(local_address=person)
    with httpx.Client(base_url=f"{address}gradio_api/call/", transport=transport, timeout=30) as http:
        event_id = http.post("ask", json={"data": data}).json()["event_id"]
        kind, told = re.findall(r"event: (\w+)\ndata: (.*)", http.get(f"ask/{event_id}").text)[-1]
    return kind, json.loads(told)


def use_tool(url: str, *calls: dict[str, Any]) -> tuple[Sequence[Tool], list[CallToolResult]]:
    """What tools there are by the Model Context Protocol, and what these calls of `ask` return."""

    async def used() -> tuple[Sequence[Tool], list[CallToolResult]]:
        async with streamable_http_client(url) as (read, write, *_), ClientSession(read, write) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            return tools, [await session.call_tool("ask", call) for call in calls]

    with ThreadPoolExecutor(1) as thread:  # a browser's loop may run in this one
        return thread.submit(asyncio.run, used()).result(timeout=60)


@functools.cache
def listeners(address: str) -> dict[str, int]:
    """The page's listeners with their numbers."""
    config = httpx.get(f"{address}config", trust_env=False, timeout=60).json()
    return {one["api_name"]: one["id"] for one in config["dependencies"]}


class Page:
    """An open page; it is answered by this reader."""

    def __init__(self, address: str, reader: str = "scripted") -> None:
        self.http = httpx.Client(base_url=f"{address}gradio_api/", trust_env=False, timeout=60)
        self.ids, self.reader = listeners(address), reader
        self.session = uuid.uuid4().hex

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Hears that the server is there, as a page does until it is left."""
        with self.http.stream("GET", f"heartbeat/{self.session}") as alive:
            lines = alive.iter_lines()  # which would close the stream where nobody held it
            assert next(lines)
            yield
            alive.close()

    def press(self, listener: str, *data: object, saved: str | None = None) -> Any:
        """What a listener answers; None stands for the state, behind it comes what the page keeps itself."""
        sent = [*data, None] if saved is None else [*data, None, saved]
        body = {"fn_index": self.ids[listener], "session_hash": self.session, "data": sent}
        reply = self.http.post(f"run/{listener}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def send(self, question: str) -> None:
        """Asks, and does not wait."""
        self.press("asked", question, self.reader, "[]", False, saved="")
        self._join("answer", None)

    def ask(self, question: str) -> str:
        """Asks, waits for the whole answer, and says what the page shows then."""
        self.send(question)
        message = self._completed()
        assert message["success"], message
        return self.shown()

    def press_and_wait(self, listener: str, *data: object) -> dict[str, Any]:
        """What comes of a listener whose work waits in a queue: its `data`, or an `error`."""
        self._join(listener, *data)
        output: dict[str, Any] = self._completed()["output"]
        return output

    def _join(self, listener: str, *data: object) -> None:
        body = {"fn_index": self.ids[listener], "session_hash": self.session, "data": data}
        reply = self.http.post("queue/join", json=body)
        assert reply.status_code == 200, reply.text

    def _completed(self) -> dict[str, Any]:
        """The last message of what was joined."""
        with self.http.stream("GET", "queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message: dict[str, Any] = json.loads(line.removeprefix("data: ") or "{}")
                if message.get("msg") == "process_completed":
                    return message
        raise AssertionError("the server ended the stream")

    def shown(self) -> str:
        """The conversation as the page shows it."""
        return json.dumps(self.press("_settled", saved="")[0])


def ended(jobs: Jobs) -> Job:
    """The job that was begun last, once it has ended."""
    for _ in range(3_000):
        if not jobs.under_way:
            return jobs.last
        time.sleep(0.02)
    raise AssertionError("the job goes on")
