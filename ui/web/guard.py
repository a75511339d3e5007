"""What the web server turns down before Gradio sees it."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 10_000_000  # bytes; an uploaded question set may have half of that
_TOO_LARGE = f"A request has {LARGEST_BODY:,} bytes at most."


class Guard:
    """Turns down requests from another site's page, and bodies that are too large.

    Such a page could not read the reply, but what it makes a browser send would be done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what it turns down; everything else goes on."""
        refusal = _refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, _counted(receive), send)


def _refusal(headers: Headers) -> PlainTextResponse | None:
    origin, length = headers.get("origin"), headers.get("content-length", "0")
    # a proxy says what it was called by; a page elsewhere cannot send that header without being asked for leave
    names = {headers[name].lower() for name in ("host", "x-forwarded-host") if name in headers}
    if origin and origin.partition("://")[2].lower() not in names:
        return PlainTextResponse("Requests from another site's page are not answered.", status_code=403)
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return PlainTextResponse(_TOO_LARGE, status_code=413)
    return None


def _counted(receive: Receive) -> Receive:
    """The same, until a body that does not tell its length has become too large."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return counted
