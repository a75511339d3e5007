"""What the assistant needs to know, read once at the edge from the environment and `.env`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from ingest.settings import ROOT, IngestSettings, Settings


class AssistantSettings(Settings):
    """Which reader answers, the index that it reads, and where thumbs up and down are kept."""

    model: str = "auto"
    strict: bool = False  # take out what a chat model says without proof, instead of marking it
    second_opinion: Literal["off", "strict", "always"] = "strict"  # whether it is asked once more what is proven
    context: int = Field(default=16_384, ge=1_024)  # tokens that the chat model takes, its answer included
    thinking: int = Field(default=3_496, ge=0)  # of these, what it may think aloud; some write no more than 4,096
    whole: int = Field(default=6_000, ge=0)  # tokens of all documents, up to which it is given every passage
    timeout: float = Field(default=60.0, gt=0)  # seconds without a word from the chat model
    feedback: Path = ROOT / "feedback.jsonl"
    login: SecretStr | None = None  # of the chat window: user:password, several with spaces between them
    ingest: IngestSettings = Field(default_factory=IngestSettings)

    @property
    def logins(self) -> list[tuple[str, str]]:
        """The users of the chat window with their passwords; none where everyone may use it."""
        said = self.login.get_secret_value().split() if self.login else []
        return [(user, password) for user, _, password in (one.partition(":") for one in said)]

    @field_validator("login")
    @classmethod
    def _has_passwords(cls, value: SecretStr | None) -> SecretStr | None:
        said = value.get_secret_value().split() if value else []
        if any(not user or not password for user, _, password in (one.partition(":") for one in said)):
            raise ValueError("it has to be user:password, several with spaces between them")
        return value
