"""Trains the network on what `data` makes: resumable, seeded, with checkpoints."""

import math
import pickle
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.reading_model.training.batches import Batch, collate, epoch
from assistant.reading_model.training.data import make
from assistant.reading_model.training.examples import Document, Example, Part
from assistant.reading_model.training.network import Head, Network

SEED = 7
BATCH, EPOCHS = 16, 2
LEARNING_RATE, HEADS_RATE = 1e-4, 1e-3
WARM_UP = 0.05  # of all steps
UNIT_WEIGHT = 2.0  # of a unit that answers, beside 1 for one that does not
CHECKPOINT_SECONDS = 300


def train(documents: list[Document], start: Path, folder: Path, epochs: int = EPOCHS) -> Network:
    """Trains on documents of the part `train`; goes on from the checkpoint in `folder`, where there is one."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    network = Network()
    network.joint.load(start)
    _learn_similarities(network, documents)
    batches = [batch for _ in range(epochs) for batch in _batches(documents, chance)]
    heads = [p for head in (network.unit, network.passage, network.claim) for p in head.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": network.joint.parameters(), "lr": LEARNING_RATE}, {"params": heads, "lr": HEADS_RATE}],
        weight_decay=0.01,
    )
    total = len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, total))
    first, checkpoint = 0, folder / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    began = saved = time.monotonic()
    losses: list[float] = []
    network.train()
    for step in range(first, total):
        batch = collate(batches[step])
        loss = loss_of(network, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 50 == 49:
            left = (time.monotonic() - began) / (step - first + 1) * (total - step - 1) / 60
            print(
                f"step {step + 1} of {total}: loss {np.mean(losses[-100:]):.3f}, {left:.0f} minutes left",
                flush=True,
            )
        if time.monotonic() - saved > CHECKPOINT_SECONDS or step == total - 1:
            saved = time.monotonic()
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "schedule": schedule.state_dict(), "step": step + 1}, folder / "checkpoint.part")
            (folder / "checkpoint.part").replace(checkpoint)
    return network.eval()


def _batches(documents: list[Document], chance: random.Random) -> list[list[Example]]:
    """An epoch; the article, which most questions will be about, comes twice in it."""
    again = [document for document in documents if document.group == "article"]
    batches = [*epoch(documents, BATCH, chance), *epoch(again, BATCH, chance)]
    return chance.sample(batches, len(batches))


def _rate(step: int, total: int) -> float:
    warm = max(1, int(WARM_UP * total))
    if step < warm:
        return (step + 1) / warm
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


def loss_of(network: Network, batch: Batch) -> torch.Tensor:
    """The sum of the losses of units, passages and claims, each a mean over those that are known."""
    logits = network(*batch.inputs)
    loss = torch.zeros(())
    for logit, (wanted, known), positive in zip(
        logits, (batch.units, batch.passages, batch.claims), (UNIT_WEIGHT, 1.0, 1.0), strict=True
    ):
        if known.any():
            each = binary_cross_entropy_with_logits(
                logit, wanted, reduction="none", pos_weight=torch.tensor(positive)
            )
            loss = loss + (each * known).sum() / known.sum()
    return loss


def _learn_similarities(network: Network, documents: list[Document]) -> None:
    """Brings each similarity to mean 0 and deviation 1, and lets the heads learn from these alone."""
    examples = [e for d in documents for q in d.questions for e in q.examples]
    claims = [e for d in documents for c in d.claims for e in (*c.examples, *c.elsewhere)]
    of_units = [(e.unit, e.units_answer) for e in examples if e.unit is not None and len(e.unit)]
    units, answers = (np.concatenate(column) for column in zip(*of_units, strict=True))
    _learn_alone(network.unit, units, answers, epochs=3)
    passages = np.stack([e.passage for e in examples])
    _learn_alone(network.passage, passages, np.array([e.passage_answers for e in examples]), epochs=6)
    proofs = np.stack([e.claim for e in claims])
    _learn_alone(network.claim, proofs, np.array([e.proven for e in claims]), epochs=25)


def _learn_alone(head: Head, table: np.ndarray, wanted: np.ndarray, epochs: int) -> None:
    head.mean.copy_(torch.from_numpy(table.mean(axis=0)))
    head.deviation.copy_(torch.from_numpy(np.maximum(table.std(axis=0), 1e-3)))
    x, y = head.normed(torch.from_numpy(table.astype(np.float32))), torch.from_numpy(wanted.astype(np.float32))
    optimizer = torch.optim.AdamW(head.alone.parameters(), lr=2e-3, weight_decay=0.05)
    steps = epochs * math.ceil(len(x) / 512)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(512):
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(head.alone(x[rows])[:, 0], y[rows]).backward()
            optimizer.step()
            schedule.step()


def kept_examples(path: Path, part: Part) -> list[Document]:
    """The examples of a part, kept in a file: making them takes some minutes."""
    if not path.exists():
        found = []
        for document in make(part):
            found.append(document)
            print(f"{document.name}: {len(document.questions)} questions", flush=True)
        with path.open("wb") as file:
            pickle.dump(found, file)
    with path.open("rb") as file:
        return list(pickle.load(file))
