"""Rewrites matrix products with weights of 4 bits in an ONNX file as ``DynamicQuantizeMatMul``: int8 by int8.

ONNX Runtime multiplies int8 by int8 several times faster than it multiplies the floats that it otherwise makes of such
weights, and reads a quarter of the memory. The other factor is rounded to 8 bits with one scale for all of it, so a
result depends on everything in its batch: run one text at a time where the same text must always give the same result.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, load_model_from_string, numpy_helper

_Weights = tuple[NDArray[np.int8], NDArray[np.float32]]
"""Of a product with K inputs and N outputs: numbers of shape (K, N) and the scale of each column, shape (N,)."""


def with_int8_products(model: bytes) -> bytes:
    """The model with int8 products in place of ``MatMulNBits`` of 4 bits, symmetric, in blocks: their weights are
    rounded to int8 with one scale by column.

    Raises:
        ValueError: the model has no such product, or a ``MatMulNBits`` of another form.
    """
    loaded = load_model_from_string(model)
    graph = loaded.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[NodeProto] = []
    for node in graph.node:
        weights = _of_four_bits(node, tensors)
        if weights is not None:
            int8, scale = (f"{node.name}_int8", f"{node.name}_scale")
            tensors[int8] = numpy_helper.from_array(weights[0], int8)
            tensors[scale] = numpy_helper.from_array(weights[1], scale)
            inputs = [node.input[0], int8, scale]
            node = helper.make_node("DynamicQuantizeMatMul", inputs, node.output, node.name, domain=node.domain)
        nodes.append(node)
    if len(tensors) == len(graph.initializer):
        raise ValueError("the model has no product with weights of 4 bits")
    used = {name for node in nodes for name in node.input}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensor for name, tensor in tensors.items() if name in used)
    return bytes(loaded.SerializeToString())


def _of_four_bits(node: NodeProto, tensors: Mapping[str, TensorProto]) -> _Weights | None:
    if node.op_type != "MatMulNBits":
        return None
    form = {attribute.name: attribute.i for attribute in node.attribute}
    if form["bits"] != 4 or len(node.input) != 3:
        raise ValueError("not a symmetric 4-bit product")
    packed, block_scales = (numpy_helper.to_array(tensors[name]) for name in node.input[1:])
    columns = form["N"]
    packed = packed.reshape(columns, -1, form["block_size"] // 2)
    blocks = np.stack((packed & 15, packed >> 4), axis=-1).reshape(*packed.shape[:2], -1).astype(np.float32) - 8
    weights = (blocks * block_scales.reshape(columns, -1, 1)).reshape(columns, -1)[:, : form["K"]].T
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-8).astype(np.float32) / np.float32(127)
    return np.ascontiguousarray(np.rint(weights / scale).astype(np.int8)), scale
