"""Which reader answers, and who sees a question for it."""

from typing import Any

import pytest

from assistant.models import sends_to
from assistant.settings import AssistantSettings


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({"model": "extractive"}, ()),
        ({"model": "openai:gpt-5-mini"}, ("api.openai.com",)),
        (
            {"model": "openai:m", "ingest": {"openai_base_url": "http://user:secret@10.0.0.1:8000/v1"}},
            ("10.0.0.1:8000",),
        ),
        ({"model": "anthropic:claude"}, ("anthropic",)),
        ({"model": "extractive", "ingest": {"embeddings": "openai:text-embedding-3-small"}}, ("api.openai.com",)),
    ],
)
def test_who_sees_a_question_is_known(settings: dict[str, Any], hosts: tuple[str, ...]) -> None:
    read = AssistantSettings.model_validate(settings)
    assert sends_to(read.model, read) == hosts
