"""The trained network as ONNX with int8 weights."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from assistant.reading_model.joint import join
from assistant.reading_model.model import inputs_of
from assistant.reading_model.training.network import WIDTH, Network


def export(network: Network, path: Path) -> None:
    """Writes the network to `path`: the layers' weights as int8 per channel, the heads as floats."""
    chance = np.random.default_rng(0)
    asked, told = chance.standard_normal((9, WIDTH)), chance.standard_normal((30, WIDTH))
    example = inputs_of(join(asked, 0, told), network.sizes)
    dynamic = {
        "vectors": {1: "tokens"},
        "types": {1: "tokens"},
        "best": {1: "tokens"},
        "pool": {1: "units", 2: "tokens"},
        "unit": {1: "units"},
    }
    whole = path.with_suffix(".full.onnx")
    torch.onnx.export(
        network.eval(),
        tuple(map(torch.from_numpy, example.values())),
        str(whole),
        input_names=list(example),
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
