"""Which models learned from a customer, and which customers, as hashes, are in a model."""

import sqlalchemy as sa

from mhc_core.db.queries import installation, training
from mhc_core.db.queries import privacy as queries
from mhc_core.db.queries.privacy import TaughtModel, Teacher
from mhc_core.errors import NotFound
from mhc_core.pseudonyms import customer_hash


def models_of(connection: sa.Connection, customer_id: str) -> list[TaughtModel]:
    """Data sets with this customer's examples and the models trained on them; also of a customer who was erased."""
    return queries.models_of_customer(connection, customer_hash(installation.salt(connection), customer_id))


def customers_of(connection: sa.Connection, model_id: str) -> list[Teacher]:
    """The customers, as hashes, whose examples stand in the data set of a model.

    Raises:
        NotFound: no such model.
    """
    if training.model(connection, model_id) is None:
        raise NotFound(f"there is no model {model_id}; `mhc models list` shows them")
    return queries.customers_of_model(connection, model_id)
