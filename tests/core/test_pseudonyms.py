"""Customers' pseudonyms: the server and the program make the same ones."""

import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mhc_core.db.queries import privacy
from mhc_core.pseudonyms import customer_hash


@hypothesis_settings(deadline=None, max_examples=50)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.binary(max_size=80))
def test_the_server_hashes_like_we_do(engine: sa.Engine, customer: str, salt: bytes) -> None:
    with engine.connect() as connection:
        computed = connection.scalar(
            sa.text(f"select {privacy.hashed('cast(:id as text)')}"), {"id": customer, **privacy.pads(salt)}
        )
    assert computed == customer_hash(salt, customer)
