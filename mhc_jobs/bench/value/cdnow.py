"""Purchases of 23,570 customers of a shop for compact discs (CDNOW), 78 weeks from January 1997."""

import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from mhc_core.customers.purchases import Floats, Purchases
from mhc_core.errors import DataError, NotFound

FILE = "value_cdnow_master.csv.gz"


@dataclass(frozen=True, slots=True)
class Shop:
    """All purchases, and the discs of each."""

    purchases: Purchases
    discs: Floats
    days: int


def read(folder: Path) -> Shop:
    """The file ``customer,date,discs,usd``; day 0 is the first.

    Raises:
        NotFound: the folder lacks the file.
        DataError: a line that is none of it.
    """
    path = folder / FILE
    if not path.exists():
        raise NotFound(f"there is no {FILE} in {folder}; name its folder with --data")
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            fields = line.strip().split(",")
            if not fields[0].isdigit():  # headings
                continue
            try:
                customer, day, discs, usd = fields
                rows.append((int(customer), date.fromisoformat(day).toordinal(), float(discs), float(usd)))
            except ValueError as error:
                raise DataError(f"{path.name}, line {number}: customer,date,discs,usd expected; repair it") from error
    table = np.array(rows)
    buyers, days = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    days -= days.min()
    bought = Purchases.of(buyers, days, table[:, 2])
    return Shop(Purchases.of(buyers, days, table[:, 3]), bought.spend, int(days.max()) + 1)
