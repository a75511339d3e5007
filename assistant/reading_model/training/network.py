"""The network: layers over two texts as the embedding model read them, and heads that weigh similarities in."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from assistant.reading_model.joint import ASKED, TOLD

WIDTH, HEADS, INNER = 384, 12, 1536  # of all-MiniLM-L6-v2
LAYERS = 3
_EPSILON = 1e-12


class Layer(nn.Module):
    """One layer of BERT (Devlin et al., arXiv 1810.04805): attention and a wide step, each added and normed."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.wide, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, _EPSILON), nn.LayerNorm(WIDTH, _EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, there: Tensor | None) -> Tensor:
        """(batch, tokens, 384); no token looks at one that is not `there`, (batch, 1, 1, tokens)."""
        batch, tokens, _ = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(batch, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)

        seen = nn.functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=there
        )
        x = self.norm1(x + self.dropout(self.out(seen.transpose(1, 2).reshape(batch, tokens, WIDTH))))
        return self.norm2(x + self.dropout(self.narrow(nn.functional.gelu(self.wide(x)))))


class Joint(nn.Module):
    """Layers that let the tokens of two texts see each other; they begin as the last ones of all-MiniLM-L6-v2."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.types, self.best = nn.Embedding(4, WIDTH), nn.Linear(1, WIDTH)
        self.before, self.norm, self.dropout = (
            nn.LayerNorm(WIDTH),
            nn.LayerNorm(WIDTH, _EPSILON),
            nn.Dropout(dropout),
        )
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        nn.init.normal_(self.types.weight, std=0.02)
        nn.init.zeros_(self.best.weight)

    def forward(self, vectors: Tensor, types: Tensor, best: Tensor, there: Tensor | None) -> Tensor:
        """(batch, tokens, 384), and (batch, tokens) each; gives (batch, tokens, 384)."""
        x = self.before(vectors) + self.types(types) + self.best(best.unsqueeze(-1))
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, None if there is None else there[:, None, None])
        return x

    def load(self, file: Path) -> None:
        """Takes the weights of the last layers of a BERT of six in safetensors."""
        weights = load_file(file)
        names = {
            "attention.self.query": "query",
            "attention.self.key": "key",
            "attention.self.value": "value",
            "attention.output.dense": "out",
            "attention.output.LayerNorm": "norm1",
            "intermediate.dense": "wide",
            "output.dense": "narrow",
            "output.LayerNorm": "norm2",
        }
        for i, layer in enumerate(self.layers, start=6 - LAYERS):
            of_layer = {
                f"{ours}.{part}": weights[f"encoder.layer.{i}.{theirs}.{part}"]
                for theirs, ours in names.items()
                for part in ("weight", "bias")
            }
            layer.load_state_dict(of_layer)


class Head(nn.Module):
    """A logit from what was read and from similarities, which are brought to mean 0 and deviation 1 first.

    What the similarities say `alone` is learned first and added to what both say together: they learn in a minute
    what a reader learns in an hour, and what one of them knows the other hardly does.
    """

    def __init__(self, read: int, features: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))
        self.read = nn.Linear(read, WIDTH)
        self.told = nn.Linear(features, 64)
        self.step = nn.Linear(WIDTH + 64, 128)
        self.out = nn.Linear(128 + features, 1)
        self.alone = nn.Sequential(
            nn.Linear(features, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, read: Tensor, features: Tensor) -> Tensor:
        """(…, read) and (…, features) give (…,)."""
        features = self.normed(features)
        gelu = nn.functional.gelu
        both = torch.cat([gelu(self.read(read)), gelu(self.told(features))], -1)
        together = self.out(torch.cat([self.dropout(gelu(self.step(self.dropout(both)))), features], -1))
        return (together + self.alone(features))[..., 0]

    def normed(self, features: Tensor) -> Tensor:
        """Similarities with mean 0 and deviation 1."""
        return ((features - self.mean) / self.deviation).clamp(-4, 4)


class Network(nn.Module):
    """The layers with their heads: does a unit answer, does the passage answer, is the claim proven.

    `sizes`: how many similarities a `unit`, a `passage` and a `claim` have. In use it reads one pair of texts at a
    time; in training several, the shorter ones padded.
    """

    def __init__(self, sizes: Mapping[str, int], dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.joint = Joint(dropout)
        self.unit, self.passage, self.claim = (
            Head(3 * WIDTH, sizes[of], dropout) for of in ("unit", "passage", "claim")
        )

    def forward(
        self,
        vectors: Tensor,
        types: Tensor,
        best: Tensor,
        pool: Tensor,
        unit: Tensor,
        passage: Tensor,
        claim: Tensor,
        there: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits for the units (batch, units), the passage as an answer and the claim as proven (batch,) each.

        Takes what `inputs_of` gives: `vectors`: (batch, tokens, 384); `types`, `best`: (batch, tokens); `pool`:
        (batch, units, tokens); `unit`: (batch, units, features), `passage`, `claim`: (batch, features). `there`,
        (batch, tokens), tells tokens from padding; without it there is none.
        """
        states = self.joint(vectors, types, best, there)
        units, whole = pool @ states, states[:, 0]
        asked, told = (_mean(states, types == of) for of in (ASKED, TOLD))
        beside = torch.cat([whole, asked], -1).unsqueeze(1).expand(-1, units.shape[1], -1)
        of_units = self.unit(torch.cat([units, beside], -1), unit)
        pair = torch.cat([whole, asked, told], -1)
        return of_units, self.passage(pair, passage), self.claim(pair, claim)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(states.dtype).unsqueeze(-1)
    return (weights * states).sum(1) / weights.sum(1).clamp(min=1)
