"""LlamaIndex's CitationQueryEngine with its defaults over Chroma, up to the sources for the chat model."""

import time
from pathlib import Path
from typing import Any

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import QueryBundle
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from tests.benchmarks.bare import Bare
from tests.benchmarks.contestant import Ask, Found, Ingested, documents, run


class Model(BaseEmbedding):
    """The same model behind LlamaIndex's interface."""

    _bare: Bare = PrivateAttr(default_factory=Bare)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._bare.embed_query(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._bare.embed_query(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._bare.embed_documents([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._bare.embed_documents(texts)


class LlamaIndex:
    """Chunks of 1,024 tokens, of which the model reads 256; two are found and cut into sources of 512."""

    def __init__(self, variant: str) -> None:
        self._model = Model()

    def ingest(self, folder: Path, index: Path) -> Ingested:
        began = time.perf_counter()
        read = [Document(text=text, metadata={"file_name": name}) for name, text in documents(folder)]
        store = ChromaVectorStore(chroma_collection=_collection(index))
        VectorStoreIndex.from_documents(
            read, storage_context=StorageContext.from_defaults(vector_store=store), embed_model=self._model
        )
        seconds = time.perf_counter() - began
        embedded = self._model._bare.embedded
        return Ingested(seconds, len(embedded), self._model._bare.count(embedded))

    def open(self, index: Path) -> Ask:
        store = ChromaVectorStore(chroma_collection=_collection(index))
        engine: Any = CitationQueryEngine.from_args(
            VectorStoreIndex.from_vector_store(store, embed_model=self._model), llm=MockLLM()
        )

        def ask(question: str) -> list[Found]:
            nearest = engine.retrieve(QueryBundle(question))
            # what `query` does next, but for handing them to the model
            sources = engine._create_citation_nodes(nearest)
            return [_place(source.node.get_content(), nearest) for source in sources]

        return ask


def _place(content: str, nearest: list[Any]) -> Found:
    """Where a source stands: it has lost its offsets, and `Source n:` stands above it."""
    text = content.partition("\n")[2].removesuffix("\n")
    for one in nearest:
        at = one.node.text.find(text)
        if at >= 0:
            start = one.node.start_char_idx + at
            return Found(start, start + len(text), text)
    raise ValueError(f"a source that stands in no chunk: {text[:80]!r}")


def _collection(index: Path) -> Any:
    return chromadb.PersistentClient(path=str(index)).get_or_create_collection("quickstart")


if __name__ == "__main__":
    run(LlamaIndex)
