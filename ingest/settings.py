"""What ingest needs to know, read once at the edge from the environment and `.env`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent  # the checkout: what is meant to be found is found from here


class IngestSettings(BaseSettings):
    """Where the index is and what embeds."""

    model_config = SettingsConfigDict(
        env_prefix="BPO_KPO_",
        env_file=ROOT / ".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    index: Path = ROOT / ".index"
    embeddings: str = "minilm"
    corpus: Path = Field(default=ROOT / "corpus", exclude=True)
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
