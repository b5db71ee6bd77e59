"""Fixtures of the pipeline: databases with a small sample, Dagster's storage, the stand-in for OpenAI."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "fixtures"))

from pipeline import instance, reviewed, reviewed_engine, sampled, sampled_engine, standin

__all__ = ["instance", "reviewed", "reviewed_engine", "sampled", "sampled_engine", "standin"]
