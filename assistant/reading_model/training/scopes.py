"""Trains what tells a question's scope (see `scope`): a logistic regression on the question's vector."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.reading_model.encoding import mean_of
from assistant.reading_model.scope import WEIGHTS, Scope, Weights, follows_up, masked, scope_of
from assistant.reading_model.training.corpus import READING, documents, part_of, read_lines
from ingest.embeddings import MiniLM

SCOPES: tuple[Scope, ...] = ("passages", "document", "comparison", "assistant")
_OF_A_DOCUMENT = 6  # of its questions that ask for passages
_BROAD = ("overview", "whole", "compare", "comparison")  # kinds of questions that may ask for more
_STEPS, _RATE, _DECAY = 2_000, 0.05, 2e-5


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
    found = np.round(_fitted(told, [SCOPES.index(line.scope) for line in kept]), 3)
    scopes = {scope: tuple(row.tolist()) for scope, row in zip(SCOPES, found, strict=True)}
    weights = Weights(scopes=scopes, follows=tuple(_of_follow_ups(kept).tolist()))
    WEIGHTS.write_text(weights.model_dump_json() + "\n", encoding="utf-8")


def _of_follow_ups(kept: Sequence[Line]) -> np.ndarray:
    """Weights that are above 0 for a follow-up: as often wrong of those as of the others, where held out."""
    told, follows = vectors([line.text for line in kept]), np.array([line.follows for line in kept])
    held = np.array([part_of(line.text) == "calibrate" for line in kept])
    stands, needs = _fitted(told[~held], follows[~held].astype(int).tolist())
    table = needs - stands
    logits = table[0] + told[held] @ table[1:]
    wrong = [abs((logits[follows[held]] < at).mean() - (logits[~follows[held]] >= at).mean()) for at in logits]
    table[0] -= logits[int(np.argmin(wrong))]
    return np.round(table, 3)


def _fitted(told: np.ndarray, kinds: Sequence[int]) -> np.ndarray:
    """Softmax regression, all lines in each step: (kinds, 385), the constants first."""
    import torch  # the report does without

    x, wanted = torch.from_numpy(told).double(), torch.tensor(kinds)
    layer = torch.nn.Linear(x.shape[1], int(wanted.max()) + 1, dtype=x.dtype)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(layer.parameters(), lr=_RATE, weight_decay=_DECAY)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(layer(x), wanted).backward()
        optimizer.step()
    return torch.column_stack([layer.bias, layer.weight]).detach().numpy()


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
