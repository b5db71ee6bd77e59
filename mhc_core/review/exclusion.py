"""A person takes an answer out of learning that the scrubber refuses and always will, so that its day can go on."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import audit, holds
from mhc_core.errors import DataError, NotFound


def exclude(connection: sa.Connection, message_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Never learn from a held answer. The reason is kept beside the raw message and goes when that goes.

    Raises:
        DataError: no name or no reason.
        NotFound: the answer is not held.
    """
    if not by.strip() or not reason.strip():
        raise DataError("an exclusion needs a name and a reason; give --by and --reason")
    if not holds.exclude(connection, message_id, {"by": by, "at": now.isoformat(), "reason": reason}):
        raise NotFound(f"the answer {message_id} is not held; `mhc review held` lists those that are")
    audit.record(connection, by, "scrub.exclude", f"message:{message_id}", {}, now)
