"""Where the sample files lie inside the installed package."""

from pathlib import Path

from mhc_core.business.pricing import SAMPLE_FILE

_HERE = Path(__file__).parent


def business_file() -> Path:
    """The sample prices and rules."""
    return SAMPLE_FILE


def knowledge_dir() -> Path:
    """The folder of the sample articles, ``KB-001.md`` and on."""
    return _HERE / "knowledge"


def translations_dir() -> Path:
    """The folder of their translations, a folder a language (BCP-47) with the same file names."""
    return _HERE / "translations"
