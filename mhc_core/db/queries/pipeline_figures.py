"""SQL of what the pipeline says of itself. ``gauges`` reads it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.rows.pipeline_figures import PipelineFigure
from mhc_core.db.tables import pipeline_figures


def write(connection: sa.Connection, figures: Sequence[PipelineFigure], now: datetime) -> None:
    """Put these figures in the place of those from before. A run and a sensor may do so at once."""
    connection.execute(sa.delete(pipeline_figures))
    if figures:
        row = insert(pipeline_figures)
        newest = {"value": row.excluded.value, "read_at": row.excluded.read_at}
        connection.execute(
            row.on_conflict_do_update(index_elements=["what", "name"], set_=newest),
            [{"what": one.what.value, "name": one.name, "value": one.value, "read_at": now} for one in figures],
        )
