"""The assistant as a tool of the Model Context Protocol: called by that protocol's own client."""

from collections.abc import Sequence

import jsonschema  # type: ignore[import-untyped]
import pytest
from mcp.types import CallToolResult, Tool

from assistant.answers import Answer
from tests.ui.client import use_tool
from tests.ui.scripted import QUOTE

pytestmark = pytest.mark.xdist_group("web")


def use(address: str, *calls: dict[str, object]) -> tuple[Sequence[Tool], list[CallToolResult]]:
    return use_tool(f"{address}gradio_api/mcp/", *calls)


def text(result: CallToolResult) -> str:
    return str(result.content[0].model_dump()["text"])


def test_the_one_tool_returns_the_answer_as_a_text_that_reads_well_and_as_its_schema_says(scripted: str) -> None:
    (tool,), (result, refusal) = use(
        scripted, {"question": "What drives BPO?"}, {"question": "What does it cost?"}
    )
    assert tool.name == "ask" and tool.inputSchema["required"] == ["question"]
    assert text(result).startswith("BPO is **volume-driven**. [1]\n")
    assert f"- [1] 1. Driving force: “{QUOTE}”" in text(result)
    jsonschema.validate(result.structuredContent, tool.outputSchema)
    assert Answer.model_validate(result.structuredContent).citations[0].quote == QUOTE
    nearest, could_ask = (
        text(refusal).split("\n\nThe nearest passages:\n\n- ")[1].split("\n\nYou could ask:\n\n- ")
    )
    assert "](" not in nearest and "<img" not in nearest.replace("\\<img", "") and "(a.md:0-" in nearest
    assert could_ask == "And what else, after 0?"


def test_a_call_knows_the_turns_and_the_documents_that_come_with_it_and_no_others(scripted: str) -> None:
    turns = ["Hello?", {"question": "What drives BPO?", "answer": "Volume."}]
    asked = {"question": "And KPO?"}
    _, (first, second, third) = use(
        scripted, {**asked, "history": turns}, asked, {**asked, "within": ["Article B"]}
    )
    assert "Asked before: 2 Hello? / What drives BPO?" in text(first)
    assert "Asked before: 0" in text(second)
    assert "Asked of: Article B" in text(third) and "after 0 of Article B?" in text(third)


def test_what_goes_wrong_is_an_error_in_one_line(scripted: str) -> None:
    wrong = {
        "What key?": "The key <b>was</b> refused.",
        "A bug?": "Something went wrong here",
        3: "Input validation error: 3 is not of type 'string'",
    }
    _, results = use(scripted, *({"question": question} for question in wrong))
    for result, said in zip(results, wrong.values(), strict=True):
        assert result.isError and text(result).startswith(said) and "secret detail" not in text(result)
