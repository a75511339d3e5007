"""How a Chroma server is called; what is done with one stands in `test_server.py`."""

from pathlib import Path
from typing import Any

import chromadb
import pytest

from ingest.chroma import server_client
from tests.ingest.processes import settings_of


class NotingClient:
    """In place of `chromadb.HttpClient`, which calls the server at once: only notes how it would."""

    def __init__(
        self,
        host: str,
        port: int,
        ssl: bool,
        headers: dict[str, str] | None,
        settings: chromadb.Settings,
        tenant: str,
        database: str,
    ) -> None:
        self.place = (host, port, ssl)
        self.headers, self.tenant, self.database = headers, tenant, database
        self.tells_of_itself = settings.anonymized_telemetry


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Opens one with these variables in the environment."""
    monkeypatch.setattr(chromadb, "HttpClient", NotingClient)

    def opened(**environment: str) -> Any:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return server_client(settings_of(tmp_path))

    return opened


def test_chroma_cloud_is_called_with_key_tenant_and_database(client: Any) -> None:
    cloud = client(
        CHROMA_URL="https://api.trychroma.com",
        CHROMA_API_KEY="ck-secret",
        CHROMA_TENANT="a-team",
        CHROMA_DATABASE="handbooks",
    )
    assert cloud.place == ("api.trychroma.com", 443, True)
    assert cloud.headers == {"x-chroma-token": "ck-secret"}
    assert (cloud.tenant, cloud.database) == ("a-team", "handbooks")
    assert not cloud.tells_of_itself


def test_a_server_of_ones_own_needs_only_its_address(client: Any) -> None:
    for url, place in (
        ("http://chroma.example:8000", ("chroma.example", 8000, False)),
        ("http://chroma.example", ("chroma.example", 80, False)),
        ("https://chroma.example:8443/", ("chroma.example", 8443, True)),
    ):
        own = client(CHROMA_URL=url, CHROMA_API_KEY="")
        assert (own.place, own.headers) == (place, None)
        assert (own.tenant, own.database) == ("default_tenant", "default_database")
