"""What the web server turns down before Gradio sees it."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LARGEST_BODY = 10_000_000  # bytes; an uploaded question set may have half of that


class Guard:
    """Turns down requests from another site's page, and bodies that are too large or do not tell their length.

    Such a page could not read the reply, but what it makes a browser send would be done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what it turns down; everything else goes on."""
        refusal = _refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


def _refusal(headers: Headers) -> PlainTextResponse | None:
    origin, length = headers.get("origin"), headers.get("content-length", "0")
    # a proxy says what it was called by; a page elsewhere cannot send that header without being asked for leave
    names = {headers[name].lower() for name in ("host", "x-forwarded-host") if name in headers}
    if origin and origin.partition("://")[2].lower() not in names:
        return PlainTextResponse("Requests from another site's page are not answered.", status_code=403)
    if "transfer-encoding" in headers:
        return PlainTextResponse("Say how long the request is: send Content-Length.", status_code=411)
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return PlainTextResponse(f"A request has {LARGEST_BODY:,} bytes at most.", status_code=413)
    return None
