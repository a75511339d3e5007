"""What the assistant needs to know, read once at the edge from the environment and `.env`."""

from pathlib import Path

from pydantic import Field

from ingest.settings import ROOT, IngestSettings, Settings


class AssistantSettings(Settings):
    """Which reader answers, the index that it reads, and where thumbs up and down are kept."""

    model: str = "auto"
    strict: bool = False  # take out what a chat model says without proof, instead of marking it
    context: int = Field(default=8_192, ge=1_024)  # tokens that the chat model takes, its answer included
    timeout: float = Field(default=60.0, gt=0)  # seconds without a word from the chat model
    feedback: Path = ROOT / "feedback.jsonl"
    ingest: IngestSettings = Field(default_factory=IngestSettings)
