"""What the assistant needs to know, read once at the edge from the environment and `.env`."""

from pathlib import Path

from pydantic import Field

from ingest.settings import ROOT, IngestSettings, Settings


class AssistantSettings(Settings):
    """Which reader answers, the index that it reads, and where thumbs up and down are kept."""

    model: str = "auto"
    feedback: Path = ROOT / "feedback.jsonl"
    ingest: IngestSettings = Field(default_factory=IngestSettings)
