"""How the page's listeners are run, and what the browser does before and after them."""

import json
from typing import Any

from ui.web.turns import LEFT

# without a place in the queue, and no name in the API
AT_ONCE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

# A tab keeps its conversation until it is closed; nothing of it stays on the server or in the browser after that.
# It is sent along, as the last input, so that it goes on where the process that knew it has ended. What is longer
# than the browser keeps (about five million characters) is not restored after a reload.
_ALONG = "(...inputs) => [...inputs.slice(0, -1), inputs.at(-1)?.length < 2_000_000 ? inputs.at(-1) : '']"
ALONG: dict[str, Any] = {**AT_ONCE, "js": _ALONG}
KEEP = "(saved) => { try { sessionStorage.setItem('conversation', saved); } catch { sessionStorage.clear(); } }"
RESTORE = "(saved, turns) => [sessionStorage.getItem('conversation') ?? '', turns]"

# A question is kept before it is sent: where no server hears it, the page that comes with the next one has it.
SEND = f"""(question, reader, turns, saved) => {{
    const sent = {{ question: question.toWellFormed(), notice: {json.dumps(LEFT)}, done: true }};
    try {{
        const before = JSON.parse(saved || sessionStorage.getItem("conversation") || "[]");
        sessionStorage.setItem("conversation", JSON.stringify([...before, sent]));
    }} catch {{}} // longer than the browser keeps
    return ({_ALONG})(question, reader, turns, saved);
}}"""

DOWNLOAD = """(text, name) => {
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""
