"""How the page's listeners are run, and what the browser does before and after them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from ingest.errors import UserError

BROKEN = "Something went wrong here, and it is not your question. The terminal shows the details."

# without a place in the queue, and no name in the API
UNQUEUED: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


@contextmanager
def mistakes_told() -> Iterator[None]:
    """A mistake in the block that a person can mend is a message of the page."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error), print_exception=False) from error


# A tab keeps its conversation until it is closed; nothing of it stays on the server or in the browser after that.
# It is sent along, as the last input, so that it goes on where the process that knew it has ended. A reload ends
# what is longer than the browser keeps (about five million characters).
_KEPT = """(...inputs) => {
    let kept = "";
    try { kept = sessionStorage.getItem("conversation") ?? ""; } catch {} // a browser that keeps nothing
    return [...inputs.slice(0, -1), kept.length < 2_000_000 ? kept : ""];
}"""
WITH_SAVED: dict[str, Any] = {**UNQUEUED, "js": _KEPT}
KEEP = """(saved) => {
    try { sessionStorage.setItem("conversation", saved); } catch { sessionStorage.removeItem("conversation"); }
}"""

# A question is kept before it is sent: where no server hears it, the page that comes with the next one has it. The
# page that sent it does not restore it: it may still be loading while its first question is under way.
SEND = f"""(question, ...others) => {{
    const asked = ({_KEPT})(question, ...others);
    const sent = {{ question: question.toWellFormed(), page: performance.timeOrigin }};
    try {{
        const before = JSON.parse(sessionStorage.getItem("conversation") || "[]");
        sessionStorage.setItem("conversation", JSON.stringify([...before, sent]));
    }} catch {{}} // longer than the browser keeps
    return asked;
}}"""

RESTORE = f"""(...inputs) => {{
    const sent = ({_KEPT})(...inputs);
    const before = JSON.parse(sent.pop() || "[]").filter((turn) => turn.page !== performance.timeOrigin);
    return [...sent, JSON.stringify(before)];
}}"""

DOWNLOAD = """(text, name) => {
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""
