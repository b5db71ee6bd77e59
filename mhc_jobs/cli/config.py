"""``mhc config``: every setting, as the table of ``docs/configuration.md`` or as ``.env.example``."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer
from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from mhc_core.settings import Settings

ENV_HEADER = """\
# Copy this file to .env and remove the # before what you want to change; the values shown are the defaults.
# The environment wins over this file. Made by `mhc config --env`; a test keeps it in step with mhc_core/settings.
"""


def command(
    env: Annotated[bool, typer.Option("--env", help="Print the lines of .env.example instead of the table.")] = False,
) -> None:
    """Print every setting with its default and meaning, as a Markdown table."""
    typer.echo(env_example() if env else table(), nl=False)


def table() -> str:
    """A Markdown table of all settings, one a row; settings with parts name them with their defaults."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = (
            "<br>".join(f"`{part}` `{value}`" for part, value in _parts("", default))
            if isinstance(default, BaseModel)
            else f"`{_plain(default)}`"
            if _plain(default)
            else ""
        )
        lines.append(f"| `{variable(name, field)}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def env_example() -> str:
    """All settings as comments of a ``.env`` file."""
    blocks = [ENV_HEADER]
    for name, field in Settings.model_fields.items():
        key = variable(name, field)
        values = list(_parts(f"{key}__", field.default)) if isinstance(field.default, BaseModel) else None
        lines = [f"# {field.description}"]
        lines += [f"#{part}={value}" for part, value in values or [(key, _plain(field.default))]]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a setting."""
    if isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return f"MHC_{name.upper()}"


def _parts(prefix: str, model: BaseModel) -> Iterator[tuple[str, str]]:
    for name in type(model).model_fields:
        yield f"{prefix}{name.upper()}", _plain(getattr(model, name))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, tuple)):  # one variable sets all of it
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)
