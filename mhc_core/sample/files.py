"""Where the sample files lie inside the installed package."""

from pathlib import Path

_HERE = Path(__file__).parent


def business_file() -> Path:
    """The sample prices and rules."""
    return _HERE / "business.toml"


def knowledge_dir() -> Path:
    """The folder of the sample articles, ``KB-001.md`` and on."""
    return _HERE / "knowledge"
