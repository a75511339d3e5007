"""Whether the passages of one index prove a claim."""

from functools import lru_cache

from assistant.reading_model.encoding import Encoder
from assistant.reading_model.model import Calibration, ReadingModel
from assistant.verdicts import Judge, Proof
from ingest.embeddings import MiniLM
from ingest.lexicon import Lexicon


class Prover:
    """Judges claims by the model, with the words of one index. Threads may share it."""

    def __init__(self, lexicon: Lexicon, embedder: MiniLM, model: ReadingModel) -> None:
        self._model = model
        self._encoder = Encoder(embedder, lexicon)
        # one for each object, so that it ends with it
        self._claim = lru_cache(maxsize=512)(self._encoder.text)

    @property
    def calibration(self) -> Calibration:
        """The model's thresholds."""
        return self._model.calibration

    @property
    def judge(self) -> Judge:
        """For a text of unknown origin."""
        return Judge(self.proves, self.calibration.claim)

    def proves(self, claim: str, proof: Proof) -> float:
        """The logit of a claim as proven by the passages that it cites, all of them together."""
        passages = {(passage.source, passage.start): passage for passage, _ in proof}
        return self._model.proves(self._claim(claim), self._encoder.passages(list(passages.values())))
