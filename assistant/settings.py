"""What the assistant needs to know, read once at the edge from the environment and `.env`."""

from pydantic import Field

from ingest.settings import IngestSettings, Settings


class AssistantSettings(Settings):
    """Which reader answers, and the index that it reads."""

    model: str = "auto"
    ingest: IngestSettings = Field(default_factory=IngestSettings)
