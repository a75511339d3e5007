"""What ingest needs to know, read once at the edge from the environment and `.env`."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent  # the checkout: what is meant to be found is found from here


class Settings(BaseSettings):
    """How settings are read: the environment first, then `.env` in the checkout.

    An empty value is the default, and a path may begin with `~`.
    """

    model_config = SettingsConfigDict(
        env_prefix="BPO_KPO_", env_file=ROOT / ".env", extra="ignore", frozen=True, populate_by_name=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_meant(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[info.field_name or ""]
        if value == "":
            return field.get_default(call_default_factory=True, validated_data={})
        return Path(value).expanduser() if field.annotation is Path else value


OPENAI = "https://api.openai.com/v1"
UPLOADS = "documents"  # the folder within the index's own that holds what was given in the chat window


class IngestSettings(Settings):
    """Where the index is and what embeds."""

    index: Path = ROOT / ".index"
    embeddings: str = "minilm"
    corpus: Path = ROOT / "corpus"  # what is read, with uploads, where no path was ever given
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    chroma_url: str | None = Field(default=None, validation_alias="CHROMA_URL")  # in place of the folder `index`
    chroma_api_key: SecretStr | None = Field(default=None, validation_alias="CHROMA_API_KEY")
    chroma_tenant: str = Field(default="default_tenant", validation_alias="CHROMA_TENANT")
    chroma_database: str = Field(default="default_database", validation_alias="CHROMA_DATABASE")

    @property
    def uploads(self) -> Path:
        """Where the documents are kept that were given in the chat window."""
        return self.index.resolve() / UPLOADS

    @field_validator("openai_api_key", "chroma_api_key")
    @classmethod
    def _can_be_sent(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if not (key.isascii() and key.isprintable()):
            raise ValueError("it has characters that no key has")
        return SecretStr(key) if key else None

    @field_validator("openai_base_url", "chroma_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        try:
            named = re.match(r"https?://[^/\s]", value or "") and urlsplit(value).port != 0
        except ValueError:  # half of an IPv6 address, a port that is none
            named = False
        if value and not named:
            raise ValueError("it has to begin with http:// or https:// and name a server")
        return value
