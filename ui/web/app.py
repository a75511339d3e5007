"""The page: a conversation beside the article it quotes, and the endpoint `ask` for clients."""

import contextlib
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api
from pydantic import ValidationError

from assistant.answers import Ask
from assistant.chain import Assistant
from ingest.errors import UserError
from ui.web.article import article_panel
from ui.web.chat import chat_panel
from ui.web.check import check_panel
from ui.web.evaluate import evaluate_panel
from ui.web.server import Server, address_of, is_loopback, take_port

TITLE = "BPO or KPO?"
INTRODUCTION = (
    "Ask about Business Process Outsourcing and Knowledge Process Outsourcing. "
    "Every answer shows the sentences it rests on, word for word."
)
OPEN_TO_ALL = (
    "WARNING: everyone who reaches this computer can use this chat window; it has no password. Set BPO_KPO_LOGIN."
)
AT_ONCE = 8  # answers in the making; one more waits its turn
WAITING = 64


def build(assistant: Assistant, feedback: Path) -> gr.Blocks:
    """The page and the endpoint `ask`; nothing is served before `launch`. Thumbs go to the file `feedback`."""

    def ask(question: str, history: list[Any] | None = None) -> dict[str, Any]:
        """Answers a question. `history` is the earlier turns of the conversation, oldest first.

        A turn is a question, or {"question": ..., "answer": ...}.
        """
        try:
            asked = _asked(question, history or ())
            return assistant.suggest(assistant.chain.invoke(asked), asked.earlier).model_dump(mode="json")
        except UserError as error:
            raise gr.Error(str(error), print_exception=False) from error

    limit: dict[str, Any] = {"concurrency_limit": AT_ONCE, "concurrency_id": "answer"}
    blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_height=True)
    with blocks:
        opener = '<button id="open-article" type="button">Article</button>'
        gr.HTML(f"<div><h1>{TITLE}</h1><p>{INTRODUCTION}</p></div>{opener}", elem_id="head", padding=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", elem_id="chat-tab"), gr.Row(elem_id="panels"):
                with gr.Column(elem_id="talk", scale=3, min_width=0):
                    panel = chat_panel(blocks, assistant, feedback, limit)
                    check_panel(assistant, limit)
                article_panel(blocks, assistant.index)
            with gr.Tab("Evaluate", elem_id="evaluate-tab"):
                evaluate_panel(assistant, panel)
        api(ask, api_name="ask", **limit)
        blocks.queue(max_size=WAITING, api_open=False)
    return blocks


def _asked(question: object, history: object) -> Ask:
    try:
        return Ask.model_validate({"question": question, "history": history})
    except ValidationError as error:
        raise UserError(
            "The question is not text. Send a string, and a list of strings or turns as history."
        ) from error


def launch(
    assistant: Assistant,
    feedback: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    say: Callable[[str], object] = print,
    logins: Sequence[tuple[str, str]] = (),
) -> None:
    """Serves the chat window until it is interrupted (Ctrl+C); with `logins`, to these users and passwords only.

    Raises:
        UserError: no free port, or a host that this machine does not have.
    """
    with take_port(host, port, say) as listener:
        address = address_of(listener, host)
        if not is_loopback(listener) and not logins:
            print(OPEN_TO_ALL, file=sys.stderr)
        server = Server(build(assistant, feedback), listener, logins)
        threading.Thread(target=assistant.warm_up, daemon=True).start()
        say(f"The chat window is at {address} (Ctrl+C ends it).")
        if open_browser:  # a browser in the terminal would keep this thread
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
