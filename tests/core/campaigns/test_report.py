"""What a campaign does is told with an interval, and "cannot tell yet" where nobody can."""

from datetime import date, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.campaigns import NOW, TODAY, agree, party
from fakes.stored import say, talk
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.campaigns import planning, report
from mhc_core.campaigns.rules import Campaigns
from mhc_core.db.queries import bookings
from mhc_core.db.queries.campaign_outcomes import Week

DAY = timedelta(days=1)
ARMS = ("treated", "holdout")
WEEKS = [date(2026, 1, 5) + number * 7 * DAY for number in range(20)]


def weeks(draw: np.random.Generator, treated: float, holdout: float, people: int = 90, held: int = 30) -> list[Week]:
    """Weeks in which people of each arm book with these chances."""
    return [
        Week(week, arm, count, int(draw.binomial(count, chance)))
        for week in WEEKS
        for arm, count, chance in (("treated", people, treated), ("holdout", held, holdout))
    ]


def test_a_campaign_that_works_is_seen_to_work_and_one_that_harms_to_harm() -> None:
    draw = np.random.default_rng(1)
    good, bad = report.lift(weeks(draw, 0.30, 0.10)), report.lift(weeks(draw, 0.05, 0.25))
    assert good.verdict == "works"
    assert good.low is not None
    assert 0 < good.low < 0.2 < (good.high or 0)
    assert bad.verdict == "does harm"


def test_what_does_nothing_is_told_as_cannot_tell_yet() -> None:
    found = [report.lift(weeks(np.random.default_rng(seed), 0.15, 0.15)) for seed in range(100)]
    assert sum(one.verdict != "cannot tell yet" for one in found) <= 5


@pytest.mark.parametrize("few", [[], [Week(WEEKS[0], "treated", 900, 90)], [Week(WEEKS[0], "holdout", 10, 1)]])
def test_without_people_in_both_arms_nothing_is_said(few: list[Week]) -> None:
    found = report.lift(few)
    assert (found.estimate, found.low, found.high, found.verdict) == (None, None, None, "cannot tell yet")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(WEEKS), st.sampled_from(ARMS), st.integers(0, 300)), max_size=12),
    st.floats(0, 1),
)
def test_bounds_lie_around_the_estimate_and_within_what_is_possible(
    counts: list[tuple[date, str, int]], share: float
) -> None:
    given = {(week, arm): Week(week, arm, people, int(people * share)) for week, arm, people in counts}
    found = report.lift(list(given.values()))
    if found.low is not None and found.high is not None and found.estimate is not None:
        assert -1 <= found.low <= found.estimate <= found.high <= 1


def test_bookings_count_once_in_time_and_for_the_arm_that_was_drawn(
    connection: sa.Connection, campaigns: Campaigns
) -> None:
    campaign = campaigns.by_name["after_event"].model_copy(update={"holdout": 0.5})
    half = campaigns.model_copy(update={"campaign": (campaign,)})
    guests = [f"guest{number}@example.com" for number in range(30)]
    for guest in guests:
        agree(connection, guest)
        party(connection, guest, TODAY - DAY, channel="email")
    party(connection, "nobody@example.com", TODAY - DAY, channel="email")  # without consent: in neither arm
    planning.plan(connection, half, NOW)
    for number, guest in enumerate(guests):
        at = NOW + (5 if number % 2 else 200) * DAY
        again, _ = talk(connection, say("user", "again"), at=at, channel="email", customer_id=guest)
        bookings.save(connection, again, at.date() + 20 * DAY, NOW.time(), (10, 0, 0), None, {}, at)
    early = report.of(connection, half, NOW + 89 * DAY)[0]
    assert early.lift.treated == early.lift.holdout == 0, "their time is not over yet"
    (found,) = report.of(connection, half, NOW + 400 * DAY)
    rows = connection.execute(
        sa.text("select arm, count(*) as people from ai.campaign_touches where counted group by 1")
    )
    arms = {row.arm: row.people for row in rows}
    assert (found.lift.treated, found.lift.holdout) == (arms["treated"], arms["holdout"])
    assert found.lift.treated + found.lift.holdout == len(guests)
    assert found.lift.treated_booked + found.lift.holdout_booked == len(guests) // 2
    assert found.touches["how_was_it"]["no_consent"] == 1
