"""The test φ of the citation metrics by a chat model, after ALCE's entailment model (Gao et al., EMNLP 2023)."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from pydantic import BaseModel, ConfigDict

from assistant.answers import Usage
from assistant.evaluation.metrics import NoVerdict
from assistant.model_calls import Stopped
from assistant.models import open_chat_model
from assistant.second_opinion import CitedClaim, judge_claims
from assistant.settings import AssistantSettings
from ingest.errors import SettingsError, UserError

VERDICTS = "verdicts.jsonl"


class Judgement(BaseModel):
    """A line of `verdicts.jsonl`; where there is no verdict, `error` says why."""

    model_config = ConfigDict(frozen=True)

    evidence: str
    claim: str
    answer: str | None = None  # as the model wrote it
    verdict: bool | None = None
    error: str | None = None
    usage: Usage = Usage()  # of an answer; what a failed request took is not known


def open_judge(name: str, settings: AssistantSettings) -> Callable[[Path], "CitationJudge"]:
    """The judge `provider:model`, for a report's folder. Raises `SettingsError` where it cannot be asked."""
    without = "leave out --judge"
    if not all(name.partition(":")):
        raise SettingsError(f"There is no judge {name!r}. Use one like openai:gpt-5-mini, or {without}.")
    return partial(CitationJudge, name, open_chat_model(name, settings, without))


class CitationJudge:
    """Judges pairs of evidence and claim, and keeps the verdicts in a report's folder. Threads may share it.

    What was judged is not asked again, also where an interrupted run goes on; what brought no verdict is.
    Raises `UserError` where the folder's verdicts cannot be read.
    """

    def __init__(self, name: str, model: BaseChatModel, folder: Path) -> None:
        self.name = name
        self.config: RunnableConfig | None = None  # that of the run, which may be stopped
        self._model = model
        self._path = folder / VERDICTS
        self._lock = Lock()
        kept = read_verdicts(folder)
        self.spent = sum((one.usage for one in kept), Usage())  # by all verdicts in the folder
        self._known = {(one.evidence, one.claim): one.verdict for one in kept if one.verdict is not None}

    def __call__(self, evidence: str, claim: str) -> bool:
        """Whether the evidence supports the claim. Raises `NoVerdict` where the model fails or is not clear."""
        pair = (evidence, claim)
        if pair not in self._known:
            judged = self._ask(evidence, claim)
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(judged.model_dump_json() + "\n")
                self.spent += judged.usage
            if judged.verdict is None:
                raise NoVerdict(judged.error)
            self._known[pair] = judged.verdict
        return self._known[pair]

    def _ask(self, evidence: str, claim: str) -> Judgement:
        asked = partial(Judgement, evidence=evidence, claim=claim)
        try:
            judged = judge_claims(self._model, [CitedClaim(claim, (evidence,))], self.config)
        except (Stopped, SettingsError):  # which end the run, as they do where a model answers
            raise
        except Exception as failure:  # the edge of a run: the row has no verdict, and the file says why
            return asked(error=f"{type(failure).__name__}: {failure}")
        (verdict,) = judged.proven
        error = "The answer is neither yes nor no." if verdict is None else None
        return asked(answer=judged.reply, verdict=verdict, error=error, usage=judged.usage)


def read_verdicts(folder: Path) -> list[Judgement]:
    """The verdicts in a report's folder, if any; a last line that was cut off is taken away."""
    path = folder / VERDICTS
    if not path.exists():
        return []
    try:
        with path.open("r+b") as file:
            lines = [line for line in file if line.endswith(b"\n")]
            file.truncate(sum(map(len, lines)))
        return [Judgement.model_validate_json(line) for line in lines]
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} cannot be read ({reason}). Give another --report.") from None
