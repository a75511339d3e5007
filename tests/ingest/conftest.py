"""How the property tests of ingest run, without a deadline on two busy cores, and a library for builds."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.ingest.library import Library

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)
