"""How well the passages of one index, and their units, answer a question, and whether they prove a claim."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from assistant.answers import RetrievedPassage
from assistant.conversation import turns
from assistant.reading_model.both_readings import combined
from assistant.reading_model.encoding import EncodedPassage, Encoder
from assistant.reading_model.features import rerank_scores
from assistant.reading_model.known_questions import Known, KnownQuestions
from assistant.reading_model.model import Calibration, PassageScores, ReadingModel
from assistant.reading_model.scope import Scope, follows_up, masked, scope_of
from assistant.units import PassageLike, places
from assistant.verdicts import Judge, Proof
from ingest.embeddings import MiniLM, TokenVectors
from ingest.known_questions import QuestionIndex
from ingest.language import ENGLISH, language_of
from ingest.lexicon import Lexicon


class Scorer:
    """Reads the passages of one index. Keeps those that it has encoded, so that a warm question is quick."""

    def __init__(
        self,
        lexicon: Lexicon,
        embedder: MiniLM,
        model: ReadingModel,
        token_vectors: Mapping[str, TokenVectors] | None = None,
        questions: QuestionIndex | None = None,
    ) -> None:
        self._lexicon = lexicon
        self._model = model
        self._encoder = Encoder(embedder, lexicon, token_vectors)
        self._known_questions = KnownQuestions(questions or QuestionIndex())
        # one for each object, so that it ends with it
        self._text = lru_cache(maxsize=512)(self._encoder.text)
        self._logit = lru_cache(maxsize=2_048)(self._logit_of)
        self._scores = lru_cache(maxsize=256)(self._scores_of)  # the same few questions are asked again and again

    @property
    def calibration(self) -> Calibration:
        """The model's thresholds."""
        return self._model.calibration

    @property
    def judge(self) -> Judge:
        """That of a chat model's sentences, of which few that are right may be marked."""
        return Judge(self.proves, self.calibration.chat_model_threshold, self.calibration.uncited_threshold)

    def rerank(self, question: str, passages: Sequence[PassageLike]) -> list[float]:
        """How much the best unit of each passage, or a known question that it answers, resembles a question."""
        read = self._encoder.passages(passages)
        return rerank_scores(self._text(question), read, self._lexicon, self._known(question, passages, read))

    def read(self, question: str, passages: Sequence[PassageLike]) -> list[PassageScores]:
        """Each passage as the model reads it for a question, compared with the others."""
        return list(self._scores(question, tuple(passages)))

    def _scores_of(self, question: str, passages: tuple[PassageLike, ...]) -> list[PassageScores]:
        *earlier, own = turns(question)
        behind = self._read_once(question, passages)
        if not earlier:
            return behind
        alone = self._read_once(own, passages)
        share = self.calibration.earlier_weight
        return [
            PassageScores(*combined(both, by_itself, share), both.likeness)
            for both, by_itself in zip(behind, alone, strict=True)
        ]

    def _read_once(self, question: str, passages: Sequence[PassageLike]) -> list[PassageScores]:
        read = self._encoder.passages(passages)
        return self._model.read(self._text(question), read, self._lexicon, self._known(question, passages, read))

    def proves(self, claim: str, proof: Proof) -> float:
        """The logit of a claim as proven by the passages that it cites, all of them together."""
        return self._logit(" ".join(claim.split()), tuple({(p.source, p.start): p for p, _ in proof}.values()))

    def _logit_of(self, claim: str, passages: tuple[RetrievedPassage, ...]) -> float:
        return self._model.proves(self._text(claim), self._encoder.passages(passages))

    def scope(self, question: str, names: Sequence[str] | None = None) -> Scope:
        """What a question is asked of; `names`: two things that it names beside each other, or one of such two.

        What is not English is asked of passages: the scopes were learned from English questions.
        """
        if language_of(question) != ENGLISH:
            return "passages"
        return scope_of(self._text(masked(question, names) if names else question).mean)

    def follows_up(self, question: str) -> bool:
        """Whether a question needs the one before it."""
        return follows_up(self._text(question).mean)

    def prepare(self, passages: Sequence[PassageLike]) -> None:
        """Encodes passages ahead of the first question."""
        self._encoder.passages(passages)

    def _known(self, question: str, passages: Sequence[PassageLike], read: Sequence[EncodedPassage]) -> Known:
        stand = [places(passage, one.units) for passage, one in zip(passages, read, strict=True)]
        return self._known_questions.near(self._text(question), stand)
