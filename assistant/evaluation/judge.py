"""The test φ of the citation metrics, whether evidence supports a claim: by words, or by a chat model."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from threading import Lock

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from pydantic import BaseModel, ConfigDict

from assistant import prompts
from assistant.answers import Usage
from assistant.evaluation.metrics import NoVerdict
from assistant.literals import names, unknown_amounts, without
from assistant.model_calls import Stopped, reply_of
from assistant.models import open_chat_model
from assistant.settings import AssistantSettings
from assistant.tokens import usage_of
from ingest.errors import SettingsError, UserError
from ingest.lexicon import content_words, stem

WINDOW = 80  # content words of evidence that are looked at together
THRESHOLD = 0.63  # the share of the claim's content words that one window must hold
VERDICTS = "verdicts.jsonl"

_ANSWER = re.compile(r"\s*(?:(yes)|no)\.?\s*", re.IGNORECASE)


def supports(evidence: str, claim: str) -> bool:
    """φ(evidence, claim): the best window of 80 content words of the evidence holds 63 % of the claim's, as stems.

    And every number and capitalised name of the claim stands in it. One without content words is not supported.
    """
    wanted = Counter(stem(word) for word in content_words(claim))
    if not wanted or unknown_amounts(claim, evidence) or without(names(claim), evidence):
        return False
    return coverage(evidence, wanted) >= THRESHOLD


def coverage(evidence: str, wanted: Counter[str]) -> float:
    """The largest share of `wanted` stems that one window of the evidence holds; 0 where nothing is wanted."""
    stems = [stem(word) for word in content_words(evidence)]
    held = Counter(stems[:WINDOW])
    common = best = (wanted & held).total()
    for leaving, entering in zip(stems, stems[WINDOW:], strict=False):  # the window moves by a word
        common -= held[leaving] <= wanted[leaving]
        held[leaving] -= 1
        held[entering] += 1
        common += held[entering] <= wanted[entering]
        best = max(best, common)
    return best / wanted.total() if wanted else 0.0


class KeptVerdict(BaseModel):
    """A line of `verdicts.jsonl`; where there is no verdict, `error` says why."""

    model_config = ConfigDict(frozen=True)

    evidence: str
    claim: str
    answer: str | None = None  # as the model wrote it
    verdict: bool | None = None
    error: str | None = None
    usage: Usage = Usage()  # of an answer; what a failed request took is not known


def open_judge(name: str, settings: AssistantSettings) -> Callable[[Path], "CitationJudge"]:
    """The judge `provider:model`, for a report's folder.

    Raises `SettingsError` where there is no such model, or its key is missing.
    """
    without = "leave out --judge"
    if not all(name.partition(":")):
        raise SettingsError(f"There is no judge {name!r}. Use one like openai:gpt-5-mini, or {without}.")
    return partial(CitationJudge, name, open_chat_model(name, settings, without))


class CitationJudge:
    """The test φ by a chat model, after ALCE's entailment model (Gao et al., EMNLP 2023). Threads may share it.

    A pair of evidence and claim that was judged is not asked again, also where an interrupted run goes on in the
    same folder. What brought no verdict is kept as well, but asked again when it comes up again. Raises
    `UserError` where the folder's verdicts cannot be read.
    """

    def __init__(self, name: str, model: BaseChatModel, folder: Path) -> None:
        self.name = name
        self.config: RunnableConfig | None = None  # that of the run, which may be stopped
        self.spent = judging_took(folder)  # by all verdicts in the folder
        self._model = model
        self._path = folder / VERDICTS
        self._lock = Lock()
        self._asking: defaultdict[tuple[str, str], Lock] = defaultdict(Lock)  # a lock for each pair
        self._known = {
            (kept.evidence, kept.claim): kept.verdict for kept in _read(folder) if kept.verdict is not None
        }

    def __call__(self, evidence: str, claim: str) -> bool:
        """Whether the evidence supports the claim. Raises `NoVerdict` where the model fails or is not clear."""
        pair = (evidence, claim)
        with self._lock:
            asking = self._asking[pair]
        with asking:  # whoever wants the same verdict at the same time waits for it
            if pair not in self._known:
                kept = self._ask(evidence, claim)
                with self._lock, self._path.open("a", encoding="utf-8") as file:
                    file.write(kept.model_dump_json() + "\n")
                    self.spent += kept.usage
                if kept.verdict is None:
                    raise NoVerdict(kept.error)
                self._known[pair] = kept.verdict
            return self._known[pair]

    def _ask(self, evidence: str, claim: str) -> KeptVerdict:
        # no text of evidence or claim can close the tag that it stands in
        user = prompts.JUDGE_USER.format(evidence=escape(evidence, quote=False), claim=escape(claim, quote=False))
        prompt = [SystemMessage(prompts.JUDGE_SYSTEM), HumanMessage(user)]
        asked = partial(KeptVerdict, evidence=evidence, claim=claim)
        try:
            reply = reply_of(self._model, prompt, self.config)
            answer, usage = str(reply.text), usage_of(reply, prompt, self._model)
        except (Stopped, SettingsError):  # which end the run, as they do where a model answers
            raise
        except Exception as failure:  # the edge of a run: the row has no verdict, and the file says why
            return asked(error=f"{type(failure).__name__}: {failure}")
        if match := _ANSWER.fullmatch(answer):
            return asked(answer=answer, verdict=bool(match[1]), usage=usage)
        return asked(answer=answer, error="The answer is neither yes nor no.", usage=usage)


def undecided(folder: Path) -> int:
    """How many times the judge of a report's folder gave no verdict."""
    return sum(kept.verdict is None for kept in _read(folder))


def judging_took(folder: Path) -> Usage:
    """The tokens and dollars of the judge of a report's folder."""
    return sum((kept.usage for kept in _read(folder)), Usage())


def _read(folder: Path) -> list[KeptVerdict]:
    """The verdicts of a report's folder, if any; a last line that was cut off is taken away."""
    path = folder / VERDICTS
    if not path.exists():
        return []
    try:
        with path.open("r+b") as file:
            lines = file.readlines()
            if lines and not lines[-1].endswith(b"\n"):
                lines.pop()
                file.truncate(sum(map(len, lines)))
        return [KeptVerdict.model_validate_json(line) for line in lines]
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} cannot be read ({reason}). Give another --report.") from None
