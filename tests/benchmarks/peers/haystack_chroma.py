"""Haystack's pipelines over Chroma with its defaults: 200 words a document, the ten nearest."""

import time
from dataclasses import replace
from pathlib import Path

from haystack import Document, Pipeline, component
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.writers import DocumentWriter
from haystack_integrations.components.retrievers.chroma import ChromaEmbeddingRetriever
from haystack_integrations.document_stores.chroma import ChromaDocumentStore

from tests.benchmarks.bare import Bare
from tests.benchmarks.contestant import Ask, Found, Ingested, documents, run


@component
class DocumentEmbedder:
    """The same model as Haystack's component for documents."""

    def __init__(self, model: Bare) -> None:
        self.model = model

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        vectors = self.model.embed_documents([document.content or "" for document in documents])
        embedded = zip(documents, vectors, strict=True)
        return {"documents": [replace(document, embedding=vector) for document, vector in embedded]}


@component
class TextEmbedder:
    """The same model as Haystack's component for a question."""

    def __init__(self, model: Bare) -> None:
        self.model = model

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        return {"embedding": self.model.embed_query(text)}


class Haystack:
    """One pipeline for indexing, one for asking."""

    def __init__(self, variant: str) -> None:
        self._model = Bare()

    def ingest(self, folder: Path, index: Path) -> Ingested:
        began = time.perf_counter()
        pipeline = Pipeline()
        pipeline.add_component("splitter", DocumentSplitter())
        pipeline.add_component("embedder", DocumentEmbedder(self._model))
        pipeline.add_component("writer", DocumentWriter(document_store=_store(index)))
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        read = [Document(content=text, meta={"name": name}) for name, text in documents(folder)]
        pipeline.run({"splitter": {"documents": read}})
        seconds = time.perf_counter() - began
        return Ingested(seconds, len(self._model.embedded), self._model.count(self._model.embedded))

    def open(self, index: Path) -> Ask:
        pipeline = Pipeline()
        pipeline.add_component("embedder", TextEmbedder(self._model))
        pipeline.add_component("retriever", ChromaEmbeddingRetriever(document_store=_store(index)))
        pipeline.connect("embedder.embedding", "retriever.query_embedding")

        def ask(question: str) -> list[Found]:
            nearest = pipeline.run({"embedder": {"text": question}})["retriever"]["documents"]
            starts = [document.meta["split_idx_start"] for document in nearest]
            return [
                Found(start, start + len(document.content), document.content)
                for start, document in zip(starts, nearest, strict=True)
            ]

        return ask


def _store(index: Path) -> ChromaDocumentStore:
    return ChromaDocumentStore(persist_path=str(index))


if __name__ == "__main__":
    run(Haystack)
