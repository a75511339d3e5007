"""How a Chroma server is called; what is done with one stands in `test_server.py`."""

from pathlib import Path
from typing import Any

import chromadb
import pytest

from ingest.chroma import server_client
from tests.ingest.processes import settings_of


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a client is opened with at this address; no server is called."""
    monkeypatch.setattr(chromadb, "HttpClient", dict)

    def opened(url: str) -> Any:
        monkeypatch.setenv("CHROMA_URL", url)
        return server_client(settings_of(tmp_path))

    return opened


def test_chroma_cloud_gets_key_tenant_and_database(called: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("API_KEY", "ck-secret"), ("TENANT", "a-team"), ("DATABASE", "handbooks")):
        monkeypatch.setenv(f"CHROMA_{name}", value)
    cloud = called("https://api.trychroma.com")
    assert (cloud["host"], cloud["port"], cloud["ssl"]) == ("api.trychroma.com", 443, True)
    assert cloud["headers"] == {"x-chroma-token": "ck-secret"}
    assert (cloud["tenant"], cloud["database"]) == ("a-team", "handbooks")
    assert not cloud["settings"].anonymized_telemetry


def test_a_server_of_ones_own_needs_only_its_address(called: Any) -> None:
    own = called("http://chroma.example:8443/")
    assert (own["host"], own["port"], own["ssl"]) == ("chroma.example", 8443, False)
    assert own["headers"] is None
