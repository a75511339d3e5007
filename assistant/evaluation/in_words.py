"""What a run shows, in a sentence or two for someone who reads nothing else."""

from collections.abc import Mapping

from assistant.evaluation.compare import Comparison, pair_of
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.statistics import Difference
from assistant.evaluation.summary import Summary, headline

_UNCLEAR = ("no clear difference", "too few to tell")
_NAMED = 3  # figures that are told apart from chance by nothing; more would be a list that nobody reads


def verdict(difference: Difference, name: str) -> str:
    """Better or worse only where the whole interval is; a measure of size, like tokens, counts as a cost."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    if difference.p >= 0.05:
        return "too few to tell"
    return "better" if (difference.value > 0) != METRICS[name].lower_is_better else "worse"


def in_words(summary: Summary, lost: Mapping[str, int]) -> str:
    """The first figure, and the stage that lost most; `lost` is how many questions each stage lost."""
    defined = [name for name in headline(summary) if summary[name].value is not None]
    if not defined:
        return "None of these questions says what a right answer is, so there is nothing to show."
    total, most = sum(lost.values()), max(lost, key=lambda stage: lost[stage], default="")
    where = f"Most was lost at “{most}”: {lost[most]} of {total}." if most else "No question was lost."
    return f"{_first(summary, defined[0])}. {where}"


def compared_in_words(summary: Summary, comparison: Comparison, other: str) -> str:
    """The first figure against another run, and which others are clearly different from it."""
    pairs = {name: pair for name in headline(summary) if (pair := pair_of(comparison, name))}
    if not pairs:
        return f"No figure is defined both here and in {other}."
    (first, pair), *rest = pairs.items()
    told = verdict(pair, first)
    chance = ", which may be chance" if told in _UNCLEAR and round(100 * pair.value) else ""
    parts = [f"{_first(summary, first)}, {_points(pair)} {other}{chance}"]
    verdicts = {name: verdict(pair, name) for name, pair in rest}
    for word in ("better", "worse"):
        if names := [name for name, told in verdicts.items() if told == word]:
            parts.append(f"{word}: {_named(names)}")
    if names := [name for name, told in verdicts.items() if told in _UNCLEAR]:
        unclear = _named(names) if len(names) <= _NAMED else f"the other {len(names)} figures"
        parts.append(f"too few questions to tell {unclear} apart")
    return "; ".join(parts) + "."


def _first(summary: Summary, name: str) -> str:
    figure = summary[name]
    interval = "" if figure.low is None else f" ({figure.low:.2f} to {figure.high:.2f})"
    return f"{METRICS[name].title} {figure.value:.2f}{interval}"


def _points(pair: Difference) -> str:
    points = abs(round(100 * pair.value))
    if not points:
        return "as in"
    return f"{points} point{'s' if points > 1 else ''} {'more' if pair.value > 0 else 'less'} than in"


def _named(names: list[str]) -> str:
    titles = [METRICS[name].title.lower() for name in names]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
