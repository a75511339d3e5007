"""A small embedding model for tests: it reads a text word by word, and each word has the vector it is given."""

import re
from collections.abc import Sequence

import numpy as np

from assistant.reading_model.encoding import EncodedPassage, EncodedText, Encoder
from ingest.embeddings import MiniLM, TokenVectors
from ingest.lexicon import Lexicon
from ingest.text import Span
from tests.made import passage

EAST, NORTH, WEST = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)
BETWEEN = (0.6, 0.8)  # its cosine with EAST is 0.6, with NORTH 0.8
COSINE_OF_MEANS = 3.4 / np.sqrt(5.8 * 2)  # of EAST, NORTH and BETWEEN with EAST and NORTH


class ByWord(MiniLM):
    """Words and single signs, in two dimensions; what has no vector looks WEST."""

    def __init__(self, **vectors: tuple[float, float]) -> None:
        self.vectors = vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [self._tokens(text) for text in texts]

    def _tokens(self, text: str) -> TokenVectors:
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        rows = [self.vectors.get(match.group().casefold(), WEST) for match in found]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, 2)
        return TokenVectors(vectors, [Span(*match.span()) for match in found])


class Pair:
    """Encodes a question or claim and the passages beside it with the same words."""

    def __init__(self, *texts: str, **vectors: tuple[float, float]) -> None:
        self.lexicon = Lexicon.of(texts)
        self.encoder = Encoder(ByWord(**vectors), self.lexicon)

    def text(self, text: str) -> EncodedText:
        return self.encoder.text(text)

    def passage(self, text: str, section: str = "") -> EncodedPassage:
        return self.encoder.passages([passage(text, section)])[0]
