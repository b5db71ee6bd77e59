"""Riders of one station a day (Chicago), forecast from the last origins of the series.

The model's constants were chosen on the origins of the five years before the last year, none of which is reported.
"""

import csv
import gzip
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mhc_core.demand import baselines
from mhc_core.demand.calendar import Floats
from mhc_core.demand.model import expected
from mhc_core.demand.rolling import (
    ERRORS_FROM,
    ERRORS_STEP,
    LEAST_DAYS,
    Forecaster,
    Past,
    interval,
    mase,
    origins,
    rolling,
    scaled_errors,
)
from mhc_core.errors import DataError, NotFound

FILE = "demand_chicago_ridership.csv.gz"
AREA = "US-IL"
LEVEL = 0.9
FORECASTERS: Mapping[str, Forecaster] = {
    "mhc": partial(expected, area=AREA),
    "mstl": baselines.mstl,
    "ets": baselines.ets,
    "seasonal_naive": baselines.seasonal_naive,
}
WANTED, COVERAGE = 0.95, (0.88, 0.92)


def read(folder: Path) -> tuple[date, Floats]:
    """First day and riders (thousands) of each day.

    Raises:
        NotFound: the folder lacks the file.
        DataError: a day is missing.
    """
    path = folder / FILE
    if not path.exists():
        raise NotFound(f"there is no {FILE} in {folder}; name its folder with --data")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = sorted((date.fromisoformat(row["date"]), float(row["ridership"])) for row in csv.DictReader(lines))
    first = rows[0][0]
    for number, (day, _) in enumerate(rows):
        if (day - first).days != number:
            raise DataError(f"{path.name} has no single row for the day before {day}; add or merge rows")
    return first, np.array([riders for _, riders in rows])


def measure(first: date, actual: Floats, count: int, ahead: int) -> dict[str, Any]:
    """Every forecaster from the same origins, ``ahead`` days apart, the last ones of the series.

    Raises:
        DataError: the series is too short.
    """
    places = origins(len(actual), ahead, count, ahead, 2 * LEAST_DAYS)
    if len(places) < count:
        raise DataError(f"{len(actual)} days are too few for {count} origins; choose --origins lower")
    pasts = {name: rolling(forecaster, first, actual, ahead, places) for name, forecaster in FORECASTERS.items()}
    inside, wide = _intervals(first, actual, ahead, pasts["mhc"])
    scores = {name: mase(past) for name, past in pasts.items()}
    ratio, coverage = scores["mhc"] / scores["mstl"], float(inside.mean())
    return {
        "days": len(actual),
        "origins": count,
        "ahead": ahead,
        "first_origin": date.fromordinal(first.toordinal() + places[0]).isoformat(),
        "mase": {name: round(score, 4) for name, score in scores.items()},
        "mase_by_origin": {
            name: [round(mase(Past((), *(part[[row]] for part in (past.forecast, past.actual, past.naive_error)))), 3)
                   for row in range(count)]
            for name, past in pasts.items()
        },
        "mase_against_mstl": round(ratio, 4),
        "coverage_of_90": round(coverage, 4),
        "mean_width_of_90": round(float(wide.mean()), 3),
        "met": {"mase": ratio <= WANTED, "coverage": COVERAGE[0] <= coverage <= COVERAGE[1]},
    }  # fmt: skip


def _intervals(first: date, actual: Floats, ahead: int, past: Past) -> tuple[Floats, Floats]:
    """Whether each day lay in its interval, and the intervals' widths, by errors known at each origin."""
    inside, wide = [], []
    for row, at in enumerate(past.origins):
        before = origins(at, ahead, ERRORS_FROM, ERRORS_STEP, LEAST_DAYS)
        errors = scaled_errors(rolling(FORECASTERS["mhc"], first, actual, ahead, before))
        low, high = interval(past.forecast[row], errors, LEVEL)
        inside.append((past.actual[row] >= low) & (past.actual[row] <= high))
        wide.append(high - low)
    return np.array(inside, dtype=np.float64), np.array(wide)
