"""The page: a conversation beside the article it quotes, and the endpoint `ask` for clients."""

import contextlib
import html
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import gradio as gr
from fastapi import APIRouter, Request
from gradio.events import api

from assistant.asking import as_ask
from assistant.chain import Assistant
from assistant.settings import AssistantSettings
from ingest.errors import UserError
from ingest.text import few
from ui.web.article import article_panel, panel_html
from ui.web.chat import chat_panel
from ui.web.check import check_panel
from ui.web.completions import completions
from ui.web.documents import DocumentsPanel
from ui.web.evaluate import EvaluatePanel
from ui.web.faults import mistakes_told
from ui.web.guard import may_add
from ui.web.listeners import ANSWERING, UNQUEUED, hidden
from ui.web.menu import MENU_BUTTON
from ui.web.originals import originals
from ui.web.server import Server, address_of, has_logged_in, is_loopback, take_port, uploads_apart

TITLE = "BPO or KPO?"
ABOUT = "Ask about Business Process Outsourcing and Knowledge Process Outsourcing."
TITLE_OF_OTHERS = "Ask your documents"
PROMISE = "Every answer shows the sentences it rests on, word for word."
ARTICLE = "corpus/bpo-vs-kpo.md"
_NAMED = 3  # documents
OPEN_TO_ALL = (
    "WARNING: everyone who reaches this computer can use this chat window; it has no password. Set BPO_KPO_LOGIN."
)
NO_FILES = "<style>#chat a.file { display: none }</style>"  # for whom no PDF is opened
QUEUE_SIZE = 64
LOOK = 0.01  # seconds between two looks at whether somebody waits


class _Page(gr.Blocks):
    """A page whose endpoint takes fewer values than it has, as from programs older than the last of them."""

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        if block_fn.api_name == "ask":
            inputs += [None] * (len(block_fn.inputs) - len(inputs))
        super().validate_inputs(block_fn, inputs)


def build(
    assistant: Assistant, settings: AssistantSettings, may_change: Callable[[gr.Request], bool]
) -> gr.Blocks:
    """The page and the endpoint `ask`. Documents are added and removed by whom `may_change` allows it."""

    def ask(
        question: str,
        history: list[Any] | None = None,
        within: list[str] | None = None,
        strict: bool | None = None,
    ) -> dict[str, Any]:
        """Answers a question. `history` is the earlier turns of the conversation, oldest first.

        A turn is a question, or {"question": ..., "answer": ...}. `within` names the documents that are asked;
        `strict` leaves out what a chat model does not prove.
        """
        with mistakes_told():
            given = {"question": question, "history": history or (), "within": within or (), "strict": strict}
            asked = as_ask(given)
            answer = assistant.chain.invoke(asked)
            return assistant.suggest(answer, asked.earlier, asked.within).model_dump(mode="json")

    def welcome(request: gr.Request) -> tuple[str, gr.Chatbot, str]:
        """The head of the page, the first questions and the article, of the documents that are indexed."""
        hidden = "" if may_change(request) else NO_FILES
        try:
            index, questions = assistant.index(), assistant.first_questions()
        except UserError:  # which the first question meets, too, and shows
            return hidden + head_html(TITLE, ABOUT), gr.Chatbot(), ""
        head = head_html(TITLE, ABOUT)
        if [one.name for one in index.manifest.sources] != [ARTICLE]:
            titles = [one.title for one in index.manifest.sources]
            head = head_html(TITLE_OF_OTHERS, f"About {few(titles, _NAMED, len(titles))}.")
        shown = gr.Chatbot(examples=[{"text": question} for question in questions])
        return hidden + head, shown, panel_html(index)

    blocks = _Page(title=TITLE, analytics_enabled=False, fill_height=True)
    with blocks:
        head = gr.HTML(head_html(TITLE, ABOUT), elem_id="head", padding=False)
        scope = hidden("[]")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", elem_id="chat-tab"), gr.Row(elem_id="panels"):
                with gr.Column(elem_id="talk", scale=3, min_width=0):
                    panel = chat_panel(blocks, assistant, settings.feedback, scope)
                    check_panel(assistant)
                article = article_panel(assistant.index)
            with gr.Tab("Evaluate", elem_id="evaluate-tab") as evaluate_tab:
                EvaluatePanel(evaluate_tab, assistant, panel)
            with gr.Tab("Documents", elem_id="documents-tab") as tab:
                documents = DocumentsPanel(tab, assistant, settings.ingest, may_change, scope)
        api(ask, api_name="ask", **ANSWERING)
        gr.on([blocks.load, documents.ended.change], welcome, None, [head, panel.chat, article], **UNQUEUED)
        blocks.queue(max_size=QUEUE_SIZE, api_open=False)
    blocks._queue.sleep_when_free = LOOK  # a thousand times a second is what Gradio does
    blocks._queue.ANALYTICS_MAX_EVENTS = 0  # of which it works out figures after each answer, for nobody
    return blocks


def other_protocols(assistant: Assistant) -> list[APIRouter]:
    """What is served for programs: completions, and MCP where its extra is installed."""
    served = [completions(assistant)]
    if find_spec("mcp") is None:
        return served
    from ui.web.mcp import tool

    return [*served, tool(assistant)]


def head_html(title: str, about: str) -> str:
    """The head of the page: what it is in one line, the menu, and on a phone the way to the article."""
    article = '<button id="open-article" type="button">Article</button>'
    ways = f'<div class="ways">{article}{MENU_BUTTON}</div>'
    return f"<h1>{html.escape(title)}</h1>{ways}<p>{html.escape(about)} {PROMISE}</p>"


def launch(assistant: Assistant, settings: AssistantSettings, host: str, port: int, open_browser: bool) -> None:
    """Serves the chat window until it is interrupted (Ctrl+C), or ended by a signal. Raises as `take_port`."""
    with uploads_apart(), take_port(host, port) as listener:
        address = address_of(listener, host)
        if not is_loopback(listener) and not settings.logins:
            print(OPEN_TO_ALL, file=sys.stderr)
        server = window(assistant, settings, listener)
        threading.Thread(target=assistant.warm_up, daemon=True).start()
        print(f"The chat window is at {address} (Ctrl+C ends it).", flush=True)
        if open_browser:  # a browser in the terminal would keep this thread
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    if server.ended_by == signal.SIGTERM:  # as whoever sent it expects, and at once
        signal.raise_signal(signal.SIGTERM)


def window(assistant: Assistant, settings: AssistantSettings, listener: socket.socket) -> Server:
    """The server of the window on this socket. Where settings name logins it is for these users alone."""
    logins = bool(settings.logins)
    may = partial(may_add, here=is_loopback(listener), logins=logins)

    def may_open(request: Request) -> bool:
        return may(request.headers) and (not logins or has_logged_in(request))

    blocks = build(assistant, settings, lambda request: may(request.headers))
    for_programs = [] if logins else other_protocols(assistant)  # which ask for no password
    return Server(blocks, [originals(assistant.index, may_open), *for_programs], may, listener, settings.logins)
