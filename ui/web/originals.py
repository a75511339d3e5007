"""The PDFs that the documents were read from, opened at the page of a citation."""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from ingest.errors import UserError
from ingest.index import Index
from ingest.pages import page_number_at
from ingest.sources import Source, at_root, original_digest

PATH = "pdf"
_HEADERS = {
    "content-disposition": "inline",
    "x-content-type-options": "nosniff",  # whatever is in the file, it is shown as a PDF
    "cross-origin-resource-policy": "same-origin",
}


def link_to(source: str, at: int) -> str:
    """The address of a PDF, relative to the page, that opens it where an offset of its text is."""
    return f"{PATH}?{urlencode({'source': source, 'at': at}, errors='replace')}"


def originals(index: Callable[[], Index], may_open: Callable[[Request], bool]) -> APIRouter:
    """Serves the PDFs of the index, and no other file, as long as they are what was indexed, to whom `may_open`
    allows it.
    """
    router = APIRouter()

    @router.get(f"/{PATH}")
    def original(request: Request, source: str, at: int | None = None) -> Response:
        if not may_open(request):
            raise HTTPException(403, "PDFs are opened by whoever may add documents. See docs/documents.md.")
        found, content = _read(index, source)
        if at is None:
            return Response(content, media_type="application/pdf", headers=_HEADERS)
        page = page_number_at(found, at)  # a viewer gets it from the address, which only the browser sees
        return RedirectResponse(f"?{urlencode({'source': source}, errors='replace')}#page={page}")

    return router


def _read(index: Callable[[], Index], name: str) -> tuple[Source, bytes]:
    try:
        current = index()
        path = next(at_root(one.path) for one in current.manifest.sources if one.name == name)
        source = current.sources[name]
        if path.suffix.lower() == ".pdf" and original_digest(path) == source.original:
            return source, path.read_bytes()
    except (UserError, StopIteration, OSError):
        pass
    raise HTTPException(404, "This is no PDF that is indexed, or it has changed since then.")
