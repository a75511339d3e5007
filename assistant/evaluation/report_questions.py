"""Which questions a report lists, and which of its figures each is behind."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from assistant.evaluation.compare import Comparison
from assistant.evaluation.losses import STAGES, lost_at
from assistant.evaluation.matching import Corpus
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.summary import HEADLINE

OF_TAGS = ("useful", "fact_recall", "refusal")  # what is shown of each kind of question
_SHOWN = 500  # questions, so that a browser opens it; all are in results.jsonl


@dataclass
class Group:
    """The questions behind something that can be clicked: what they are, how many, and how many are listed."""

    number: int  # names it in the page, where a tag may be any text
    says: str
    whole: int = 0
    count: int = 0


Listed = tuple[Row, str | None, list[Group]]  # a question, the stage that lost it, all that it is behind


@dataclass
class Questions:
    """The questions that are listed, those that were lost first, and how many each stage lost.

    Questions that are held back are counted and never listed: what is seen is tuned to.
    """

    listed: list[Listed] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)  # in the order of `STAGES`
    held: int = 0  # of those that were lost
    shown: int = 0  # of those that were lost
    groups: dict[str, Group] = field(default_factory=dict)


def list_questions(rows: Iterable[Row], corpus: Corpus, comparison: Comparison | None) -> Questions:
    """Every loss is counted, few questions are kept: a row holds its passages and takes about 10 KB."""
    questions = Questions()
    stages: Counter[str | None] = Counter()
    lost: list[Listed] = []
    others: list[Listed] = []
    for row in rows:
        stage = lost_at(row, corpus)
        stages[stage] += 1
        groups = []
        for name, says in _behind(row, stage, comparison):
            groups.append(questions.groups.setdefault(name, Group(len(questions.groups), says)))
            groups[-1].whole += 1
        of_kind = lost if stage else others
        if row.question.split == "held":
            questions.held += stage is not None
        elif len(of_kind) < _SHOWN:
            of_kind.append((row, stage, groups))
    questions.lost = {stage: stages[stage] for stage in STAGES if stages[stage]}
    questions.shown = len(lost)
    lost.sort(key=lambda one: list(STAGES).index(one[1] or ""))
    questions.listed = [*lost, *others][:_SHOWN]
    for _, _, groups in questions.listed:
        for group in groups:
            group.count += 1
    return questions


def _behind(row: Row, stage: str | None, comparison: Comparison | None) -> Iterator[tuple[str, str]]:
    """The names of the groups that a question is in, and what they say."""
    yield "every", "Every question"
    for name in dict.fromkeys([*HEADLINE, *OF_TAGS]):
        best = 0.0 if METRICS[name].lower_is_better else 1.0
        if row.scores.get(name) not in (None, best):
            says = f"{METRICS[name].title}, where it is not at its best"
            yield name, says
            for tag in row.question.tags if name in OF_TAGS else ():
                yield f"{name}/{tag}", f"{says}, of the kind “{tag}”"
    if stage:
        yield stage, f"Lost: {stage}"
    for what, ids in (("won", comparison.won), ("lost", comparison.lost)) if comparison else ():
        if row.id in ids:
            yield what, f"{what.capitalize()} against the earlier run"
