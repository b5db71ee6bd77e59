"""Customers' pseudonyms: the server and the program make the same ones."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mhc_core.db.queries import privacy
from mhc_core.pseudonyms import customer_hash, hashed, pads, person_id, subject


@hypothesis_settings(deadline=None, max_examples=50)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.binary(max_size=80))
def test_the_server_hashes_like_we_do(engine: sa.Engine, customer: str, salt: bytes) -> None:
    with engine.connect() as connection:
        computed = connection.scalar(sa.text(f"select {hashed('cast(:id as text)')}"), {"id": customer, **pads(salt)})
    assert computed == customer_hash(salt, customer)


def test_what_was_stored_before_still_names_the_same_customer() -> None:
    assert customer_hash(b"salt", "ann@example.com") == "8dbf86487e8fb70c73c4a7e24ece98aa"


def test_a_conversation_stands_for_a_customer_who_is_not_known() -> None:
    conversation = uuid4()
    assert subject("ann", conversation) == "ann"
    assert subject(None, conversation) == subject("", conversation) == str(conversation)


@pytest.mark.parametrize(
    "spelling",
    [
        "+15105550177", "(510) 555-0177", "15105550177", "510.555.0177", "+1 510-555-0177", "tel:+15105550177",
        "whatsapp:+15105550177", " 510 555 0177 ", "+1 (510)\u00a0555\u20110177", "\u202a+1 510 555 0177\u202c",
    ],
)  # fmt: skip
def test_a_number_is_one_person_however_it_is_spelled(spelling: str) -> None:
    assert person_id(spelling) == "+15105550177"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ann@Example.com", "ann@example.com"),
        ("mailto:Ann@Example.com", "ann@example.com"),
        ("<Ann@Example.com>", "ann@example.com"),
        ("+44 20 7946 0958", "+442079460958"),
        ("1234567", "1234567"),
        ("1769940000", "1769940000"),
        ("u-510", "u-510"),
        ("2025-10-01", "2025-10-01"),
        ("Dana Prewitt", "Dana Prewitt"),
    ],
)
def test_other_ids(given: str, kept: str) -> None:
    assert person_id(given) == kept
    assert person_id(kept) == kept


def test_other_spellings_in_the_raw_tables_are_found(connection: sa.Connection) -> None:
    for customer in ("(510) 555-0177", "+15105550177", "+15105550178", "Ann@Example.com", "other"):
        connection.execute(
            sa.text("""
                insert into ai.conversations (id, source, source_id, channel, customer_id, started_at, last_message_at)
                values (gen_random_uuid(), 'x', cast(:c as text), 'sms', :c, now(), now())
            """),
            {"c": customer},
        )
    assert privacy.spellings(connection, "+15105550177") == ["(510) 555-0177"]
    assert privacy.spellings(connection, "ann@example.com") == ["Ann@Example.com"]
    assert privacy.spellings(connection, "other") == []
