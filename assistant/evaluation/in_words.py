"""The sentence on top of a report, for someone who reads nothing else."""

from collections.abc import Mapping

from assistant.evaluation.compare import Comparison, better_or_worse
from assistant.evaluation.results import Summary
from assistant.evaluation.scoring import METRICS
from assistant.evaluation.summary import headline

_UNCLEAR = ("no clear difference", "too few to tell")
_NAMED = 3  # figures that are told apart from chance by nothing; more would be a list that nobody reads


def in_words(summary: Summary, lost: Mapping[str, int]) -> str:
    """The first figure, and the stage that lost most; `lost` is how many questions each stage lost."""
    defined = [name for name in headline(summary) if summary[name].value is not None]
    if not defined:
        return "None of these questions says what a right answer is, so there is nothing to show."
    total, most = sum(lost.values()), max(lost, key=lambda stage: lost[stage], default="")
    where = f"Most was lost at “{most}”: {lost[most]} of {total}." if most else "No question was lost."
    return f"{_figure(summary, defined[0])}. {where}"


def compared_in_words(summary: Summary, comparison: Comparison, other: str) -> str:
    """The first figure against another run, and which others are clearly different from it."""
    pairs = {name: pair for name in headline(summary) if (pair := comparison.of(name))}
    if not pairs:
        return f"No figure is defined both here and in {other}."
    (first, pair), *rest = pairs.items()
    points = abs(round(100 * pair.value))
    against = "as in"
    if points:
        against = f"{points} point{'s' if points > 1 else ''} {'more' if pair.value > 0 else 'less'} than in"
    chance = ", which may be chance" if points and better_or_worse(pair, first) in _UNCLEAR else ""
    parts = [f"{_figure(summary, first)}, {against} {other}{chance}"]
    told = {name: better_or_worse(pair, name) for name, pair in rest}
    for word in ("better", "worse"):
        if names := [name for name, said in told.items() if said == word]:
            parts.append(f"{word}: {_titles(names)}")
    if names := [name for name, said in told.items() if said in _UNCLEAR]:
        unclear = _titles(names) if len(names) <= _NAMED else f"the other {len(names)} figures"
        parts.append(f"too few questions to tell {unclear} apart")
    return "; ".join(parts) + "."


def _figure(summary: Summary, name: str) -> str:
    figure = summary[name]
    interval = "" if figure.low is None else f" ({figure.low:.2f} to {figure.high:.2f})"
    return f"{METRICS[name].title} {figure.value:.2f}{interval}"


def _titles(names: list[str]) -> str:
    titles = [METRICS[name].title.lower() for name in names]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
