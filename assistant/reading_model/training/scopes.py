"""Trains what tells a question's scope, and whether it follows up (see `scope`)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.reading_model.encoding import mean_of
from assistant.reading_model.scope import SCOPES, WEIGHTS, Layers, Scope, follows_up, masked, scope_of
from assistant.reading_model.training.corpus import READING, documents, part_of, read_lines
from ingest.embeddings import MiniLM

_OF_A_DOCUMENT = 6  # of its questions that ask for passages
_BROAD = ("overview", "whole", "compare", "comparison")  # kinds of questions that may ask for more
_MISSED = 0.03  # of the follow-ups among the lines that are held out to calibrate with
_SEED, _HIDDEN = 7, 128
_STEPS, _RATE, _DECAY = 400, 0.003, 0.2


class Line(NamedTuple):
    """A question with the scope that it has.

    `follows`: it needs the question before it. `masked`: without the names of two things that it compares, by
    which its scope is told.
    """

    text: str
    scope: Scope
    follows: bool = False
    masked: str = ""


def lines() -> list[Line]:
    """`scopes.jsonl`, and a few of each document's questions, which ask for passages."""
    found = [
        Line(
            one["q"],
            one["scope"],
            one.get("follows", False),
            masked(one["q"], one["names"]) if "names" in one else "",
        )
        for one in read_lines(READING / "scopes.jsonl")
    ]
    for *_, questions, _ in documents():
        narrow = [one["q"] for one in questions if one["kind"] not in _BROAD and not one.get("history")]
        found += [Line(question, "passages") for question in narrow[:: max(1, len(narrow) // _OF_A_DOCUMENT)]]
        found += [Line(one["q"], "passages", follows=True) for one in questions if one.get("history")]
    return found


def vectors(texts: Sequence[str]) -> np.ndarray:
    """(texts, 384), each of length 1."""
    return np.stack([mean_of(read.vectors) for read in MiniLM().embed_tokens(texts)])


def train() -> None:
    """Writes the weights, learned from all but the lines that are held out."""
    kept = [line for line in lines() if part_of(line.text) != "test"]
    told = vectors([line.masked or line.text for line in kept])
    scopes = _fitted(told, [SCOPES.index(line.scope) for line in kept])
    both = {"scopes": scopes, "follows": _of_follow_ups(kept)}
    layers = {f"{of}.{name}": layer for of, one in both.items() for name, layer in one._asdict().items()}
    np.savez_compressed(WEIGHTS, **{name: np.float16(layer) for name, layer in layers.items()})


def _of_follow_ups(kept: Sequence[Line]) -> Layers:
    """Tells a follow-up from what stands by itself; it misses few, as these are answered wrongly."""
    told, follows = vectors([line.text for line in kept]), np.array([line.follows for line in kept])
    held = np.array([part_of(line.text) == "calibrate" for line in kept])
    fitted = _fitted(told[~held], follows[~held].astype(int).tolist())
    stands, needs = np.transpose([fitted.logits(vector) for vector in told[held & follows]])
    fitted.out[0, 0] += np.quantile(needs - stands, _MISSED)
    return fitted


def _fitted(told: np.ndarray, kinds: Sequence[int]) -> Layers:
    """A classifier, all lines in each step."""
    import torch  # the report does without

    torch.manual_seed(_SEED)
    x, wanted = torch.from_numpy(told).float(), torch.tensor(kinds)
    hidden, out = torch.nn.Linear(x.shape[1], _HIDDEN), torch.nn.Linear(_HIDDEN, int(wanted.max()) + 1)
    network = torch.nn.Sequential(hidden, torch.nn.ReLU(), out)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(x), wanted).backward()
        optimizer.step()
    return Layers(*(torch.column_stack([layer.bias, layer.weight]).detach().numpy() for layer in (hidden, out)))


def report() -> None:
    """Prints how well each scope is told on the lines that were held out."""
    held = [line for line in lines() if part_of(line.text) == "test"]
    told = [scope_of(vector) for vector in vectors([line.masked or line.text for line in held])]
    table = Table("scope of a question, held out", "precision", "recall", "n")
    for scope in SCOPES:
        asked = [one == scope for one in told]
        right = sum(a and line.scope == scope for a, line in zip(asked, held, strict=True))
        n = sum(line.scope == scope for line in held)
        table.add_row(scope, f"{right / max(sum(asked), 1):.2f}", f"{right / max(n, 1):.2f}", str(n))
    needs = np.array([follows_up(vector) for vector in vectors([line.text for line in held])])
    follows = np.array([line.follows for line in held])
    precision = (needs & follows).sum() / max(needs.sum(), 1)
    table.add_row("a follow-up", f"{precision:.2f}", f"{needs[follows].mean():.2f}", str(follows.sum()))
    Console(width=110).print(table)
