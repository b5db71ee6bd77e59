"""PostgreSQL: the embedded server, the engine, the tables in flow order, migrations and queries."""
