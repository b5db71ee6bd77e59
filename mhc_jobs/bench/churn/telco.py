"""Customers of a telephone company (IBM's sample data): 19 features, and who left."""

import csv
import gzip
from pathlib import Path

import numpy as np

from mhc_core.customers.churn import Features, Flags
from mhc_core.errors import DataError, NotFound

FILE = "churn_telco.csv.gz"
NUMBERS = ("tenure", "monthly_charges", "total_charges")
SERVICES = (
    "online_security", "online_backup", "device_protection", "tech_support", "streaming_tv", "streaming_movies",
)  # fmt: skip


def read(folder: Path) -> tuple[Features, Flags]:
    """The features, three more that are made of them, and who left.

    Raises:
        NotFound: the folder lacks the file.
        DataError: a row that is none of it.
    """
    path = folder / FILE
    if not path.exists():
        raise NotFound(f"there is no {FILE} in {folder}; name its folder with --data")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    try:
        numbers = np.array([[float(row[name] or 0) for name in NUMBERS] for row in rows])
        lost = np.array([row["churn"] == "Yes" for row in rows])
    except (KeyError, ValueError) as error:
        raise DataError(f"{path.name} lacks churn or {', '.join(NUMBERS)} as numbers: {error}; repair it") from error
    tenure, monthly, total = numbers.T
    average = total / np.maximum(tenure, 1)
    made = {
        "average charge": average,
        "charge against its average": monthly / np.maximum(average, 1),
        "services": np.array([float(sum(row[name] == "Yes" for name in SERVICES)) for row in rows]),
    }
    names, columns = [*NUMBERS, *made], [*numbers.T, *made.values()]
    words: list[tuple[str, ...] | None] = [None] * len(names)
    for name in rows[0]:
        if name != "churn" and name not in NUMBERS:
            known = tuple(sorted({row[name] for row in rows}))
            place = {word: number for number, word in enumerate(known)}
            names.append(name)
            words.append(known)
            columns.append(np.array([float(place[row[name]]) for row in rows]))
    said = tuple(name.replace("_", " ") for name in names)
    return Features(said, np.column_stack(columns), tuple(words)), lost
