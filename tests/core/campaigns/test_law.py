"""Who may be written to, and when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.campaigns import law, rules, zones
from mhc_core.campaigns.law import Reason, Standing, Wait
from mhc_core.errors import ConfigurationError

HOURS = rules.load().hours
NEW_YORK, HONOLULU = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Honolulu")
NOON = datetime(2026, 3, 5, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
FINE = Standing(channels=frozenset({"sms"}))

# Days around both changes of the clock, and ordinary ones.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)) | st.sampled_from(
    [datetime(2026, 3, 8), datetime(2026, 11, 1)]
).flatmap(lambda day: st.timedeltas(timedelta(0), timedelta(days=2)).map(lambda ahead: day + ahead - timedelta(days=1)))
places = st.frozensets(st.sampled_from(sorted(zones.everywhere(), key=str)), min_size=1)


def awake(moment: datetime, places: frozenset[ZoneInfo]) -> bool:
    """Another library's clock, in minutes of the day."""
    local = [moment.astimezone(tz.gettz(zone.key)) for zone in places]
    return all(8 * 60 <= one.hour * 60 + one.minute < 21 * 60 for one in local)


@settings(max_examples=150, deadline=None)
@given(moments, places)
def test_the_next_hour_is_allowed_everywhere_and_none_before_it_is(naive: datetime, where: frozenset[ZoneInfo]) -> None:
    now = naive.replace(tzinfo=UTC)
    found = law.next_allowed(now, where, HOURS)
    assert found >= now
    assert awake(found, where)
    earlier = [now + timedelta(minutes=15 * step) for step in range(int((found - now) / timedelta(minutes=15)))]
    assert not any(awake(moment, where) for moment in earlier if moment < found)


@pytest.mark.parametrize(
    ("at", "may"),
    [("2026-03-07 12:59", False), ("2026-03-07 13:00", True), ("2026-03-08 11:59", False), ("2026-03-08 12:00", True),
     ("2026-03-09 00:59", True), ("2026-03-09 01:00", False), ("2026-11-01 12:59", False), ("2026-11-01 13:00", True)],
)  # fmt: skip
def test_eight_and_nine_are_the_clock_s_on_the_wall_when_it_changes(at: str, may: bool) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert law.allowed(moment, frozenset({NEW_YORK}), HOURS) is may


def test_who_may_be_in_new_york_or_honolulu_is_written_to_when_both_are_awake() -> None:
    both = frozenset({NEW_YORK, HONOLULU})
    morning = datetime(2026, 3, 5, 14, tzinfo=UTC)  # nine in New York, four in Honolulu
    assert law.next_allowed(morning, both, HOURS) == datetime(2026, 3, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (FINE, None),
        (Standing(), Reason.NO_CONSENT),
        (Standing(channels=frozenset({"sms"}), erased=True), Reason.ERASED),
        (Standing(channels=frozenset({"sms"}), opted_out=True), Reason.OPTED_OUT),
        (Standing(channels=frozenset({"sms"}), reachable=False), Reason.NO_ADDRESS),
        (Standing(channels=frozenset({"sms"}), complaint=True), Reason.COMPLAINT),
        (Standing(channels=frozenset({"sms"}), upcoming=True), Reason.UPCOMING),
        (Standing(channels=frozenset({"sms"}), replied=True), Reason.REPLIED),
        (Standing(channels=frozenset({"sms"}), asked=True), Reason.ASKED),
    ],
)
def test_each_thing_that_forbids_forbids_alone(person: Standing, reason: Reason | None) -> None:
    assert law.refusal(person) is reason


def waits(person: Standing, now: datetime = NOON, weekly: int = 2) -> Wait | None:
    return law.wait(person, frozenset({NEW_YORK}), now, HOURS, weekly, HOUR)


def test_a_third_message_waits_until_the_first_is_a_week_old() -> None:
    first, second = NOON - timedelta(days=5), NOON - timedelta(days=1)
    assert waits(Standing(written_to=[first])) is None
    assert waits(Standing(written_to=[first, second])) == Wait(Reason.CAP, first + timedelta(days=7))
    assert waits(Standing(written_to=[first, second]), first + timedelta(days=7)) is None
    three = [first, second, second]
    assert waits(Standing(written_to=three)) == Wait(Reason.CAP, second + timedelta(days=7))


def test_who_has_just_written_is_left_to_talk() -> None:
    assert waits(Standing(wrote_at=NOON - timedelta(minutes=59))) == Wait(Reason.TALKING, NOON + timedelta(minutes=1))
    assert waits(Standing(wrote_at=NOON - HOUR)) is None


def test_at_night_it_waits_for_the_morning() -> None:
    night = datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert waits(FINE, night) == Wait(Reason.QUIET, datetime(2026, 3, 5, 13, tzinfo=UTC))


def test_hours_outside_the_law_are_no_rules(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.toml"
    file.write_text(rules.SHIPPED.read_text("utf-8").replace('from = "08:00"', 'from = "07:30"'), "utf-8")
    with pytest.raises(ConfigurationError, match="between 08:00 and 21:00"):
        rules.load(file)
