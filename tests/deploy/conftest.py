"""Where the files of ``deploy`` lie, and the chart as Helm renders it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where it is: a tenth of the time."""
Render = Callable[[Mapping[str, Any]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def deploy() -> Path:
    return DEPLOY


@pytest.fixture(scope="session")
def render() -> Iterator[Render]:
    """Renders the chart with these values over its own; gives the objects."""
    helm = pytest.importorskip("helm_python", reason="helm-python-sdk is missing: make test-deploy")
    with helm.Chart.load(DEPLOY / "helm/mhc") as chart:

        def call(values: Mapping[str, Any]) -> list[dict[str, Any]]:
            files = chart.render(dict(values), name="prod", namespace="shop")
            texts = [text for name, text in files.items() if name.endswith(".yaml")]
            return [found for text in texts for found in yaml.load_all(text, LOADER) if found]

        yield call
