"""Scrubbing: customer text goes in, the same text with placeholders instead of personal data comes out."""

from mhc_core.errors import ScrubRefused
from mhc_core.scrubbing.engine import VERSION, Known, Scrubber
from mhc_core.scrubbing.findings import Finding, PiiType, Risk, ScrubResult
from mhc_core.scrubbing.placeholders import Placeholders

__all__ = ["VERSION", "Finding", "Known", "PiiType", "Placeholders", "Risk", "ScrubRefused", "ScrubResult", "Scrubber"]
