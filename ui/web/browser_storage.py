"""What a tab keeps in its browser until it is closed: its conversation, and what is chosen."""

from typing import Any

from ui.web.listeners import UNQUEUED

# Of a conversation nothing stays on the server or in the browser after that. It is sent along, as the last input,
# so that it goes on where the process that knew it has ended. A reload ends what is longer than the browser keeps
# (about five million characters).
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
    const kept = sent.pop();
    try {{
        const before = JSON.parse(kept).filter((turn) => turn.page !== performance.timeOrigin);
        return [...sent, JSON.stringify(before)];
    }} catch {{
        return [...sent, kept]; // nothing, or what no page of ours has kept
    }}
}}"""

# For this model and strictness: what is set anew counts.
KEEP_CHOICES = """(...chosen) => {
    try { sessionStorage.setItem(%s, JSON.stringify(chosen)); } catch {} // a browser that keeps nothing
}"""
KEPT_CHOICES = """(...chosen) => {
    try { return JSON.parse(sessionStorage.getItem(%s)) ?? chosen; } catch { return chosen; }
}"""
