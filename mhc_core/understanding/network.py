"""A network of one hidden layer over the embedder's states: a classifier of words or of parts of messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SMALL = 1e-6


@dataclass(frozen=True)
class Network:
    """``layers`` are two matrices of weights and two biases, ``scale`` mean and deviation of the inputs."""

    classes: tuple[str, ...]
    layers: tuple[Floats, ...]
    scale: Floats

    def probabilities(self, inputs: Floats) -> Floats:
        """Shape (rows, classes)."""
        first, second, first_bias, second_bias = self.layers
        hidden = np.maximum((inputs - self.scale[0]) / self.scale[1] @ first + first_bias, 0)
        return softmax(hidden @ second + second_bias)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as plain arrays."""
        first, second, first_bias, second_bias = self.layers
        return {
            "classes": np.array(self.classes),
            "first": first,
            "second": second,
            "first_bias": first_bias,
            "second_bias": second_bias,
            "scale": self.scale,
        }

    @staticmethod
    def from_arrays(arrays: dict[str, NDArray[Any]]) -> "Network":
        """The network that ``arrays`` describe."""
        layers = (arrays["first"], arrays["second"], arrays["first_bias"], arrays["second_bias"])
        return Network(tuple(str(name) for name in arrays["classes"]), layers, arrays["scale"])


def train(inputs: Floats, labels: Sequence[str], hidden: int, epochs: int, batch: int, seed: int) -> Network:
    """A network for the labels; few epochs, since more would learn the text by heart. Changes ``inputs``."""
    from sklearn.neural_network import MLPClassifier

    classes, wanted = np.unique(np.array(labels), return_inverse=True)
    scale = np.stack([inputs.mean(axis=0), inputs.std(axis=0) + SMALL]).astype(np.float32)
    if len(classes) == 1:  # nothing else was ever seen
        shapes = ((inputs.shape[1], 1), (1, 1), (1,), (1,))
        return Network((str(classes[0]),), tuple(np.zeros(shape, np.float32) for shape in shapes), scale)
    inputs -= scale[0]
    inputs /= scale[1]
    network = MLPClassifier((hidden,), alpha=0.01, batch_size=min(batch, len(inputs)), random_state=seed)
    for _ in range(epochs):
        network.partial_fit(inputs, wanted, classes=np.arange(len(classes)))
    first, second = network.coefs_
    first_bias, second_bias = network.intercepts_
    if len(classes) == 2:  # one output stands for both
        second, second_bias = np.hstack([-second, second]) / 2, np.concatenate([-second_bias, second_bias]) / 2
    layers = tuple(np.asarray(each, np.float32) for each in (first, second, first_bias, second_bias))
    return Network(tuple(str(name) for name in classes), layers, scale)


def softmax(scores: Floats) -> Floats:
    """Shares of each row."""
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
