"""The endpoint as a tool for assistants that speak MCP: a served window in a process of its own, a real client."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from ingest.settings import ROOT
from tests.ui.scripted import QUOTE

SERVE = """
from tests.ui.scripted import FEEDBACK, ScriptedAssistant
from ui.web.app import launch
launch(ScriptedAssistant(), FEEDBACK, port=17860, open_browser=False, say=lambda line: print(line, flush=True))
"""


@pytest.fixture
def address() -> Iterator[str]:
    """In a process of its own: where one server of a process has ended, the streams of the others end, too."""
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        said = next(line for line in process.stdout if "http://" in line)
        yield said.split()[5]
        process.kill()


@pytest.mark.slow
def test_ask_is_the_one_tool_and_keeps_nothing_between_two_calls(address: str) -> None:
    async def talk() -> tuple[list[str], str, str]:
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, *_),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            first = await session.call_tool("ask", {"question": "And KPO?", "history": ["Hello?"]})
            second = await session.call_tool("ask", {"question": "What drives BPO?"})
            texts = [str(result.content[0].model_dump()["text"]) for result in (first, second)]
            return [tool.name for tool in tools], *texts

    with ThreadPoolExecutor(1) as thread:  # a browser's loop may run in this one
        names, first, second = thread.submit(asyncio.run, asyncio.wait_for(talk(), timeout=60)).result()
    assert names == ["ask"]
    assert QUOTE in first and "Asked before: 1 Hello?" in first
    assert "Asked before: 0" in second
