"""What suggestions bring is told by the holdout, and "cannot tell yet" is said as long as it is so."""

from datetime import date, timedelta

import numpy as np

from mhc_core.db.queries.offers import Cell
from mhc_core.offers import report as reports

MONDAY = date(2026, 11, 2)


def cells(made: float, held: float, parties: int, weeks: int = 4) -> list[Cell]:
    found = []
    for week in range(weeks):
        for shown, rate, count in ((True, made, parties), (False, held, parties // 9)):
            taken = round(rate * count)
            found.append(
                Cell("adults", MONDAY + timedelta(weeks=week), shown, count, taken, taken * 30.0, taken * 900.0)
            )
    return found


def test_few_parties_say_nothing() -> None:
    told = reports.report(cells(0.3, 0.1, 90))
    assert (told.made, told.held_out) == (360, 40)
    assert told.accepted is None
    assert told.usd is None


def test_a_small_difference_cannot_be_told_and_a_large_one_can() -> None:
    small = reports.report(cells(0.12, 0.11, 900)).accepted
    assert small is not None
    assert small.verdict == "cannot tell yet"
    large = reports.report(cells(0.35, 0.1, 2_700))
    assert large.accepted is not None
    assert large.accepted.verdict == "brings more"
    assert large.accepted.low < 0.25 < large.accepted.high
    assert large.usd is not None
    assert abs(large.usd.estimate - 30 * 0.25) < 0.2


def test_pressure_that_costs_orders_is_told_too() -> None:
    worse = reports.report(cells(0.05, 0.3, 2_700)).accepted
    assert worse is not None
    assert worse.verdict == "brings less"


def test_chance_alone_is_rarely_told_as_a_difference_at_any_look() -> None:
    draw, wrong = np.random.default_rng(7), 0
    for _ in range(60):
        so_far: list[Cell] = []
        for week in range(12):
            for shown, count in ((True, 450), (False, 50)):
                taken = int(draw.binomial(count, 0.2))
                when = MONDAY + timedelta(weeks=week)
                so_far.append(Cell("adults", when, shown, count, taken, taken * 30.0, taken * 900.0))
            lift = reports.report(so_far).accepted
            if lift is not None and lift.verdict != "cannot tell yet":
                wrong += 1
                break
    assert wrong <= 3


def test_nothing_at_all_is_a_report_too() -> None:
    assert reports.report([]) == reports.Report(0, 0, None, None, None, None)
