"""A progress bar for what takes time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def progress_bar(doing: str = "Embedding") -> Iterator[Callable[[int, int], None]]:
    """A function that shows on stderr how many of how many steps are done; nothing where that is no terminal.

    Most commands have no steps that take time, so rich is imported with the first one.
    """
    bar: Progress | None = None

    def show(done: int, whole: int) -> None:
        nonlocal bar
        if bar is None:
            from rich.console import Console
            from rich.progress import Progress

            console = Console(stderr=True)
            bar = shown.enter_context(Progress(console=console, transient=True, disable=not console.is_terminal))
            bar.add_task(doing)
        bar.update(bar.task_ids[0], completed=done, total=whole)

    with ExitStack() as shown:
        yield show
