"""What a model of demand has to beat: last week again, exponential smoothing, and decomposition by week and year.

statsmodels is part of the pipeline's packages and imported when a baseline is asked for.
"""

import warnings
from datetime import date
from typing import Any

import numpy as np

from mhc_core.demand.calendar import Floats

WEEK, YEAR = 7, 365


def seasonal_naive(first: date, actual: Floats, ahead: int) -> Floats:
    """The last week again and again."""
    return np.resize(actual[-WEEK:], ahead)


def ets(first: date, actual: Floats, ahead: int) -> Floats:
    """Exponential smoothing with additive errors, level and week (Hyndman et al. 2008: ETS(A, N, A))."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of searches that end near a bound
        fitted: Any = ETSModel(actual, error="add", seasonal="add", seasonal_periods=WEEK).fit(disp=False)
        return np.asarray(fitted.forecast(ahead), dtype=np.float64)


def mstl(first: date, actual: Floats, ahead: int) -> Floats:
    """Week and year taken out by LOESS (Bandara, Hyndman and Bergmeir 2021), the rest smoothed with a damped trend.

    Below two years there is no year to take out: then it is the week alone.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.seasonal import MSTL

    periods = (WEEK, YEAR) if len(actual) > 2 * YEAR else (WEEK,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seasons = np.atleast_2d(np.asarray(MSTL(actual, periods=periods).fit().seasonal, dtype=np.float64).T)
        rest: Any = ETSModel(actual - seasons.sum(axis=0), error="add", trend="add", damped_trend=True).fit(disp=False)
        total = np.asarray(rest.forecast(ahead), dtype=np.float64)
    for period, season in zip(periods, seasons, strict=True):
        total = total + np.resize(season[-period:], ahead)
    return np.maximum(total, 0.0)
