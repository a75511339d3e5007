"""Without a chat model only English is read: what is in another language is refused, and the person told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from assistant.chain import Assistant, open_assistant
from assistant.settings import AssistantSettings
from ingest.build import build
from ingest.settings import IngestSettings
from tests.fakes import replying

CHINESE = (
    "# 员工手册\n\n## 休假\n\n全职员工每年享有二十六天带薪年假。\n\n## 出差\n\n酒店费用每晚最高报销140欧元。\n"
)
GERMAN = (
    "# Regeln\n\n## Urlaub\n\nNicht genommene Tage verfallen am 31. März.\n\n## Reisen\n\nEs gilt die Liste.\n"
)


@pytest.mark.parametrize(
    ("document", "question", "nearest", "language"),
    [
        (CHINESE, "带薪年假有多少天？", "二十六天带薪年假", "zh"),
        (GERMAN, "When does unused leave lapse?", "", "de"),  # the document is not in English
        ("# Leave\n\nUnused days lapse.\n", "Wann verfallen nicht genommene Urlaubstage?", "", "de"),
    ],
)
def test_it_is_refused_with_a_word_on_why_and_the_right_passage_nearest(
    document: str, question: str, nearest: str, language: str, assistant_over: Callable[..., Assistant]
) -> None:
    answer = assistant_over(**{"rules.md": document}).chain.invoke(question)
    assert not answer.answered
    assert nearest in answer.passages[0].text
    assert f"({language})" in answer.notices[0] and "chat model" in answer.notices[0]


class Multilingual(Embeddings):
    """What an embedding model of many languages gives, written by hand: a dimension for each subject."""

    SUBJECTS = (("假", "leave", "Urlaub"), ("酒店", "hotel", "Hotel"))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(any(word in text for word in words)) for words in self.SUBJECTS] + [0.1] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def test_with_models_of_many_languages_any_of_them_is_answered(tmp_path: Path) -> None:
    (tmp_path / "rules.md").write_text(CHINESE, encoding="utf-8")
    ingest = IngestSettings(index=tmp_path / "index")
    build(ingest, [tmp_path / "rules.md"], embeddings=Multilingual())
    model = replying(lambda prompt: "酒店费用每晚最高报销140欧元。[1]" if "140" in prompt else "")
    settings = AssistantSettings(ingest=ingest, whole=0)  # the best passages, not all
    asked = open_assistant(settings, chat_model=model, embeddings=Multilingual()).chain
    answer = asked.invoke("Wie viel wird für ein Hotel gezahlt?")
    assert "140欧元" in answer.passages[0].text
    assert [(one.text, one.support) for one in answer.sentences] == [("酒店费用每晚最高报销140欧元。", "quoted")]
