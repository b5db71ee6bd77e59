"""SQL around a restore: whether anything is there, whether anybody is connected, and where artifacts are now."""

import sqlalchemy as sa

_WORK = (
    "conversations",
    "feedback",
    "bookings",
    "erasures",
    "staff_accounts",
    "api_keys",
    "knowledge_articles",
    "audit_log",
)


def is_empty(connection: sa.Connection) -> bool:
    """Whether nobody has worked with this database yet; a new one holds a few rows of its own."""
    found = " or ".join(f"exists (select from ai.{table})" for table in _WORK)
    return not connection.scalar(sa.text(f"select {found}"))


def others_connected(connection: sa.Connection) -> int:
    """How many other sessions the database has."""
    return int(
        connection.scalar(
            sa.text("""
                select count(*) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            """)
        )
        or 0
    )


def move_artifacts(connection: sa.Connection, columns: list[tuple[str, str]], before: str, after: str) -> None:
    """Let addresses that begin with one folder begin with another; both as they are stored."""
    for table, column in columns:
        connection.execute(
            sa.text(f"""
                update ai.{table} set {column} = :after || substr({column}, length(:before) + 1)
                where starts_with({column}, :before || '/')
            """),
            {"before": before, "after": after},
        )
