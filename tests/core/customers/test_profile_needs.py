"""What profiles say of food and of consents: the newest word counts, and nothing stays that was taken back."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, say, talk

from mhc_core.business import pricing
from mhc_core.campaigns import consents
from mhc_core.customers import profiles
from mhc_core.db.queries import installation
from mhc_core.pseudonyms import customer_hash

RULES = pricing.load()
WHO = "+15105550123"


@pytest.fixture
def conversation(connection: sa.Connection) -> UUID:
    """Of a customer with a booking."""
    found, _ = talk(connection, say("user", "hello"), at=NOW, customer_id=WHO)
    connection.execute(
        sa.text("""
            insert into ai.booking_requests (id, conversation_id, status, event_on, adults, requested_at, updated_at)
            values (gen_random_uuid(), :id, 'confirmed', '2026-04-01', 12, :now, :now)
        """),
        {"id": found, "now": NOW},
    )
    return found


def _said(connection: sa.Connection, conversation: UUID, value: str, stance: str, at: datetime) -> UUID:
    message = uuid4()
    connection.execute(
        sa.text("""
            insert into ai.diet_facts
                (message_id, kind, value, conversation_id, for_whom, stance, certainty, said_at)
            values (:message, 'allergen', :value, :id, 'child', :stance, 0.9, :at)
        """),
        {"message": message, "value": value, "id": conversation, "stance": stance, "at": at},
    )
    connection.execute(
        sa.text("update ai.conversations set updated_at = :at where id = :id"), {"at": at, "id": conversation}
    )
    return message


def _profile(connection: sa.Connection, now: datetime) -> sa.Row[tuple[object, ...]]:
    for table in ("changed_customers", "their_bookings"):  # a run is a transaction
        connection.execute(sa.text(f"drop table if exists pg_temp.{table}"))
    profiles.refresh(connection, RULES, now)
    who = customer_hash(installation.salt(connection), WHO)
    query = sa.text("select needs, consents, opted_out_at from ai.customer_profiles where customer_hash = :who")
    return connection.execute(query, {"who": who}).one()


def test_an_allergen_stands_with_its_message_until_it_is_taken_back(
    connection: sa.Connection, conversation: UUID
) -> None:
    later = NOW + timedelta(days=3)
    message = _said(connection, conversation, "shellfish", "stated", NOW)
    _said(connection, conversation, "grandma's plum jam", "stated", NOW + timedelta(minutes=1))
    needs = _profile(connection, NOW).needs
    assert [(need["value"], need["for_whom"]) for need in needs] == [("shellfish", "child"), ("other", "child")]
    assert needs[0]["message_id"] == str(message)
    _said(connection, conversation, "shellfish", "withdrawn", later)
    assert [need["value"] for need in _profile(connection, later).needs] == ["other"]
    connection.execute(sa.text("delete from ai.diet_facts"))
    connection.execute(sa.text("update ai.conversations set updated_at = :at"), {"at": later})
    assert _profile(connection, later).needs == [], "what retention deleted is not remembered here"


def test_consents_stand_until_somebody_wants_to_hear_nothing_more(
    connection: sa.Connection, conversation: UUID
) -> None:
    wording = "Yes, text me your offers."
    lines = [
        consents.Line(customer=WHO, channel=channel, given_at=NOW - timedelta(days=1), how="a form", wording=wording)
        for channel in ("sms", "whatsapp")
    ]
    _profile(connection, NOW)
    later = NOW + timedelta(days=3)
    consents.add(connection, lines, (), "test", later)
    assert _profile(connection, later).consents == ["sms", "whatsapp"]
    end = NOW + timedelta(days=9)
    consents.revoke(connection, WHO, "test", end)
    ended = _profile(connection, end)
    assert (ended.consents, ended.opted_out_at) == ([], end)
