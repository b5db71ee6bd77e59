"""Addresses of artifacts as columns: relative to the state folder when they lie in it, so that it can be moved."""

from typing import Any

import sqlalchemy as sa

from mhc_core.artifacts import store


def located(address: str, state_uri: str) -> str:
    """The URI of an artifact. ``state_uri`` is the state folder's.

    Absolute addresses were once stored of what lies in the state folder, too. Where such a file is gone and the folder
    as it is now has it, the folder was moved.
    """
    if "://" not in address:
        return f"{state_uri}/{address}"
    if address.startswith("file:") and not address.startswith(f"{state_uri}/"):
        moved = f"{state_uri}/artifacts/{address.rpartition('/artifacts/')[2]}"
        if not store.exists(address) and store.exists(moved):
            return moved
    return address


class ArtifactAddress(sa.types.TypeDecorator[str]):
    """A URI for those who read and write the column; what is stored may be relative."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        state_uri = state_of(dialect)
        return value.removeprefix(f"{state_uri}/") if value and state_uri else value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        state_uri = state_of(dialect)
        return located(value, state_uri) if value and state_uri else value


def state_of(dialect: sa.Dialect) -> str | None:
    """The URI of the state folder of this engine. A type is given nothing of its engine but the dialect."""
    return getattr(dialect, "mhc_state_uri", None)


def tell_state(engine: sa.Engine, state_uri: str | None) -> None:
    """Let the columns of an engine know where its state folder is."""
    dialect: Any = engine.dialect
    dialect.mhc_state_uri = state_uri
