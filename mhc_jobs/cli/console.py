"""Where commands print: results to standard output, everything said on the way to standard error."""

from rich.console import Console

console = Console(highlight=False)
err = Console(stderr=True, highlight=False)
