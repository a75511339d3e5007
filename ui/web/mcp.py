"""The assistant as the tool `ask` of the Model Context Protocol, by streamable HTTP; needs the extra `mcp`.

The protocol: https://modelcontextprotocol.io/specification/2025-06-18/server/tools. Gradio can serve the endpoint
`ask` so itself, but only as a dump of JSON, without the schema of what comes back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import APIRouter
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, Field

from assistant.answers import Answer, EarlierTurn
from assistant.asking import as_ask
from assistant.chain import Assistant
from ui.web.completions import content
from ui.web.faults import said_of

PATH = "/gradio_api/mcp"


class _Arguments(BaseModel):
    """What the tool is called with."""

    question: str = Field(description="The question, in words of its own.")
    history: list[str | EarlierTurn] | None = Field(
        default=None,
        description="The earlier turns of the conversation, oldest first: questions, or questions with answers.",
    )
    within: list[str] | None = Field(
        default=None, description="The documents that are asked, by title or file name; all where it is left out."
    )


_ASK = Tool(
    name="ask",
    title="Ask the documents",
    description="Answers a question from the documents that are indexed here, with a verbatim quote for each "
    "sentence, or says that they do not say.",
    inputSchema=_Arguments.model_json_schema(),
    outputSchema=Answer.model_json_schema(mode="serialization"),
    annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False),
)


def tool(assistant: Assistant) -> APIRouter:
    """The address `PATH`, with and without a slash behind it, where a client finds the tool."""
    server: Server[Any, Any] = Server("bpo-kpo")

    @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def tools() -> list[Tool]:
        return [_ASK]

    @server.call_tool()  # type: ignore[untyped-decorator]
    async def call(name: str, arguments: dict[str, Any]) -> CallToolResult:
        try:
            answer = await to_thread.run_sync(_answer, assistant, arguments)
        except Exception as error:  # the edge
            return _result(said_of(error), isError=True)
        return _result(content(answer), structuredContent=answer.model_dump(mode="json"))

    # Nothing is kept between two requests, which may go to two processes; a reply is whole when it is sent.
    manager = StreamableHTTPSessionManager(server, stateless=True, json_response=True)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with manager.run():
            yield

    router = APIRouter(lifespan=lifespan)
    for path in (PATH, f"{PATH}/"):
        router.add_route(path, manager.asgi_app, include_in_schema=False)  # type: ignore[arg-type]
    return router


def _answer(assistant: Assistant, arguments: dict[str, Any]) -> Answer:
    given = {name: arguments.get(name) or () for name in ("history", "within")}
    ask = as_ask({"question": arguments.get("question"), **given})
    return assistant.suggest(assistant.chain.invoke(ask), ask.earlier, ask.within)


def _result(text: str, **more: Any) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], **more)
