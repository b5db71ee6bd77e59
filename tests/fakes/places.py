"""Where things lie that tests read: the repository, and the data sets beside it."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
"""Public data sets that were put beside the repository; a test that needs one is skipped where it is not there."""
CASES = ROOT.parent / "shared" / "cases"
"""Files as people had them, each with what was once wrong with it; skipped likewise."""
