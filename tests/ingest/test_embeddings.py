"""The embedding models: MiniLM, which is here as files, and OpenAI's, chosen by name only."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from ingest import embeddings
from ingest.embeddings import MiniLM, checked, count_word_pieces, open_embeddings, open_tokenizer
from ingest.errors import SettingsError
from ingest.text import Span
from ingest.tiktoken_files import provide_vocabularies
from tests.ingest.processes import settings_of
from tests.model_server import error, model_server, reply

TEXTS = ["BPO is volume-driven.", "", "KPO", "A longer text. " * 40, "知识流程外包", "BPO is volume-driven."]


def test_a_texts_vector_has_length_one_and_does_not_depend_on_its_batch(minilm: MiniLM) -> None:
    together = minilm.embed_documents(TEXTS)
    assert np.array(together).shape == (6, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(6), abs=1e-6)
    assert together == [minilm.embed_query(text) for text in TEXTS]
    assert together == minilm.embed_documents(TEXTS[::-1])[::-1]


def test_a_text_is_cut_at_256_tokens_and_not_before(minilm: MiniLM) -> None:
    full = minilm.embed_query("word " * 254)  # and one token at each end
    assert minilm.embed_query("word " * 254 + "insight " * 1_000) == full
    assert minilm.embed_query("word " * 253 + "insight") != full
    (tokens,) = minilm.embed_tokens(["word " * 254 + "insight " * 1_000])
    assert len(tokens.vectors) == 254 and tokens.spans[-1] == Span(253 * 5, 253 * 5 + 4)


# --- token by token


@given(st.text(max_size=200))
def test_tokens_stand_in_order_and_hold_all_that_is_written(minilm: MiniLM, text: str) -> None:
    (tokens,) = minilm.embed_tokens([text])
    assert tokens.vectors.shape == (len(tokens.spans), 384)
    assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-6)
    assert all(b.start >= a.end or b == a for a, b in pairwise(tokens.spans))  # a syllable of Hangul has two
    assert all(0 <= span.start < span.end <= len(text) for span in tokens.spans)
    written = {i for i, char in enumerate(text) if char.isascii() and char.isalnum()}
    assert written <= {i for span in tokens.spans for i in range(*span)}


# --- the pinned files


AGAIN = r"Set up again: .*, then run: make chat$"


def test_a_file_that_is_missing_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"model\.onnx is missing\. {AGAIN}"):
        checked(tmp_path / "model.onnx", "")


@pytest.mark.parametrize("pin", ["_MODEL_SHA256", "_TOKENIZER_SHA256"])
def test_both_files_are_checked_when_they_are_loaded(pin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings._load.cache_clear()
    monkeypatch.setattr(embeddings, pin, "0" * 64)
    with pytest.raises(SettingsError, match=rf"is not the pinned file\. {AGAIN}"):
        MiniLM().load()


def test_the_tokenizer_neither_cuts_nor_pads() -> None:
    assert count_word_pieces("word " * 300) == 300
    assert open_tokenizer().encode("word").tokens == ["[CLS]", "word", "[SEP]"]


# --- by name


def test_minilm_is_the_default_even_where_there_is_a_key(tmp_path: Path) -> None:
    assert isinstance(open_embeddings(settings_of(tmp_path, openai_api_key="key")), MiniLM)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bert", r"is 'bert'\. Set it to minilm or openai:text-embedding-3-small\."),
        ("openai:", r"is 'openai:'\. Set it to minilm or"),
        ("openai:text-embedding-3-small", r"needs a key\. Set OPENAI_API_KEY in \.env, or use minilm\."),
    ],
)
def test_an_unknown_name_and_a_missing_key_are_refused_with_the_remedy(
    name: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=message):
        open_embeddings(settings_of(tmp_path, embeddings=name))


def test_what_a_server_refuses_is_one_line_that_repeats_nothing_it_says(tmp_path: Path) -> None:
    with model_server(error("401 Unauthorized", message="Incorrect key: sk-secret")) as server:
        given = {"openai_api_key": "sk-secret", "openai_base_url": server.url}
        model = open_embeddings(settings_of(tmp_path, embeddings="openai:text-embedding-3-small", **given))
        for embed in (model.embed_query, lambda text: model.embed_documents([text])):
            with pytest.raises(SettingsError, match=r"gave no vectors \(AuthenticationError\)\. Mend ") as caught:
                embed("What drives BPO?")
            assert "secret" not in str(caught.value)


def test_openais_model_asks_its_server_and_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for the vocabulary with which LangChain counts, which tiktoken would fetch."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    provide_vocabularies.cache_clear()
    data = [{"object": "embedding", "index": 0, "embedding": [3.0, 4.0]}]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    with model_server([reply({"object": "list", "data": data, "model": "m", "usage": usage})]) as server:
        given = {"openai_api_key": "key", "openai_base_url": server.url}
        model = open_embeddings(settings_of(tmp_path, embeddings="openai:text-embedding-3-small", **given))
        assert model.embed_query("What drives BPO?") == [3.0, 4.0]
    assert [asked.path for asked in server.asked] == ["/v1/embeddings"]
