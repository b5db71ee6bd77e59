"""What takes space, as people read it."""

from collections.abc import Mapping
from typing import Any

from mhc_jobs.cli.console import columns, console

_UNITS = ("B", "kB", "MB", "GB", "TB")


def show_disk(usage: Mapping[str, Any]) -> None:
    """Print the parts of the state folder, then the tables of the database, the largest first."""
    parts = columns(usage["folder"], ">size", header_style="dim")
    for name, size in sorted(usage["parts"].items(), key=lambda part: -part[1]):
        parts.add_row(name, human(size))
    console.print(parts)
    console.print()
    tables = columns("table", ">size", ">rows, about", header_style="dim")
    for table in usage["tables"]:
        tables.add_row(table["name"], human(table["bytes"]), f"{table['rows']:,}")
    tables.add_row("all others", human(usage["other_tables_bytes"]), "")
    tables.add_row("the whole database", human(usage["database_bytes"]), "")
    console.print(tables)


def human(size: float) -> str:
    """Bytes in the unit that gives at most three digits before the point; kilo is 1,000."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {_UNITS[unit]}"
