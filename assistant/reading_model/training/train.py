"""Trains the network on what `data` makes: resumable, seeded, with checkpoints."""

import math
import pickle
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.reading_model.joint import join
from assistant.reading_model.model import inputs_of
from assistant.reading_model.training.data import make
from assistant.reading_model.training.examples import Document, Example, Part, Question
from assistant.reading_model.training.network import Head, Network

Batch = list[list[Example]]  # groups: what is read for one question, or a claim
Pair = tuple[torch.Tensor, torch.Tensor]  # logits, and what they should be: (n,) each

SEED = 7
BATCH, EPOCHS = 32, 2
ALIKE = 16 * BATCH  # so many random examples are sorted by length before they become batches
LEARNING_RATE, HEADS_RATE = 1.4e-4, 1.4e-3
WARM_UP = 0.05  # of all steps
LISTWISE = 0.3  # weight of the loss over all units that are read for a question
UNIT_WEIGHT = 2.0  # of a unit that answers, beside 1 for one that does not
CHECKPOINT_SECONDS = 300


def train(documents: list[Document], start: Path, folder: Path, epochs: int = EPOCHS) -> Network:
    """Trains on documents of the part `train`; goes on from the checkpoint in `folder`, where there is one."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    network = Network(_sizes(documents))
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
        loss = loss_of(network, batches[step])
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


def _sizes(documents: list[Document]) -> dict[str, int]:
    """How many similarities a unit, a passage and a claim have."""
    question = next(e for d in documents for q in d.questions for e in q.examples if len(e.ranges))
    claim = next(e for d in documents for c in d.claims for e in c.examples)
    return {"unit": question.unit.shape[1], "passage": len(question.passage), "claim": len(claim.claim)}


def _batches(documents: list[Document], chance: random.Random) -> list[Batch]:
    """An epoch in random order."""
    questions = [_some(question, chance) for d in documents for question in d.questions]
    claims = [
        [e] for d in documents for claim in d.claims for e in (*claim.examples, *claim.elsewhere, *claim.unrelated)
    ]
    batches = [*_alike(questions, chance), *_alike(claims, chance)]
    return chance.sample(batches, len(batches))


def _alike(groups: Batch, chance: random.Random) -> Iterator[Batch]:
    """Batches of random groups of examples that are about as long as each other, so that little is padding."""
    chance.shuffle(groups)
    for at in range(0, len(groups), ALIKE):
        some = sorted(groups[at : at + ALIKE], key=lambda of: max(len(e.asked) + len(e.told) for e in of))
        batch: Batch = []
        for group in some:
            batch.append(group)
            if sum(map(len, batch)) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _some(question: Question, chance: random.Random) -> list[Example]:
    """Three of a question's passages: of an answered one one or two that answer and some of the best that do not.

    Of another two of the best. A follow-up is read behind the question before it or alone.
    """
    examples = chance.choice([question.examples, question.alone]) if question.alone else question.examples
    right = [e for e in examples if e.passage_answers]
    wrong = [e for e in examples if not e.passage_answers]
    if right:
        chosen = chance.sample(right, min(len(right), chance.choice((1, 2))))
        near = wrong[:4] if chance.random() < 0.7 else wrong
        return chosen + chance.sample(near, min(len(near), 3 - len(chosen)))
    first = wrong[:3] if chance.random() < 0.8 else wrong
    return chance.sample(first, min(2, len(first)))


def _rate(step: int, total: int) -> float:
    warm = max(1, int(WARM_UP * total))
    if step < warm:
        return (step + 1) / warm
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))


def loss_of(network: Network, batch: Batch) -> torch.Tensor:
    """The sum of the losses of units, passages and claims, each a mean over all that the examples have.

    Those that answer are also told from the other units that are read for their question (see `_listwise`).
    """
    examples = [e for group in batch for e in group]
    inputs, there = _padded(network, examples)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        of_units, answers, proven = (logits.float() for logits in network(**inputs, there=there))
    units: list[Pair] = []
    passages: list[Pair] = []
    claims: list[Pair] = []
    of_question = [number for number, group in enumerate(batch) for _ in group]
    together: dict[int, list[Pair]] = {}
    for i, e in enumerate(examples):
        if e.units_answer is not None and len(e.units_answer):
            read = inputs["pool"][i, : len(e.units_answer)].any(dim=1)  # what was cut off is not
            units.append((of_units[i, : len(read)][read], torch.from_numpy(e.units_answer)[read]))
            together.setdefault(of_question[i], []).append(units[-1])
        if e.passage_answers is not None:
            passages.append((answers[i : i + 1], torch.tensor([e.passage_answers])))
        if e.proven is not None:
            claims.append((proven[i : i + 1], torch.tensor([e.proven])))
    loss = torch.zeros(())
    for pairs, positive in ((units, UNIT_WEIGHT), (passages, 1.0), (claims, 1.0)):
        if sum(len(logits) for logits, _ in pairs):
            logits, wanted = _joined(pairs)
            loss = loss + binary_cross_entropy_with_logits(logits, wanted, pos_weight=torch.tensor(positive))
    return loss + LISTWISE * _listwise([_joined(pairs) for pairs in together.values()])


def _joined(pairs: list[Pair]) -> Pair:
    logits, wanted = zip(*pairs, strict=True)
    return torch.cat(logits), torch.cat(wanted)


def _listwise(questions: list[Pair]) -> torch.Tensor:
    """What the units that answer have of a softmax over all that are read for a question: its negative logarithm.

    The mean over the answered questions. After Cao et al., "Learning to Rank: From Pairwise Approach to Listwise
    Approach", 2007.
    """
    losses = [
        torch.logsumexp(logits, 0) - torch.logsumexp(logits[wanted > 0], 0)
        for logits, wanted in questions
        if wanted.any()
    ]
    return torch.stack(losses).mean() if losses else torch.zeros(())


def _padded(network: Network, examples: list[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """The network's inputs for several examples, the shorter ones padded, and which tokens are there."""
    each = []
    for e in examples:
        joint = join(e.asked.astype(np.float32), e.begins, e.told.astype(np.float32), e.ranges)
        each.append(inputs_of(joint, network.sizes, e.unit, e.passage, e.claim))
    padded = {}
    for name in each[0]:
        values = [one[name][0] for one in each]
        shape = np.max([value.shape for value in values], axis=0)
        padded[name] = torch.from_numpy(
            np.stack([np.pad(v, [(0, n - m) for n, m in zip(shape, v.shape, strict=True)]) for v in values])
        )
    lengths = torch.tensor([one["types"].shape[1] for one in each])
    return padded, torch.arange(padded["types"].shape[1]) < lengths[:, None]


def _learn_similarities(network: Network, documents: list[Document]) -> None:
    """Brings each similarity to mean 0 and deviation 1, and lets the heads learn from these alone."""
    examples = [e for d in documents for q in d.questions for e in q.examples]
    claims = [e for d in documents for c in d.claims for e in (*c.examples, *c.elsewhere, *c.unrelated)]
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
