"""The questions of a report, one by one: which are listed, and which of its figures each is behind."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.evaluation.matching import Corpus, best_share, spans_of
from assistant.evaluation.metrics import COVERED, IN_CONTEXT
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import METRICS, STAGES, lost_at

Holds = Callable[[Row, str | None], bool]  # of a row and the stage that lost it


@dataclass
class Group:
    """The questions behind something that can be clicked: what they are, how many, and how many are listed."""

    number: int  # names it in the page, where a tag may be any text
    says: str
    holds: Holds
    whole: int = 0
    count: int = 0


class Listed(NamedTuple):
    """A question as it is listed, with the numbers of the groups that it is in."""

    row: Row
    stage: str | None  # that lost it
    groups: tuple[int, ...]


@dataclass
class Questions:
    """The questions that are listed, those that were lost first, and how many each stage lost.

    Questions that are held back are counted and never listed: what is seen is tuned to.
    """

    listed: list[Listed] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)  # in the order of `STAGES`
    held: int = 0  # of those that were lost
    shown: int = 0  # of those that were lost

    @property
    def total(self) -> int:
        """How many questions were lost."""
        return sum(self.lost.values())


def list_questions(rows: Iterable[Row], corpus: Corpus, groups: Mapping[str, Group], most: int) -> Questions:
    """Every loss is counted, at most `most` questions are kept: a row holds its passages and takes about 10 KB."""
    lost: Counter[str] = Counter()
    kept: dict[str | None, list[Listed]] = {stage: [] for stage in (*STAGES, None)}
    questions = Questions()
    for row in rows:
        stage = lost_at(row.question, row.answer, row.scores, corpus)
        if stage:
            lost[stage] += 1
        behind = [group for group in groups.values() if group.holds(row, stage)]
        for group in behind:
            group.whole += 1
        if row.question.split == "held":
            questions.held += stage is not None
        elif (questions.shown if stage else len(kept[None])) < most:
            questions.shown += stage is not None
            kept[stage].append(Listed(row, stage, tuple(group.number for group in behind)))
    questions.listed = [one for of_stage in kept.values() for one in of_stage][:most]
    questions.lost = {stage: lost[stage] for stage in STAGES if lost[stage]}
    counts = Counter(number for one in questions.listed for number in one.groups)
    for group in groups.values():
        group.count = counts[group.number]
    return questions


def make_groups(
    metrics: Iterable[str], tags: Mapping[str, Iterable[str]], changed: Mapping[str, Collection[str]]
) -> dict[str, Group]:
    """The groups of a page by name: of a metric, of `metric/tag`, of a stage, and of what has changed.

    `tags` are those shown of a metric, `changed` the ids of the questions "won" and "lost" against another run.
    """
    found: dict[str, tuple[str, Holds]] = {"every": ("Every question", lambda row, stage: True)}
    for name in metrics:
        found[name] = (f"{METRICS[name].title}, where it is not at its best", _short_of(name))
    for metric, names in tags.items():
        for tag in names:
            says = f"{METRICS[metric].title}, where it is not at its best, of the kind “{tag}”"
            found[f"{metric}/{tag}"] = (says, _short_of(metric, tag))
    for stage in STAGES:
        found[stage] = (f"Lost: {stage}", _lost(stage))
    for what, ids in changed.items():
        found[what] = (f"{what.capitalize()} against the earlier run", _one_of(ids))
    return {name: Group(number, *one) for number, (name, one) in enumerate(found.items())}


def _short_of(metric: str, tag: str = "") -> Holds:
    """Those whose score of a share is not the best there is."""
    best = 0.0 if METRICS[metric].lower_is_better else 1.0

    def holds(row: Row, stage: str | None) -> bool:
        tagged = not tag or tag in row.question.tags
        return tagged and row.scores.get(metric) not in (None, best)

    return holds


def _lost(at: str) -> Holds:
    return lambda row, stage: stage == at


def _one_of(ids: Collection[str]) -> Holds:
    return lambda row, stage: row.id in ids


class Found(NamedTuple):
    """A quote of the expected evidence, and how far it came."""

    quote: str
    how_far: str
    whole: bool


def evidence_found(row: Row, corpus: Corpus) -> list[Found]:
    """For each quote that an answer needs, whether it was retrieved, and whether it was cited."""
    retrieved = spans_of(row.answer.passages) if row.answer else []
    cited = spans_of(row.answer.citations) if row.answer else []
    found = []
    for quote in row.question.evidence:
        places = corpus.find(quote)
        share = best_share(places, retrieved)
        if not places:
            found.append(Found(quote, "stands in no document", whole=False))
        elif best_share(places, cited) >= COVERED:
            found.append(Found(quote, "found and cited", whole=True))
        elif share >= IN_CONTEXT:
            found.append(Found(quote, "found, not cited", whole=False))
        else:
            found.append(Found(quote, "found in part" if share else "not found", whole=False))
    return found
