"""The few values of a column of many rows, along its index."""

import sqlalchemy as sa


def values(connection: sa.Connection, column: sa.Column[str]) -> list[str]:
    """Every value of an indexed text column, in the order of the index.

    One look into the index for each: a ``distinct`` would read it whole.
    """
    name, table = column.name, column.table
    return list(
        connection.scalars(
            sa.text(f"""
                with recursive each as (
                    (select {name} from {table} order by {name} limit 1)
                     union all
                    select (select t.{name} from {table} t where t.{name} > each.{name} order by t.{name} limit 1)
                      from each where each.{name} is not null
                )
                select {name} from each where {name} is not null
            """)
        )
    )
