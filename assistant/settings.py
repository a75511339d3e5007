"""What the assistant needs to know, read once at the edge from the environment and `.env`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.settings import ROOT, IngestSettings


class AssistantSettings(BaseSettings):
    """Which reader answers, and the index that it reads."""

    model_config = SettingsConfigDict(
        env_prefix="BPO_KPO_", env_file=ROOT / ".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    model: str = "auto"
    ingest: IngestSettings = Field(default_factory=IngestSettings)
