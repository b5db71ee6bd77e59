"""The tool ``hand_over``: a person of the team takes the conversation."""

from typing import Annotated

from pydantic import Field

from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.tools.portions import Arguments
from mhc_core.errors import DataError


class HandOverArguments(Arguments):
    """Why a person is needed."""

    reason: Annotated[str, Field(max_length=80, description="One of the business's own hand-over reasons, as written.")]


def hand_over(case: Case, wanted: HandOverArguments) -> str:
    """Hands over when the answer is stored.

    Raises:
        DataError: no reason of the business.
    """
    reasons = case.business.handover.reasons
    if wanted.reason not in reasons:
        raise DataError(f"that is no reason for a hand-over; use one of: {', '.join(reasons)}")
    case.escalation = wanted.reason
    contact = case.business.contact
    return (
        "A person of the team takes over with this answer. Say so, and that they answer here, usually within "
        f"{contact.reply_hours_min} to {contact.reply_hours_max} hours of office time."
    )
