"""What becomes of a request before Gradio sees it: the address it was sent to, and what is turned down."""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 10_000_000  # bytes
LARGEST_UPLOAD = 1_000_000_000  # of several documents at once, where they may be added
_OF_PROXIES = ("forwarded", "via", "x-real-ip")  # headers, beside those that begin with `x-forwarded-`


class Guard:
    """Turns down bodies that are too large, and requests from another site's page: that could not read the reply,
    but what it makes a browser send would be done.
    """

    def __init__(self, app: ASGIApp, may_add: Callable[[Headers], bool]) -> None:
        """What `may_add` documents, by its headers, may send more at once."""
        self._app, self._may_add = app, may_add

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what it turns down; everything else goes on."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        called, app = _as_called(scope), self._app
        headers = Headers(scope=called)
        if _comes_from_elsewhere(headers):
            app = PlainTextResponse("Requests from another site's page are not answered.", status_code=403)
        adds = scope["path"].endswith("/upload") and self._may_add(headers)
        largest = LARGEST_UPLOAD if adds else LARGEST_BODY
        await app(called, _counted(receive, largest), send)


def _as_called(scope: Scope) -> Scope:
    """A request with the address that its client called, where a proxy has told it in the headers
    `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Prefix` (the beginning of the path that it cut off).

    Whoever sends them is believed, since they change the links of the reply to that request, and take rights
    away; a page elsewhere cannot make a browser send them.
    """
    headers = MutableHeaders(raw=list(scope["headers"]))
    told = {
        name: headers.get(f"x-forwarded-{name}", "").partition(",")[0].strip()  # of several proxies the first
        for name in ("proto", "host", "prefix")
    }
    if told["host"]:
        headers["host"] = told["host"]
        del headers["x-forwarded-host"]  # for which Gradio would forget the prefix
        headers["forwarded"] = "host"  # so that it can still be told that the request came through a proxy
    prefix = f"/{told['prefix'].strip('/')}".rstrip("/")
    return {
        **scope,
        "headers": headers.raw,
        "scheme": told["proto"] if told["proto"] in ("http", "https") else scope["scheme"],
        "root_path": prefix,
        "path": f"{prefix}{scope['path']}",
    }


def may_add(headers: Headers, here: bool, logins: bool) -> bool:
    """Whether documents may be changed: by whoever has logged in; else where the window is opened `here`, on
    loopback, by a request that does not say that it came through a proxy. `headers` are as `Guard` hands them on.
    """
    forwarded = any(name in _OF_PROXIES or name.startswith("x-forwarded-") for name in headers)
    return logins or (here and not forwarded)


def _comes_from_elsewhere(headers: Headers) -> bool:
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2].lower() != headers.get("host", "").lower()


def _counted(receive: Receive, largest: int) -> Receive:
    """The same, until the body has become too large, whatever it says of its length."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > largest:
            raise HTTPException(413, f"A request has {largest:,} bytes at most.")
        return message

    return counted
