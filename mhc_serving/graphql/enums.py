"""Names that the schema offers. Those of the domain's vocabulary are given to strawberry as they are."""

from enum import StrEnum

import strawberry

from mhc_core.vocabulary import Channel, ConversationStatus

strawberry.enum(Channel, description="Where a customer writes.")
strawberry.enum(ConversationStatus, description="Who has a conversation.")


@strawberry.enum(description="What became of a booking request.")
class BookingStatus(StrEnum):
    """As stored."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="What the team decides on a booking request.")
class Decision(StrEnum):
    """As stored."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


@strawberry.enum(description="Liked or disliked.")
class Verdict(StrEnum):
    """As stored."""

    UP = "up"
    DOWN = "down"


@strawberry.enum(description="Whether a day can still be asked for.")
class DayState(StrEnum):
    """``unknown``: the business file does not say how many parties can be cooked a day."""

    OPEN = "open"
    FULL = "full"
    TOO_SOON = "too_soon"
    UNKNOWN = "unknown"
