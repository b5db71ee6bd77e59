"""The environment of a process that runs the platform, without the developer's settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mhc_core.settings import Settings

_FOREIGN = ("MHC_", "OPENAI_", "AZURE_OPENAI_", "DAGSTER_")


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Nobody's settings and nobody's ``.env``, but these variables; tests may speak as customers of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_FOREIGN):
                patch.delenv(name)
        patch.setitem(Settings.model_config, "env_file", None)
        for name, value in {"MHC_OPEN_LOOPBACK": "true", **variables}.items():
            patch.setenv(name, value)
        yield
