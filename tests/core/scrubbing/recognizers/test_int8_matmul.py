"""Rewritten models multiply int8 numbers, and give nearly what they gave before."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, load_model_from_string, numpy_helper

from mhc_core.scrubbing.recognizers.int8_matmul import with_int8_products

INPUTS, OUTPUTS, BLOCK = 64, 24, 32


def model(bits: int = 4) -> bytes:
    """``x`` of shape (rows, 64) times weights of 4 bits, plus an output that the weights do not touch."""
    rng = np.random.default_rng(3)
    shape = (OUTPUTS, INPUTS // BLOCK, BLOCK * bits // 8)
    tensors: dict[str, NDArray[Any]] = {
        "w": rng.integers(0, 256, shape).astype(np.uint8),
        "s": rng.uniform(0.01, 0.1, OUTPUTS * INPUTS // BLOCK).astype(np.float32),
    }
    form: dict[str, Any] = {"K": INPUTS, "N": OUTPUTS, "bits": bits, "block_size": BLOCK}
    graph = helper.make_graph(
        [
            helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], "product", domain="com.microsoft", **form),
            helper.make_node("Relu", ["x"], ["z"]),
        ],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", INPUTS])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "z")],
        [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


def run(content: bytes, x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return list(session.run(["y", "z"], {"x": x}))


def test_the_product_is_of_int8_and_nearly_the_same() -> None:
    before = model()
    after = with_int8_products(before)
    graph = load_model_from_string(after).graph
    assert [node.op_type for node in graph.node] == ["DynamicQuantizeMatMul", "Relu"]
    assert sorted(tensor.name for tensor in graph.initializer) == ["product_int8", "product_scale"]
    x = np.random.default_rng(4).normal(size=(5, INPUTS)).astype(np.float32)
    exact, rounded = run(before, x), run(after, x)
    assert np.abs(rounded[0] - exact[0]).max() < 0.03 * np.abs(exact[0]).max()
    assert np.array_equal(rounded[1], exact[1])


def test_a_product_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="4-bit"):
        with_int8_products(model(bits=8))


def test_a_model_without_such_products_is_refused() -> None:
    with pytest.raises(ValueError, match="no product"):
        with_int8_products(with_int8_products(model()))
