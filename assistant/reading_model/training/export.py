"""The trained network as ONNX with int8 weights."""

from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from assistant.reading_model.claim_features import CLAIM_FEATURES
from assistant.reading_model.features import PASSAGE_FEATURES, UNIT_FEATURES
from assistant.reading_model.training.network import WIDTH, Network

INPUTS = ("vectors", "types", "best", "pool", "unit", "passage", "claim")


class _Whole(nn.Module):
    """The network for pairs without padding."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        vectors: Tensor,
        types: Tensor,
        best: Tensor,
        pool: Tensor,
        unit: Tensor,
        passage: Tensor,
        claim: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        return self.network(vectors, types, best, None, pool, unit, passage, claim)


def export(network: Network, path: Path) -> None:
    """Writes the network to `path`: the layers' weights as int8 per channel, the heads as floats."""
    tokens, units = 40, 3
    example = (
        torch.randn(1, tokens, WIDTH),
        torch.tensor([[0] + [2] * 9 + [3] * 30]),
        torch.rand(1, tokens),
        torch.rand(1, units, tokens),
        torch.randn(1, units, len(UNIT_FEATURES)),
        torch.randn(1, len(PASSAGE_FEATURES)),
        torch.randn(1, len(CLAIM_FEATURES)),
    )
    dynamic = {
        "vectors": {1: "tokens"},
        "types": {1: "tokens"},
        "best": {1: "tokens"},
        "pool": {1: "units", 2: "tokens"},
        "unit": {1: "units"},
    }
    whole = path.with_suffix(".full.onnx")
    torch.onnx.export(
        _Whole(network.eval()),
        example,
        str(whole),
        input_names=list(INPUTS),
        output_names=["units", "answers", "proven"],
        dynamic_axes=dynamic,
        opset_version=17,
        dynamo=False,
    )
    graph = onnx.load(whole).graph
    weights = {weight.name for weight in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMul"]
    in_floats = [n.name for n in products if "/joint/" not in n.name or not weights.intersection(n.input)]
    quantize_dynamic(
        whole,
        path,
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=in_floats,
    )
    whole.unlink()
