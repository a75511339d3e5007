"""A progress bar for what takes time; rich is loaded when there is something to show."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.progress


class Progress:
    """A progress bar on stderr, from the first step that takes time on; nothing where stderr is no terminal."""

    def __init__(self, doing: str = "Embedding") -> None:
        self._doing = doing
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None

    def __enter__(self) -> "Progress":
        return self

    def __call__(self, done: int, whole: int) -> None:
        """Shows that `done` of `whole` steps are done."""
        from rich.console import Console
        from rich.progress import Progress as Bar

        if self._bar is None or self._task is None:
            console = Console(stderr=True)
            self._bar = Bar(console=console, transient=True, disable=not console.is_terminal)
            self._bar.start()
            self._task = self._bar.add_task(self._doing, total=whole)
        self._bar.update(self._task, completed=done, total=whole)

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()
