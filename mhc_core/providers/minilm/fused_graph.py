"""A small BERT network in few operators: the weights of an ONNX file, ONNX Runtime's fused operators.

The file was traced from another framework. It spells out what there are operators for (attention, GELU, the sum before
a normalisation), masks what one text alone does not need, and makes floats of all 30,522 int8 word vectors, most of
which no question looks at. Here each layer is eight operators, and products are int8 by int8 (Devlin et al. 2019 for
the network, Wang et al. 2020 for this one's weights).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, load_model_from_string, numpy_helper

HEADS = 12
EPSILON = 1e-12
_FUSED = "com.microsoft"


class Network:
    """The weights of all-MiniLM-L6-v2's file, and what is written of them."""

    layers = 6
    prefix = "inner."

    def __init__(self, model: bytes) -> None:
        graph = load_model_from_string(model).graph
        self._known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self._made_by = {output: node for node in graph.node for output in node.output}
        self._biased = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def written(self) -> bytes:
        """The model that reads ``input_ids`` (int64, shape (texts, tokens)) of texts of one length, and gives
        ``last_hidden_state`` (float32, shape (texts, tokens, 384)).

        Numbers differ from those of the file by what rounding to int8 costs: the factor that is not a weight has one
        scale for all that is read at once.
        """
        hidden = self._embeddings()
        for layer in range(self.layers):
            hidden = self._layer(hidden, f"{self.prefix}encoder.layer.{layer}")
        self._add("Identity", [hidden], "last_hidden_state")
        graph = helper.make_graph(
            self._nodes,
            type(self).__name__,
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
            [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", None])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())

    def _embeddings(self) -> str:
        """Word, place and kind of each token. The words' vectors stay int8 with a scale each."""
        name = f"{self.prefix}embeddings"
        known = self._tensor("places", self._places(name)[np.newaxis].astype(np.float32))
        length = self._add("Shape", ["input_ids"], "length", start=1, end=2)
        start, axis = self._tensor("start", np.array([0])), self._tensor("axis", np.array([1]))
        place = self._add("Slice", [known, start, length, axis], "place")
        return self._normalised_sum(self._word(name), place, f"{name}.LayerNorm")

    def _word(self, name: str) -> str:
        int8, scale = (f"{name}.word_embeddings.weight_{part}" for part in ("q", "scale"))
        found = self._add("Gather", [self._given(int8), "input_ids"], "word_int8")
        word = self._add("Cast", [found], "word_unscaled", to=TensorProto.FLOAT)
        return self._add("Mul", [word, self._add("Gather", [self._given(scale), "input_ids"], "word_scale")], "word")

    def _places(self, name: str) -> NDArray[np.float32]:
        """What is added for the place of a token, and for its kind, which is the first."""
        places = self._known[f"{name}.position_embeddings.weight_q"].astype(np.float32)
        places = places * self._known[f"{name}.position_embeddings.weight_scale"]
        found: NDArray[np.float32] = places + self._known[f"{name}.token_type_embeddings.weight"][0]
        return found

    def _layer(self, hidden: str, name: str) -> str:
        parts = [self._weights(f"{name}.attention.self.{part}.bias") for part in ("query", "key", "value")]
        weights, scales, bias = (np.concatenate(each, axis=-1) for each in zip(*parts, strict=True))
        int8, scale, zero = (f"{name}.{part}" for part in ("int8", "scale", "zero"))
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [hidden], [int8, scale, zero]))
        heard = [int8, self._tensor(f"{name}.qkv", weights), self._tensor(f"{name}.qkv_bias", bias), scale]
        heard += [self._tensor(f"{name}.qkv_scales", scales), "", zero, self._zero(name)]
        attention = self._add("QAttention", heard, f"{name}.attention", _FUSED, num_heads=HEADS)
        attended = self._product(attention, f"{name}.attention.output.dense")
        middle = self._normalised_sum(attended, hidden, f"{name}.attention.output.LayerNorm")
        wide = self._product(middle, f"{name}.intermediate.dense")
        wide = self._add("Gelu", [wide], f"{name}.gelu", _FUSED)
        return self._normalised_sum(self._product(wide, f"{name}.output.dense"), middle, f"{name}.output.LayerNorm")

    def _product(self, factor: str, name: str) -> str:
        weights, scales, bias = self._weights(f"{name}.bias")
        weights_and_scales = [self._tensor(f"{name}.int8", weights), self._tensor(f"{name}.scales", scales)]
        inputs = [factor, *weights_and_scales, self._zero(name), self._tensor(f"{name}.bias", bias)]
        return self._add("DynamicQuantizeMatMul", inputs, f"{name}.product", _FUSED)

    def _normalised_sum(self, one: str, other: str, name: str) -> str:
        inputs = [one, other, self._given(f"{name}.weight"), self._given(f"{name}.bias")]
        return self._add("SkipLayerNormalization", inputs, f"{name}.normalised", _FUSED, epsilon=EPSILON)

    def _weights(self, bias: str) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
        """Weights of shape (inputs, outputs), the scale of each output, and the bias of the product that has this one.

        Only biases keep their names in the file: ``Add(MatMul(x, Mul(Cast(weights), scales)), bias)``.
        """
        product = next(self._made_by[name] for name in self._biased[bias].input if name != bias)
        scaled = self._made_by[product.input[1]]
        cast = self._made_by[scaled.input[0]]
        return self._known[cast.input[0]], self._known[scaled.input[1]][0], self._known[bias]

    def _zero(self, product: str) -> str:
        """The zero point of a product's weights, a tensor of its own.

        On processors without VNNI, ONNX Runtime makes the weights unsigned and replaces it. Where it was left out, the
        process was aborted or sums overflowed.
        """
        return self._tensor(f"{product}.weights_zero", np.zeros((), np.int8))

    def _given(self, name: str) -> str:
        return self._tensor(name, self._known[name])

    def _tensor(self, name: str, values: NDArray[Any]) -> str:
        self._tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output
