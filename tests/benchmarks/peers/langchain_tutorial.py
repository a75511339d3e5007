"""LangChain's retrieval tutorial: RecursiveCharacterTextSplitter(1000, 200), Chroma in a folder, the four nearest.

The variant is the way in which the model is run (see `bare.Bare`).
"""

import time
from pathlib import Path
from typing import cast

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from tests.benchmarks.bare import Bare, Way
from tests.benchmarks.contestant import Ask, Found, Ingested, documents, run


class Model(Bare, Embeddings):
    """The same model behind LangChain's interface."""


class Tutorial:
    """The tutorial's own parameters."""

    def __init__(self, variant: str) -> None:
        self._model = Model(cast(Way, variant))

    def _store(self, index: Path) -> Chroma:
        return Chroma(
            collection_name="example_collection", embedding_function=self._model, persist_directory=str(index)
        )

    def ingest(self, folder: Path, index: Path) -> Ingested:
        began = time.perf_counter()
        read = [Document(page_content=text, metadata={"source": name}) for name, text in documents(folder)]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        splits = splitter.split_documents(read)
        self._store(index).add_documents(documents=splits)
        seconds = time.perf_counter() - began
        return Ingested(seconds, len(splits), self._model.count(self._model.embedded))

    def open(self, index: Path) -> Ask:
        store = self._store(index)

        def ask(question: str) -> list[Found]:
            nearest = store.similarity_search(question, k=4)
            starts = [document.metadata["start_index"] for document in nearest]
            return [
                Found(start, start + len(document.page_content), document.page_content)
                for start, document in zip(starts, nearest, strict=True)
            ]

        return ask


if __name__ == "__main__":
    run(Tutorial)
