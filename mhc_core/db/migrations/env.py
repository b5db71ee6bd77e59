"""Run by Alembic: migrate on the connection that ``mhc_core.db.upgrade`` opened."""

from alembic import context

from mhc_core.db.tables import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
    include_name=lambda name, kind, parents: kind != "schema" or name == SCHEMA,
)
with context.begin_transaction():
    context.run_migrations()
