"""A generator as a LangChain Runnable that streams, also asynchronously."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import run_in_executor

In = TypeVar("In")
Out = TypeVar("Out")


def streaming(generate: Callable[[In, RunnableConfig], Iterator[Out]], name: str) -> Runnable[In, Out]:
    """A Runnable that streams what `generate` yields; each item replaces the last, `invoke` returns the final one.

    `generate` has to be a generator function: LangChain recognises one, and keeps the last of its items where
    they cannot be added up. The asynchronous forms run it in a thread, one step at a time.
    """

    async def agenerate(value: In, config: RunnableConfig) -> AsyncIterator[Out]:
        items = generate(value, config)
        end = object()
        while (item := await run_in_executor(config, cast(Any, next), items, end)) is not end:
            yield item

    return RunnableLambda(cast(Any, generate), cast(Any, agenerate), name=name)
