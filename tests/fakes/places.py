"""Where things lie that tests read: the repository, and the data sets beside it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
"""Public data sets that were put beside the repository; a test that needs one is skipped where it is not there."""
