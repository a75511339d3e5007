"""A loopback web server for the chat window: the port it takes, and what it lets in."""

import errno
import ipaddress
import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import gradio as gr
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.datastructures import Headers

from ingest.errors import UserError
from ingest.formats.sandbox import LARGEST
from ui.web.guard import Guard

PORTS_TRIED = 20
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_UPLOADS_KEPT = 3_600  # seconds


def take_port(host: str, port: int) -> socket.socket:
    """Listens on `port`, or on the next one that is free, and says so on stdout.

    The socket is handed to the server as it is, so nobody can take the port in between. Raises `UserError` where
    no port is free, or this machine cannot listen there.
    """
    last = min(port + PORTS_TRIED - 1, 65535)
    for candidate in range(port, last + 1):
        try:
            listener = _listen(host, candidate)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise UserError(
                f"The chat window cannot listen on {host}, port {candidate}: {error.strerror or error}. "
                "Name another: bpo-kpo chat --host 127.0.0.1 --port 7860"
            ) from error
        if port and candidate != port:
            print(f"Port {port} is busy, so the chat window takes {candidate}.", flush=True)
        return listener
    raise UserError(f"Ports {port} to {last} are all busy. Name another: bpo-kpo chat --port 8080")


def _listen(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family)


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this computer reaches it; the socket knows, whatever name it was given."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def address_of(listener: socket.socket, host: str) -> str:
    """Where a browser on this machine finds the page."""
    name = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}/"


def has_logged_in(request: Request) -> bool:
    """Whether who sends a request to a route beside the page has a password of the page."""
    page = request.app.routes[-1].app
    names = (f"access-token-{page.cookie_id}", f"access-token-unsecure-{page.cookie_id}")  # as Gradio calls them
    return any(request.cookies.get(name) in page.tokens for name in names)


@contextmanager
def uploads_apart() -> Iterator[None]:
    """Gives this process a folder of its own for what is uploaded, which is gone afterwards.

    Gradio's is the same for all windows of a computer and names a file by its content, so that a window takes
    away what was uploaded to another one at that moment, and a second user may not write there.
    """
    with TemporaryDirectory(prefix="bpo-kpo-uploads-", ignore_cleanup_errors=True) as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        yield


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _theme() -> gr.themes.Base:
    """Fonts of the system, so that none is fetched, and small print that is dark enough to read."""
    theme = gr.themes.Default(
        primary_hue="teal",
        secondary_hue="teal",
        neutral_hue="slate",
        font=("ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
    )
    return theme.set(
        link_text_color="*secondary_700",
        link_text_color_dark="*secondary_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        color_accent="*primary_700",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
    )


class Server(uvicorn.Server):
    """Serves the chat window until it is interrupted, and then ends at once.

    Gradio's own `launch` is not used: it looks for itself through the proxy that the environment names, and
    it takes a port only after asking whether it is free.
    `ended_by` is the signal that ended it, if one did.
    """

    ended_by: int | None = None

    def __init__(
        self,
        blocks: gr.Blocks,
        routers: Sequence[APIRouter],
        may_add: Callable[[Headers], bool],
        listener: socket.socket,
        logins: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`routers` are served beside the page, whose password guards none of them; of `may_add` see `Guard`."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        for router in routers:
            app.include_router(router)
        app.add_middleware(Guard, may_add=may_add)
        if is_loopback(listener):
            # A page elsewhere must not reach this one by pointing its own name at 127.0.0.1.
            app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK, listener.getsockname()[0]])
        blocks.delete_cache = (_UPLOADS_KEPT, _UPLOADS_KEPT)
        # Until Gradio has launched, it takes any path that a request names for a file that was uploaded.
        blocks.has_launched = True
        gr.mount_gradio_app(
            app,
            blocks,
            path="/",
            footer_links=[],
            run_history=False,
            allowed_paths=[],
            show_error=False,
            max_file_size=LARGEST,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            auth=list(logins) or None,
            auth_message="Log in to use the chat window.",
            mcp_server=False,  # ours is among the `routers`; Gradio's would ask for no password
            theme=_theme(),
            css_paths=Path(__file__).with_name("style.css"),
            head=f"<style>{_beside('page.css')}</style><script>{_beside('page.js')}</script>",
        )
        super().__init__(uvicorn.Config(app, log_level="warning", proxy_headers=False))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends at once: every open page holds a stream, for which the server would wait and then complain.

        The signal is only kept: uvicorn would raise it again, which ends the process before anything is tidied up.
        """
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.should_exit = self.force_exit = True
        self.ended_by = sig
