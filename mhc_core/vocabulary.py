"""The closed vocabularies of the business, shared by tables, stages and API."""

from enum import StrEnum


class Channel(StrEnum):
    """Where a customer talks to the concierge."""

    WEB = "web"
    SMS = "sms"
    EMAIL = "email"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    PHONE = "phone"


class Intent(StrEnum):
    """What a customer wants."""

    PRICING = "pricing"
    BOOKING = "booking"
    MENU = "menu"
    POLICY = "policy"
    AVAILABILITY = "availability"
    TRAVEL = "travel"
    COMPLAINT = "complaint"
    ALLERGY = "allergy"
    ACCOUNT = "account"
    SMALLTALK = "smalltalk"
    OTHER = "other"


class ConversationStatus(StrEnum):
    """The life of a conversation."""

    ACTIVE = "active"
    ESCALATED = "escalated"
    CLOSED = "closed"


class HandoverState(StrEnum):
    """The life of a hand-over to a person; the last two are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """How a conversation ended for the business."""

    BOOKED = "booked"
    QUOTED = "quoted"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    NOT_BOOKED = "not_booked"
    ABANDONED = "abandoned"
    UNRESOLVED = "unresolved"


class Decision(StrEnum):
    """What a reviewer decided about an example."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    SKIP = "skip"


class Verdict(StrEnum):
    """What an evaluation recommends."""

    PROMOTE = "promote"
    HOLD = "hold"
    REJECT = "reject"


class JobStatus(StrEnum):
    """The life of a training job; the last three are final."""

    INTENDED = "intended"
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


class FeedbackVia(StrEnum):
    """How a rating came in: in the chat, by a link in an e-mail, by the survey after a booking, from our own agent."""

    CHAT = "chat"
    EMAIL = "email"
    SURVEY = "survey"
    AGENT = "agent"
