"""Scrubbing: customer text goes in, the same text with placeholders instead of personal data comes out."""

from mhc_core.errors import ScrubRefused
from mhc_core.scrubbing.engine import Scrubber
from mhc_core.scrubbing.findings import Finding, PiiType, Risk, ScrubResult
from mhc_core.scrubbing.placeholders import Placeholders

VERSION = "1"
"""Raised whenever what is found changes, so that conversations scrubbed before are scrubbed again."""

__all__ = ["VERSION", "Finding", "PiiType", "Placeholders", "Risk", "ScrubRefused", "ScrubResult", "Scrubber"]
