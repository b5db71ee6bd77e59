"""What all tables share: the schema, naming, and column types with one meaning each."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "ai"
metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

UTC_TIME = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 6)


def created() -> sa.Column[object]:
    return sa.Column("created_at", UTC_TIME, nullable=False, server_default=sa.func.now())


def json_column(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"))


def one_of(column: str, values: type) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def unit(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} between 0 and 1", name=column)
