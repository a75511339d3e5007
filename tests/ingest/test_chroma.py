"""How a Chroma server is called; what is done with one stands in `test_server.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import chromadb
import pytest

from ingest.chroma import server_client
from tests.ingest.processes import settings_of

Called = Callable[..., Any]


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Called:
    """What a client is opened with where these variables are in the environment; no server is called."""
    monkeypatch.setattr(chromadb, "HttpClient", dict)

    def opened(**environment: str) -> Any:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return server_client(settings_of(tmp_path))

    return opened


def test_chroma_cloud_is_called_with_key_tenant_and_database(called: Called) -> None:
    cloud = called(
        CHROMA_URL="https://api.trychroma.com",
        CHROMA_API_KEY="ck-secret",
        CHROMA_TENANT="a-team",
        CHROMA_DATABASE="handbooks",
    )
    assert (cloud["host"], cloud["port"], cloud["ssl"]) == ("api.trychroma.com", 443, True)
    assert cloud["headers"] == {"x-chroma-token": "ck-secret"}
    assert (cloud["tenant"], cloud["database"]) == ("a-team", "handbooks")
    assert not cloud["settings"].anonymized_telemetry


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://chroma.example", ("chroma.example", 80, False)),
        ("https://chroma.example:8443/", ("chroma.example", 8443, True)),
    ],
)
def test_a_server_of_ones_own_needs_only_its_address(
    url: str, place: tuple[str, int, bool], called: Called
) -> None:
    own = called(CHROMA_URL=url)
    assert (own["host"], own["port"], own["ssl"]) == place and own["headers"] is None
