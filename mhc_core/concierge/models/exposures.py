"""What a turn stores of an experiment: who was answered under which variant, once for each customer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import experiment_exposures
from mhc_core.prompts.experiments import Exposure


def rows(exposure: Exposure | None, message_id: UUID, sent_at: datetime) -> list[tuple[sa.Table, Mapping[str, Any]]]:
    """The row that goes with an answer; a customer's first one stays, later ones are left out by the store."""
    if exposure is None:
        return []
    return [
        (
            experiment_exposures,
            {
                "experiment_id": exposure.experiment_id,
                "customer_hash": exposure.customer_hash,
                "position": exposure.position,
                "message_id": message_id,
                "exposed_at": sent_at,
            },
        )
    ]
