"""Customers' pseudonyms: the server and the program make the same ones."""

from uuid import uuid4

import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mhc_core.pseudonyms import customer_hash, hashed, pads, subject


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
