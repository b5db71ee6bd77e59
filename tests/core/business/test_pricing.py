"""Prices and rules: the worked checks of the business, the shape of every quote, and clear refusals."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing as rules
from mhc_core.business.pricing import QuoteRequest, quote, refund
from mhc_core.errors import ConfigurationError, DataError

SAMPLE = rules.load()

guests = st.integers(0, 29)
miles = st.one_of(st.none(), st.integers(0, 200), st.decimals(0, 200, places=1))
add_ons = st.dictionaries(st.sampled_from(sorted(SAMPLE.add_ons)), st.integers(0, 40))


@st.composite
def parties(draw: st.DrawFn) -> QuoteRequest:
    adults = draw(st.integers(1, 40))
    upgrades = draw(st.dictionaries(st.sampled_from(sorted(SAMPLE.upgrades)), st.integers(0, 1)))
    if sum(upgrades.values()) > 2 * adults:
        upgrades = {}
    return QuoteRequest(adults, draw(guests), draw(guests), miles=draw(miles), upgrades=upgrades, add_ons=draw(add_ons))


@pytest.mark.parametrize(
    ("adults", "children", "distance", "total", "balance"),
    [(8, 4, 45, 590, 490), (6, 0, 10, 550, 450), (9, 0, 60, 610, 510)],
)
def test_worked_checks_of_the_business(adults: int, children: int, distance: int, total: int, balance: int) -> None:
    result = quote(SAMPLE, QuoteRequest(adults, children, miles=distance))
    assert [result.total, result.deposit, result.balance] == [Decimal(total), Decimal(100), Decimal(balance)]


def test_upgrades_and_add_ons_come_on_top_of_the_minimum() -> None:
    result = quote(
        SAMPLE, QuoteRequest(6, upgrades={"Lobster": 2, "filet": 4}, add_ons={"gyoza": 3, "extra filet mignon": 1})
    )
    assert result.minimum_applied
    assert result.food_subtotal == 550
    assert result.upgrades_total == 2 * 15 + 4 * 5
    assert result.add_ons_total == 3 * 10 + 15
    assert result.total == 550 + 50 + 45
    assert result.travel is None


def test_alias_and_name_of_one_upgrade_are_counted_together() -> None:
    result = quote(SAMPLE, QuoteRequest(12, upgrades={"lobster": 2, "lobster tail": 3}))
    assert [line.quantity for line in result.lines if line.label == "lobster tail upgrade"] == [5]


@given(parties())
def test_every_quote_adds_up(request: QuoteRequest) -> None:
    result = quote(SAMPLE, request)
    assert sum((line.amount for line in result.lines), Decimal(0)) == result.total
    assert all(line.quantity * line.unit_price == line.amount for line in result.lines)
    assert result.deposit + result.balance == result.total
    assert result.total >= SAMPLE.prices.minimum
    assert result.gratuity_low <= result.gratuity_high


@given(parties(), st.integers(1, 5))
def test_more_guests_or_miles_never_cost_less(request: QuoteRequest, more: int) -> None:
    base = quote(SAMPLE, request).total
    grown = QuoteRequest(
        request.adults + more, request.children, request.under_six, request.miles, request.upgrades, request.add_ons
    )
    assert quote(SAMPLE, grown).total >= base
    if request.miles is not None and request.miles + more <= 200:
        further = QuoteRequest(
            request.adults, request.children, request.under_six, request.miles + more, request.upgrades, request.add_ons
        )
        assert quote(SAMPLE, further).total >= base


@given(parties())
def test_the_youngest_never_change_the_price(request: QuoteRequest) -> None:
    without = QuoteRequest(request.adults, request.children, 0, request.miles, request.upgrades, request.add_ons)
    assert quote(SAMPLE, without).total == quote(SAMPLE, request).total


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        (QuoteRequest(30), "guests"),
        (QuoteRequest(20, 6, 4), "guests"),
        (QuoteRequest(12, miles=100), "miles"),
        (QuoteRequest(29, miles=99), None),
    ],
)
def test_large_and_distant_parties_need_a_person(request_: QuoteRequest, word: str | None) -> None:
    needs = quote(SAMPLE, request_).needs_person
    assert (needs is None) if word is None else (needs is not None and word in needs)


@pytest.mark.parametrize(
    "request_",
    [
        QuoteRequest(0),
        QuoteRequest(-1),
        QuoteRequest(0, 4, 2),
        QuoteRequest(12, miles=201),
        QuoteRequest(12, miles=Decimal("-0.5")),
        QuoteRequest(12, upgrades={"caviar": 1}),
        QuoteRequest(12, add_ons={"caviar": 1}),
        QuoteRequest(2, upgrades={"salmon": 5}),
    ],
)
def test_what_can_not_be_priced_is_refused(request_: QuoteRequest) -> None:
    with pytest.raises(DataError):
        quote(SAMPLE, request_)


@pytest.mark.parametrize(("days", "back"), [(40, 90), (14, 90), (13, 50), (7, 50), (6, 0), (0, 0)])
def test_refund_tiers(days: int, back: int) -> None:
    assert refund(SAMPLE, Decimal(100), days) == back


@given(st.integers(0, 60), st.integers(0, 60), st.decimals(0, 2000, places=2))
def test_cancelling_earlier_never_gives_back_less(first: int, second: int, paid: Decimal) -> None:
    assert refund(SAMPLE, paid, max(first, second)) >= refund(SAMPLE, paid, min(first, second))
    assert refund(SAMPLE, paid, first) <= paid


def test_allow_list_is_the_contact_and_the_area_of_the_business() -> None:
    assert SAMPLE.allow_list == {"(916) 740-8768", "cs@myhibachichef.com", *SAMPLE.area}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("adult = 55", 'adult = "many"', "prices.adult"),
        ("America/Los_Angeles", "Pacific", "contact.timezone"),
        ("adult = 55", "", "prices.adult"),
        ("minimum = 550", "minimum = -1", "prices.minimum"),
        ("deposit = 100 ", "deposit = 600 ", "deposit"),
        ("free_miles = 30", "free_miles = 300", "travel"),
        ("days = 14", "days = 3", "cancellation"),
        ("low_percent = 20", "low_percent = 200", "gratuity.low_percent"),
        ("[prices]", "[prices", "TOML"),
        ("per_mile = 2", "per_mile = 2\nper_kilometre = 1", "travel.per_kilometre"),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = rules.SAMPLE_FILE.read_text("utf-8")
    assert old in text
    file = tmp_path / "prices.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as refusal:
        rules.load(file)
    assert named in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        rules.load(tmp_path / "none.toml")


def test_an_edited_price_changes_the_quote(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(rules.SAMPLE_FILE.read_text("utf-8").replace("adult = 55", "adult = 62.50"), "utf-8")
    assert quote(rules.load(file), QuoteRequest(10)).total == 625
