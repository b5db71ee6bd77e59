"""Profiles and the loyalty ledger: what counts, what is counted anew, and who is forgotten."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.business.customers import Tier
from mhc_core.collection.importing.bookings import booking_id
from mhc_core.customers import loyalty
from mhc_core.customers.loyalty import Event, Kind
from mhc_core.db.queries import customers, imported_bookings, installation, profiles, redaction
from mhc_core.db.queries import loyalty as ledger
from mhc_core.db.queries.imported_bookings import BookingRow
from mhc_core.db.queries.profiles import Refreshed
from mhc_core.pseudonyms import Pseudonym, customer_hash

RULES = pricing.load()
assert RULES.loyalty
TIERS = RULES.loyalty.tiers
START = datetime(2026, 6, 1, 20, tzinfo=UTC)
AFTER = timedelta(days=2)
"""Longer than changes are looked back for."""


class Shop:
    """Bookings of people, and the clock."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.now = START

    def imports(self, number: int, who: str | None, status: str, booked: datetime = START, **more: Any) -> None:
        row = BookingRow(
            booking_id("till", str(number)), "till", str(number), who, status, booked, more.get("event"),
            more.get("guests", 10), more.get("usd", 600), None, None,
        )  # fmt: skip
        imported_bookings.upsert(self.connection, [row], {}, self.now)

    def talks(self, who: str, channel: str, status: str | None = None, event_on: date | None = None) -> UUID:
        talk = uuid4()
        values = {"id": talk, "source": str(talk), "who": who, "channel": channel, "now": self.now}
        self.connection.execute(
            sa.text("""
                insert into ai.conversations
                    (id, source, source_id, channel, customer_id, started_at, last_message_at, updated_at)
                values (:id, 'test', :source, :channel, :who, :now, :now, :now)
            """),
            values,
        )
        if status is not None:
            self.connection.execute(
                sa.text("""
                    insert into ai.booking_requests (id, conversation_id, status, event_on, adults, total_usd,
                                                     requested_at, updated_at)
                    values (gen_random_uuid(), :id, :status, :day, 12, 700, :now, :now)
                """),
                values | {"status": status, "day": event_on},
            )
        return talk

    def refresh(self, tiers: tuple[Tier, ...] = TIERS, name: str = "test") -> Refreshed:
        return profiles.refresh(self.connection, tiers, name, ("shellfish",), self.now.date(), self.now)

    def later(self, by: timedelta = AFTER) -> None:
        self.now += by
        for table in ("changed_customers", "their_bookings"):  # a run is a transaction
            self.connection.execute(sa.text(f"drop table if exists pg_temp.{table}"))

    def hash(self, who: str) -> Pseudonym:
        return customer_hash(installation.salt(self.connection), who)

    def profile(self, who: str) -> Any:
        query = sa.text("select * from ai.customer_profiles where customer_hash = :who")
        return self.connection.execute(query, {"who": self.hash(who)}).one_or_none()

    def completed(self, who: str) -> int:
        rows = self.connection.execute(
            sa.text("select booking_id, kind, at from ai.loyalty_events where customer_hash = :who"),
            {"who": self.hash(who)},
        )
        balance = loyalty.balance(Event(row.booking_id, Kind(row.kind), row.at) for row in rows)
        assert ledger.completed(self.connection, self.hash(who)) == balance, "stored and told balances are the same"
        return balance


@pytest.fixture
def shop(connection: sa.Connection) -> Shop:
    connection.execute(sa.text("delete from ai.conversations"))
    return Shop(connection)


def test_a_profile_sums_both_kinds_of_bookings(shop: Shop) -> None:
    for number, days in enumerate((90, 60, 30)):
        shop.imports(number, "ann", "completed", START - timedelta(days=days), guests=8 + 4 * number)
    shop.imports(8, "ann", "cancelled", START - timedelta(days=5))
    shop.talks("ann", "sms", "confirmed", START.date() + timedelta(days=9))
    shop.talks("ann", "instagram")
    shop.talks("ben", "web")
    assert shop.refresh() == (1, 1, 3)
    ann = shop.profile("ann")
    assert (ann.bookings, ann.completed, ann.spend_usd) == (4, 3, 1800)
    assert (ann.first_booked_on, ann.last_booked_on) == (date(2026, 3, 3), date(2026, 6, 1))
    assert (ann.mean_gap_days, ann.usual_guests) == (30, 12)
    assert ann.last_channel in ("sms", "instagram")
    assert (ann.tier, ann.next_tier, ann.bookings_until_next) == ("Bronze", "Silver", 1)
    assert shop.profile("ben") is None


def test_a_confirmed_party_is_completed_by_the_day_after_it(shop: Shop) -> None:
    shop.talks("ann", "web", "confirmed", START.date() + timedelta(days=5))
    shop.imports(1, "ben", "confirmed", START - timedelta(days=9), event=START + timedelta(days=5))
    assert shop.refresh().events == 0
    shop.later(timedelta(days=4))
    assert shop.refresh().events == 0
    shop.later(timedelta(days=2))
    assert shop.refresh() == (2, 2, 2)
    assert (shop.completed("ann"), shop.completed("ben")) == (1, 1)
    assert shop.profile("ann").spend_usd == 700


def test_a_refund_takes_back_and_a_correction_gives_again(shop: Shop) -> None:
    shop.imports(1, "ann", "completed")
    shop.refresh()
    balances = []
    for status in ("refunded", "completed", "cancelled", "cancelled"):
        shop.later()
        shop.imports(1, "ann", status)
        shop.refresh()
        balances.append(shop.completed("ann"))
    assert balances == [0, 1, 0, 0]
    assert shop.connection.scalar(sa.text("select count(*) from ai.loyalty_events")) == 4


def test_a_change_at_the_moment_of_the_one_before_counts(shop: Shop) -> None:
    shop.imports(1, "ann", "completed")
    shop.refresh()
    shop.later(timedelta(0))
    shop.imports(1, "ann", "refunded")
    shop.refresh()
    shop.later(timedelta(0))
    shop.imports(1, "ann", "completed")
    shop.refresh()
    assert shop.completed("ann") == 1


def test_only_customers_of_whom_something_changed_are_counted_anew(shop: Shop) -> None:
    for number in range(60):
        shop.imports(number, f"guest-{number % 30}", "completed", START - timedelta(days=number))
    assert shop.refresh() == (30, 30, 60)
    shop.later()
    assert shop.refresh() == (30, 0, 0), "what changed within a day before the last run is counted again, not written"
    shop.later()
    assert shop.refresh() == (0, 0, 0)
    shop.imports(99, "guest-3", "completed", shop.now)
    shop.later()
    assert shop.refresh() == (1, 1, 1)
    shop.later()
    assert shop.refresh() == (0, 0, 0)
    shop.talks("guest-4", "phone")
    shop.later()
    assert shop.refresh() == (1, 1, 0)
    assert shop.profile("guest-4").last_channel == "phone"


def test_other_tiers_count_everybody_anew(shop: Shop) -> None:
    shop.imports(1, "ann", "completed")
    shop.refresh()
    shop.later()
    only = (Tier(name="Friend", bookings=0, percent=1),)
    assert shop.refresh(only, "other").written == 1
    assert (shop.profile("ann").tier, shop.profile("ann").next_tier) == ("Friend", None)


def test_a_booking_that_is_somebody_elses_counts_for_them(shop: Shop) -> None:
    for number in (1, 2):
        shop.imports(number, "ann", "completed")
    shop.imports(3, "cid", "completed")
    shop.refresh()
    shop.later()
    shop.imports(1, "ben", "completed")
    shop.imports(3, "ben", "completed")
    shop.refresh()
    assert [shop.completed(who) for who in ("ann", "ben", "cid")] == [1, 2, 0]
    assert (shop.profile("ann").completed, shop.profile("ben").completed) == (1, 2)
    assert shop.profile("cid") is None


def test_forecasts_reach_the_profiles_of_those_who_did_nothing(shop: Shop) -> None:
    shop.imports(1, "ann", "completed")
    shop.refresh()
    shop.later()
    shop.refresh()
    shop.later()
    customers.replace_risks(shop.connection, [customers.Risk(shop.hash("ann"), 0.75, 90, ["x"])], shop.now)
    assert shop.refresh() == (0, 1, 0)
    assert shop.profile("ann").churn_risk == 0.75


def test_who_is_past_retention_keeps_their_tier_and_who_is_erased_nothing(shop: Shop) -> None:
    for number in range(5):
        shop.imports(number, "ann", "completed", START - timedelta(days=400))
    shop.refresh()
    done = redaction.redact_old(shop.connection, START - timedelta(days=30), 100)
    assert done.bookings == 5
    assert "ann" not in shop.connection.scalars(sa.text("select customer_id from ai.bookings")).all()
    shop.later()
    shop.imports(9, "ann", "completed", shop.now)
    shop.refresh()
    ann = shop.profile("ann")
    assert (ann.bookings, ann.completed, ann.tier) == (6, 6, "Silver")
    assert {one.customer_hash for one in customers.bookings(shop.connection)} == {shop.hash("ann")}
    counts = redaction.erase(shop.connection, 1, shop.hash("ann"), ["ann", shop.hash("ann")], shop.now).counts
    assert (counts["bookings"], counts["customer_profiles"], counts["loyalty_events"]) == (6, 1, 6)
    shop.later()
    assert shop.refresh() == (0, 0, 0)
